// What can be asked? One function a verb, named as in docs/openapi.json; nothing else in the app knows a path.
// Promises: every write carries X-Twolamps and, where it is a POST, an Idempotency-Key, the same one when it is tried
// again; an error is a Problem with the reason of docs/errors.md, or Unreachable where no answer of the service came.
// Who is signed out is told so twice: a token that the gateway held may have lapsed under way, and the next is a new one.

export class Problem extends Error {
  constructor(answer, status) {
    super(answer.reason ?? "internal");
    this.status = status;
    this.reason = answer.reason ?? "internal";
    this.fields = Object.fromEntries((answer.errors ?? []).map(({ field }) => [field, true])); // those at fault
  }
}

export class Unreachable extends Error {}

const UNDONE = ["try_again"]; // nothing was done
const LAPSED = "unauthenticated"; // nothing was done, and nothing is held for the cookie any more
const UNKNOWN = ["unavailable", "deadline_exceeded"]; // it may have been: only what is not done twice is tried again
const PAUSES_MS = [300, 1200];
const PATIENCE_MS = 15_000; // a connection that was cut without a word never answers

// Whom the page shows: where somebody else has signed in in this browser since, a call does nothing and says so.
let person = "";
export const callAs = (id) => (person = id);

async function call(method, path, body, key) {
  const headers = { "x-twolamps": "1" };
  if (person) headers["x-twolamps-person"] = person;
  if (body !== undefined) headers["content-type"] = "application/json";
  if (key) headers["idempotency-key"] = key;
  const again = method === "POST" && !key ? UNDONE : [...UNDONE, ...UNKNOWN];
  for (let tried = 0; ; tried++) {
    const { ok, status, said } = await ask(path, { method, headers, body: body && JSON.stringify(body) });
    if (ok) return said;
    const problem = new Problem(said, status);
    if (problem.reason === LAPSED && tried === 0 && person && headers["x-twolamps-person"] === person) continue;
    if (!again.includes(problem.reason) || tried === PAUSES_MS.length) throw problem;
    await new Promise((done) => setTimeout(done, PAUSES_MS[tried]));
  }
}

async function ask(path, asked) {
  let answer, text;
  try {
    answer = await fetch(path, { ...asked, signal: AbortSignal.timeout(PATIENCE_MS) });
    text = await answer.text();
  } catch {
    throw new Unreachable();
  }
  try {
    return { ok: answer.ok, status: answer.status, said: JSON.parse(text || "{}") };
  } catch {
    throw new Unreachable(); // a proxy speaks for a service that is away
  }
}

const query = (given) => {
  const pairs = Object.entries(given ?? {}).flatMap(([name, value]) => [value].flat().map((each) => [name, each]));
  const found = pairs.filter(([, value]) => value !== undefined && value !== "");
  return found.length ? `?${new URLSearchParams(found)}` : "";
};
const get = (path, given) => call("GET", path + query(given));
const put = (path, body) => call("PUT", path, body);
const post = (path, body = {}, key = crypto.randomUUID()) => call("POST", path, body, key);

const MOST = 5000; // far more than anybody has

// All pages of a list, newest first: what still stands may be older than much that is over.
async function all(path, name) {
  const found = [];
  let pageToken = "";
  do {
    const page = await get(path, { pageSize: 200, pageToken });
    found.push(...page[name]);
    pageToken = page.nextPageToken;
  } while (pageToken && found.length < MOST);
  return found;
}

export const INBOX_PAGE = 50;

export const api = {
  // people and sessions
  createPerson: (person) => post("/v1/people", person, ""),
  signIn: (mail, password, clientName) => post("/web/session", { mail, password, clientName }, ""),
  getMe: async () => (await get("/v1/me")).me,
  updateMe: async (changed) => (await call("PATCH", "/v1/me", changed)).me,
  listSessions: () => all("/v1/sessions", "sessions"),
  deleteSession: (id) => call("DELETE", `/v1/sessions/${id}`),
  deleteSessions: () => call("DELETE", "/v1/sessions"),
  approveDevice: async (userCode, password) =>
    (await post("/v1/device-codes:approve", { userCode, password })).clientName,
  // pairing
  createPairingCode: (key) => post("/v1/pairing-codes", {}, key),
  claimPairing: async (code, key) => (await post("/v1/pairings:claim", { code }, key)).pairing,
  listPairings: async () => (await get("/v1/pairings", { pageSize: 20 })).pairings,
  confirmPairing: async (id, key) => (await post(`/v1/pairings/${id}:confirm`, {}, key)).pairing,
  getCouple: async () => (await get("/v1/couple")).couple,
  setShares: async (shares) => (await put("/v1/couple/shares", { shares })).couple,
  setCalendar: async (calendar) => (await put("/v1/couple/calendar", { calendar })).couple,
  endCouple: (notice, key) => post("/v1/couple:end", { notice }, key),
  // prompts
  getToday: () => get("/v1/prompts/today"),
  sealAnswer: async (id, text, leaveLight) => (await put(`/v1/prompts/${id}/answer`, { text, leaveLight })).prompt,
  withdrawAnswer: async (id) => (await call("DELETE", `/v1/prompts/${id}/answer`)).prompt,
  listReveals: async (pageToken) => get("/v1/reveals", { pageSize: 20, pageToken }),
  listAnswers: async (pageToken) => get("/v1/answers", { pageSize: 20, pageToken }),
  // scheduling
  listInvites: () => all("/v1/invites", "invites"),
  createInvite: async (invite, key) => (await post("/v1/invites", invite, key)).invite,
  acceptInvite: async ({ id, sequence }, key) => (await post(`/v1/invites/${id}:accept`, { sequence }, key)).invite,
  declineInvite: async ({ id, sequence }, key) => (await post(`/v1/invites/${id}:decline`, { sequence }, key)).invite,
  counterInvite: async ({ id, sequence }, startsAt, duration, key) =>
    (await post(`/v1/invites/${id}:counter`, { sequence, startsAt, duration }, key)).invite,
  cancelInvite: async ({ id, sequence }, key) => (await post(`/v1/invites/${id}:cancel`, { sequence }, key)).invite,
  getWindows: () => get("/v1/windows"),
  setWindows: (windows, zone) => put("/v1/windows", { windows, zone }),
  listSlots: (duration) => get("/v1/slots", { duration }),
  listReminders: () => all("/v1/reminders", "reminders"),
  createReminder: async (reminder, key) => (await post("/v1/reminders", reminder, key)).reminder,
  acceptReminder: async (id, lead, key) => (await post(`/v1/reminders/${id}:accept`, { lead }, key)).reminder,
  declineReminder: async (id, key) => (await post(`/v1/reminders/${id}:decline`, {}, key)).reminder,
  completeReminder: async (id, occurrence, key) =>
    (await post(`/v1/reminders/${id}:complete`, { occurrence }, key)).reminder,
  snoozeReminder: async (id, occurrence, duration, key) =>
    (await post(`/v1/reminders/${id}:snooze`, { occurrence, duration }, key)).reminder,
  skipReminder: async (id, occurrence, key) => (await post(`/v1/reminders/${id}:skip`, { occurrence }, key)).reminder,
  cancelReminder: async (id, key) => (await post(`/v1/reminders/${id}:cancel`, {}, key)).reminder,
  // inbox
  listInbox: (pageToken) => get("/v1/inbox", { pageSize: INBOX_PAGE, pageToken }),
  readItem: async (id, key) => (await post(`/v1/inbox/${id}:read`, {}, key)).item,
};
