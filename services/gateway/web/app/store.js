// What does the app know? One state, in memory alone: what people wrote is kept in no storage of the browser.
// Data flows one way: a screen calls an action, the action calls the api, the state changes, the screen is drawn again.

import { useEffect, useState } from "./vendor/htm-preact/standalone.module.js";
import { api, callAs, INBOX_PAGE, Problem, Unreachable } from "./api.js";
import { myZone } from "./dates.js";

// A resource is {value, problem, loading}: `value` stays while it is loaded anew. Loaders may be named at every change.
const LOADERS = {
  me: api.getMe,
  couple: () => api.getCouple().catch(noneWhen("not_connected")),
  pairings: api.listPairings,
  sessions: api.listSessions,
  today: () => api.getToday().catch(noneWhen("not_connected")),
  reveals: () => api.listReveals(),
  answers: () => api.listAnswers(),
  invites: api.listInvites,
  reminders: api.listReminders,
  slots: () => api.listSlots("3600s").catch(noneWhen("not_connected")),
  windows: api.getWindows,
  inbox: listInbox,
};

const EMPTY = { value: undefined, problem: undefined, loading: false };
const fresh = () => ({
  ...Object.fromEntries(Object.keys(LOADERS).map((name) => [name, EMPTY])),
  signedIn: undefined, // undefined until the first answer tells
  connection: "connecting", // of the live stream: connecting | live | offline
  away: false, // whether that has not been live for longer than a moment
  waiting: {}, // name of an act -> true, while it waits for the connection
  late: false, // whether something was given up that may be on its way
  revealed: undefined, // id of a prompt that opened while this person was looking
});

let state = fresh();
const listeners = new Set();

export const getState = () => state;

export function setState(changed) {
  state = { ...state, ...changed };
  for (const listener of listeners) listener(state);
}

export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

// The part of the state that `select` takes; the component is drawn again when it is another.
export function useStore(select) {
  const [, draw] = useState(0);
  const taken = select(state);
  useEffect(() => {
    let last = select(getState());
    if (last !== taken) draw((n) => n + 1);
    return subscribe((now) => {
      const next = select(now);
      if (next !== last) draw((n) => n + 1);
      last = next;
    });
  }, []);
  return taken;
}

// The resource of a name, asked for when it is not there yet.
export function useResource(name) {
  const resource = useStore((now) => now[name]);
  useEffect(() => {
    if (getState()[name] === EMPTY) load(name);
  }, [name]);
  return resource;
}

// The zone that times are said in.
export const useZone = () => useStore((now) => now.me.value?.zone) || myZone();

const asked = {}; // how often each was asked for
const patched = {}; // how often a write's answer changed each
let running = {}; // the newest asking of each

// Load anew. A later asking wins; what a write has changed meanwhile is asked for once more; an answer for somebody who
// is gone is nobody's.
export async function load(...names) {
  await Promise.all(names.map((name) => (running[name] = loadOne(name))));
}

async function loadOne(name) {
  const mine = (asked[name] = (asked[name] ?? 0) + 1);
  const [life, before] = [lives, patched[name]];
  const change = (changed) => setState({ [name]: { ...state[name], ...changed } });
  change({ loading: true });
  let found;
  try {
    found = { value: await LOADERS[name](), problem: undefined };
  } catch (problem) {
    if (!(problem instanceof Problem || problem instanceof Unreachable)) throw problem;
    found = { problem };
  }
  if (lives !== life || asked[name] !== mine) return running[name];
  if (isSignedOut(found.problem)) return leave(found.problem);
  if (patched[name] !== before) return loadOne(name);
  const ended = name === "couple" && found.value === null && state.couple.value;
  const opened = name === "today" && justOpened(state.today.value, found.value);
  change({ ...found, loading: false });
  if (opened) setState({ revealed: opened });
  if (ended) forgetOurs();
}

const GONE = ["unauthenticated", "web_session_refused", "somebody_else"];
const isSignedOut = (problem) => GONE.includes(problem?.reason);

// A prompt that was sealed when it was last asked for and is open now, whichever news brought it, opened in front of me.
function justOpened(before, now) {
  const sealed = (before?.prompts ?? []).filter((prompt) => prompt.state === "PROMPT_STATE_SEALED");
  const open = (prompt) => prompt.state === "PROMPT_STATE_REVEALED" && sealed.some((each) => each.id === prompt.id);
  return now?.prompts?.find(open)?.id;
}

// The pairing has ended, maybe without a word: what the other wrote is no longer shown, and what stays mine is asked
// for.
const OURS = ["today", "reveals", "answers", "invites", "slots", "reminders", "pairings"];
function forgetOurs() {
  const shown = OURS.filter((name) => state[name] !== EMPTY);
  setState(Object.fromEntries(OURS.map((name) => [name, EMPTY])));
  load(...shown);
}

