// Which screen stands at which address? Its files come when it is first wanted, so that a first load stays small.

import { fetchParts } from "./ui/later.js";

// Addresses of whoever is not signed in, and of who is; each names a file of screens/.
export const OPEN = {
  "/": "welcome", "/welcome": "welcome", "/sign-up": "sign_up", "/sign-in": "sign_in", "/safety": "safety",
};
export const MINE = {
  "/pair": "pair", "/today": "today", "/time": "time", "/inbox": "inbox", "/us": "us", "/device": "device",
};

// [module, style sheets]: a screen is shown when both are here, so that it is never drawn without its looks.
const FILES = {
  welcome: [() => import("./screens/welcome.js").then((found) => found.Welcome), ["welcome"]],
  sign_up: [() => import("./screens/sign_up.js").then((found) => found.SignUp), []],
  sign_in: [() => import("./screens/sign_in.js").then((found) => found.SignIn), []],
  safety: [() => import("./screens/safety.js").then((found) => found.Safety), ["safety"]],
  pair: [() => import("./screens/pair.js").then((found) => found.Pair), ["pair", "shares"]],
  today: [() => import("./screens/today.js").then((found) => found.Today), ["today"]],
  time: [() => import("./screens/time.js").then((found) => found.Time), ["time"]],
  inbox: [() => import("./screens/inbox.js").then((found) => found.Inbox), ["inbox"]],
  us: [() => import("./screens/us.js").then((found) => found.Us), ["shares", "us"]],
  device: [() => import("./screens/device.js").then((found) => found.Device), []],
};

const sheets = new Map();

function fetchSheet(name) {
  if (!sheets.has(name)) {
    const come = new Promise((done, failed) => {
      const link = document.createElement("link");
      Object.assign(link, { rel: "stylesheet", href: `/app/styles/${name}.css`, onload: done, onerror: failed });
      document.head.append(link);
    });
    sheets.set(name, come.catch((error) => (sheets.delete(name), Promise.reject(error))));
  }
  return sheets.get(name);
}

export async function fetchScreen(name) {
  const [fetchModule, styles] = FILES[name];
  const [component] = await Promise.all([fetchModule(), ...styles.map(fetchSheet)]);
  return component;
}

// All that is left, so that no screen waits later, and a page that is open has one version of every file.
export const fetchScreens = () => Promise.allSettled(Object.keys(FILES).map(fetchScreen)).then(fetchParts);

// What this address most likely wants is on its way while the server is asked who is there.
const likely = { ...OPEN, ...MINE }[location.pathname];
if (likely) fetchScreen(likely).catch(() => {});
