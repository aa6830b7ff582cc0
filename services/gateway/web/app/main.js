// What is shown? The screen of the address, for who is signed in; whoever is not sees how to come in.

import { html, render, useEffect, useState } from "./vendor/htm-preact/standalone.module.js";
import { listen } from "./live.js";
import { go, usePath } from "./route.js";
import * as store from "./store.js";
import { locale, t } from "./words.js";
import { ErrorState, Loading } from "./ui/states.js";
import { focusTitle, Shell } from "./ui/shell.js";
import { OPEN, MINE, fetchScreen, fetchScreens } from "./screens.js";

// The address of the app that it was opened at, kept in memory alone and gone back to once; /today needs no wish.
let wished = MINE[location.pathname] && location.pathname !== "/today" ? location.pathname : undefined;

// Who is signed in, asked of the server: no script can read the cookie.
export async function begin() {
  await store.load("me");
  const { me, signedIn } = store.getState();
  if (signedIn) return; // asked twice
  if (!me.value) return store.setState({ signedIn: me.problem ? undefined : false });
  store.begin(me.value);
  if (wished) go(wished, { replace: true });
  wished = undefined;
  listen();
  await store.load("couple");
  fetchScreens();
}

const AGAIN_MS = 2000;

// The component of a screen, once its files are here.
function useScreen(name) {
  const [here, setHere] = useState({});
  useEffect(() => {
    if (!name) return undefined;
    let timer;
    const fetchIt = () =>
      fetchScreen(name).then(
        (component) => setHere({ name, component }),
        () => (timer = setTimeout(fetchIt, AGAIN_MS)),
      );
    fetchIt();
    return () => clearTimeout(timer);
  }, [name]);
  return here.name === name ? here.component : undefined;
}

// What keeps the first screen away is tried again by itself, soon or as soon as the browser is online.
function useAgain(problem, again) {
  useEffect(() => {
    if (!problem) return undefined;
    const over = new AbortController();
    store.soon(over.signal).then(() => over.signal.aborted || again());
    return () => over.abort();
  }, [problem]);
}

// Where somebody is, and nothing that anybody wrote; the safety page does not even name the app.
function titleOf(name) {
  if (name === "safety") return t("title.safety");
  return name === "welcome" ? t("app.name") : t("title", { screen: t(`title.${name}`), app: t("app.name") });
}

function App() {
  const path = usePath();
  const signedIn = store.useStore((now) => now.signedIn);
  const couple = store.useStore((now) => now.couple);
  const me = store.useStore((now) => now.me);
  useEffect(() => {
    if (signedIn === false && MINE[path]) go("/welcome", { replace: true });
    if (signedIn && OPEN[path] && path !== "/safety" && couple.value !== undefined)
      go(couple.value ? "/today" : "/pair", { replace: true });
  }, [signedIn, path, couple.value]);
  const wanted = path === "/safety" || signedIn === false ? OPEN[path] : signedIn ? MINE[path] : undefined;
  const Screen = useScreen(wanted);
  useEffect(focusTitle, [Screen]);
  useEffect(() => {
    if (Screen) document.title = titleOf(wanted);
  }, [Screen]);
  const nobody = signedIn === undefined;
  const problem = wanted ? undefined : nobody ? me.problem : couple.value === undefined && couple.problem;
  const again = nobody ? begin : () => store.load("couple");
  useAgain(problem, again);
  if (problem) return html`<${Shell} title=${t("app.name")}><${ErrorState} problem=${problem} again=${again} /><//>`;
  return Screen ? html`<${Screen} />` : html`<${Loading} page />`;
}

document.documentElement.lang = locale;
const plain = location.pathname === "/safety"; // nothing there tells of the app, nor stays of it
if (!plain) document.title = t("app.name");
begin();
render(html`<${App} />`, document.getElementById("app"));

// Trusted Types: the one script address that is made here.
if ("serviceWorker" in navigator && !plain) {
  const make = { createScriptURL: () => "/worker.js" };
  const policy = window.trustedTypes ? trustedTypes.createPolicy("twolamps", make) : make;
  const registered = navigator.serviceWorker.register(policy.createScriptURL(""));
  registered.catch(() => {}); // without it only the offline shell is missing
}