// What a screen has asked for is loaded anew, also where its first answer is still under way; the rest stays away.
export const loadKnown = (names) => load(...names.filter((name) => state[name] !== EMPTY));
export const reload = () => loadKnown(Object.keys(LOADERS));

// What could not be had is asked for again, and `also` what is named.
export const heal = (...also) =>
  load(...new Set([...also, ...Object.keys(LOADERS).filter((name) => state[name].problem)]));

// What a resource is now, where every tab learns it from the stream.
export function putValue(name, value) {
  patched[name] = (patched[name] ?? 0) + 1; // what is under way is older than this
  setState({ [name]: { ...state[name], value, problem: undefined } });
}

// What a write of this page made of a resource; whoever gave themselves to onWrite is told its name.
export function setValue(name, value) {
  putValue(name, value);
  tellWrite(name);
}
let tellWrite = () => {};
export const onWrite = (tell) => (tellWrite = tell);

// Put what a write returned into a list; what is new comes first, as the api lists it.
export function patch(name, changed) {
  const list = state[name].value;
  if (!list) return load(name);
  const known = list.some((each) => each.id === changed.id);
  return setValue(name, known ? list.map((each) => (each.id === changed.id ? changed : each)) : [changed, ...list]);
}

// Do something that may have to wait for the connection: `run(key)` is called with one Idempotency-Key until an answer
// comes. While it waits, `waiting[name]` is true and the screen says so. It is given up when whoever began it is gone, or
// by `until`, an AbortSignal: nothing is sent any more. What may have been sent by then nobody can call back: that is
// told as `late`, until it is known how things stand. Raises Problem, or GivenUp.
export async function act(name, run, until) {
  const key = crypto.randomUUID();
  const life = lives;
  let sent = false;
  const tellLate = () => sent && setState({ late: true });
  until?.addEventListener("abort", tellLate);
  try {
    for (;;) {
      const before = sent;
      sent = true;
      const { done, problem } = await run(key).then((value) => ({ done: value }), (caught) => ({ problem: caught }));
      if (lives !== life) throw new GivenUp();
      if (!problem) return done;
      if (isSignedOut(problem)) leave(problem);
      if (problem.reason === "not_connected") load("couple");
      if (!(problem instanceof Unreachable)) throw problem;
      if (!navigator.onLine) sent = before; // it never left this device
      setWaiting(name, true);
      await soon(until);
      if (lives !== life || until?.aborted) throw new GivenUp();
    }
  } finally {
    until?.removeEventListener("abort", tellLate);
    if (lives === life) setWaiting(name, false);
    if (lives === life && sent && until?.aborted) reload().then(() => setState({ late: false }));
  }
}

function setWaiting(name, waits) {
  const { [name]: _, ...others } = state.waiting;
  setState({ waiting: waits ? { ...others, [name]: true } : others });
}

const SOON_MS = 3000;

// Soon, or as soon as the browser says that it is online again; at once where `until` is aborted.
export const soon = (until) =>
  new Promise((done) => {
    const over = new AbortController();
    const end = () => (over.abort(), clearTimeout(timer), done());
    const timer = setTimeout(end, until?.aborted ? 0 : SOON_MS);
    addEventListener("online", end, { signal: over.signal });
    until?.addEventListener("abort", end, { signal: over.signal });
  });

// Nobody who could still be told is there; where somebody reads it after all, they have been signed out.
class GivenUp extends Error {
  reason = "web_session_refused";
}

let lives = 0; // rises whenever somebody's time at this page begins or is over
export const life = () => lives;

function beginLife(changed) {
  lives++;
  running = {};
  setState({ ...fresh(), ...changed });
}

// Somebody is signed in from now on: nothing that was asked for before is theirs.
export function begin(me) {
  callAs(me.personId);
  beginLife({ signedIn: true, me: { ...EMPTY, value: me } });
}

// Nobody is signed in: nothing of anybody's stays in memory, and what waits is not sent.
export function forgetEverything() {
  callAs("");
  beginLife({ signedIn: false });
}

function leave(problem) {
  forgetEverything();
  if (problem.reason === "somebody_else") beginAnew();
}

// Somebody else has signed in in this browser: nothing of who was here before may stand on the page.
export const beginAnew = () => location.replace("/today");

// The inbox as far as it was shown, to the nearest page.
async function listInbox() {
  const found = await api.listInbox();
  const pages = Math.round((state.inbox.value?.items.length ?? 0) / INBOX_PAGE);
  for (let page = 1; page < pages && found.nextPageToken; page++) {
    const next = await api.listInbox(found.nextPageToken);
    found.items.push(...next.items);
    found.nextPageToken = next.nextPageToken;
  }
  return found;
}

function noneWhen(reason) {
  return (problem) => {
    if (problem.reason === reason) return null;
    throw problem;
  };
}
