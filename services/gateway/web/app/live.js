// What is new? One event stream a person, however many tabs: the tab that holds the lock listens, and tells the others.
// Every tab keeps the cursor, so whichever takes over resumes without a hole. What a tab changed itself it tells the
// others by name alone, and they ask for it. Two people may use one browser: each word says whom it is for, and where
// somebody signs in, pages of others begin anew.

import {
  act, beginAnew, forgetEverything, getState, heal, life, load, loadKnown, onWrite, putValue, reload, setState, subscribe,
} from "./store.js";

const channel = new BroadcastChannel("twolamps");
const me = () => getState().me.value?.personId;
const say = (news) => channel.postMessage({ ...news, person: me() });
let cursor = "";
let release = () => {};
let holds = false; // whether it is this tab that listens

// Begin to listen; once a sign-in.
export async function listen() {
  const mine = life();
  await load("inbox");
  if (life() !== mine) return;
  cursor = getState().inbox.value?.cursor ?? "";
  let letGo;
  const until = new Promise((done) => (letGo = done));
  release = letGo;
  stands("connecting");
  say({ ask: "connection" });
  navigator.locks.request(`twolamps-stream ${me()}`, async () => {
    if (life() !== mine) return;
    const source = open();
    holds = true;
    await until;
    holds = false;
    source.close();
  });
}

function open() {
  let source;
  let closed = false;
  const connect = () => {
    if (closed) return;
    const mine = (source = new EventSource(`/v1/inbox/stream?cursor=${encodeURIComponent(cursor)}`));
    source.addEventListener("ready", (event) => {
      tell({ connection: "live" });
      keep(event);
    });
    source.addEventListener("change", (event) => {
      keep(event);
      tell({ change: JSON.parse(event.data).change, cursor });
    });
    source.addEventListener("reload", (event) => {
      keep(event);
      tell({ reload: true });
    });
    source.addEventListener("error", () => {
      tell({ connection: navigator.onLine ? "connecting" : "offline" });
      load("me"); // the session may have ended
      if (mine.readyState !== EventSource.CLOSED) return; // it comes back by itself, with its Last-Event-ID
      setTimeout(refused, 1500 + 1500 * Math.random(), mine);
    });
  };
  // A browser gives up after an answer that is no stream: a session that ended, or a server that is away.
  const refused = async (which) => {
    await load("me");
    if (getState().signedIn && which === source) connect(); // else another one was opened meanwhile
  };
  const keep = (event) => (cursor = event.lastEventId || cursor);
  connect();
  const close = () => {
    closed = true;
    source.close();
    removeEventListener("online", anew);
  };
  // A connection that was cut without a word may look open for long.
  const anew = () => {
    source.close();
    connect();
  };
  addEventListener("online", anew);
  return { close };
}

const AWAY_MS = 3000;
let moment; // until it is said that the stream is away

function stands(connection) {
  if (connection === "live") {
    clearTimeout(moment);
    moment = undefined;
  } else moment ??= setTimeout(() => setState({ away: true }), AWAY_MS);
  setState({ connection, away: connection !== "live" && getState().away });
}

function tell(news) {
  say(news);
  hear(news);
}

channel.addEventListener("message", ({ data }) => {
  if (!getState().signedIn) return;
  if (data.person !== me()) return data.ask && beginAnew(); // who asks has just come in
  if (data.cursor) cursor = data.cursor;
  if (!data.ask) hear(data);
  else if (holds) say({ connection: getState().connection });
});

// The subject of an item, and what has to be asked for again when it changes.
const CONCERNS = {
  prompt: ["today", "reveals", "answers"],
  invite: ["invites", "slots"],
  reminder: ["reminders"],
  pairing: ["pairings"],
  couple: ["couple", "pairings", "today", "invites", "slots", "reminders"],
};

function hear(news) {
  if (!getState().signedIn) return;
  if (news.signedOut) return forgetEverything();
  if (news.connection) stands(news.connection);
  if (news.connection === "live") heal();
  if (news.reload) return reload();
  if (news.change) take(news.change);
  if (news.written) loadKnown(Object.values(CONCERNS).find(([first]) => first === news.written) ?? [news.written]);
}

// The stream tells of one's own acts only where they change the inbox.
onWrite((name) => say({ written: name }));

function take({ op, item }) {
  const inbox = getState().inbox.value;
  if (inbox) {
    const others = inbox.items.filter((each) => each.id !== item.id);
    const at = inbox.items.findIndex((each) => each.id === item.id);
    if (op === "OP_ADDED") others.unshift(item);
    if (op === "OP_CHANGED" && at >= 0) others.splice(at, 0, item);
    putValue("inbox", { ...inbox, items: others });
  } else loadKnown(["inbox"]); // what is under way may be older than this
  if (op === "OP_CHANGED" && item.state === "ITEM_STATE_READ") return; // reading changes nothing of what it is about
  if (item.kind === "answers_revealed" && op === "OP_ADDED") setState({ revealed: item.subject.id });
  // What was pulled back does not say what it was about; it may have been an end.
  loadKnown(op === "OP_REMOVED" ? ["couple"] : CONCERNS[item.subject?.type] ?? []);
}

const isIn = () => getState().signedIn;
addEventListener("offline", () => isIn() && stands("offline"));
addEventListener("online", () => {
  if (!isIn()) return;
  stands("connecting");
  say({ ask: "connection" }); // the tab that listens may be live by now
});
// What was missed while this page slept is asked for when it is seen again.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && isIn() && getState().connection !== "live") reload();
});
subscribe(({ signedIn }) => {
  if (signedIn !== false) return;
  release();
  clearTimeout(moment);
  moment = undefined;
});

// An end without a notice tells nobody: whoever looks at the page sees it within half a minute. Where nobody is known to
// be with this person there is nothing to end.
const LOOK_MS = 30_000;
setInterval(() => !document.hidden && isIn() && heal(getState().couple.value === null ? "me" : "couple"), LOOK_MS);
// A page that the browser had put away and takes out again may be of a session that has ended.
addEventListener("pageshow", (event) => event.persisted && location.reload());

// Nobody is signed in any more once `end`, a call, has ended the session of this browser.
export async function signOut(end) {
  const told = { signedOut: true, person: me() };
  try {
    await act("sessions", end);
    forgetEverything();
  } catch (problem) {
    if (getState().signedIn !== false) throw problem; // else it had ended already, as wished
  }
  channel.postMessage(told);
}
