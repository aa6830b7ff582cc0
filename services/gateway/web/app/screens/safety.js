// What if I do not feel safe? Plain words that need no session and no network, and a button that leaves at once.

import { html, useEffect, useState } from "../vendor/htm-preact/standalone.module.js";
import { api } from "../api.js";
import { signOut } from "../live.js";
import { leaveForGood } from "../route.js";
import { forgetEverything, useStore } from "../store.js";
import { learn, t } from "../words.js";
import { SAFETY } from "../words.safety.en.js";
import { Told, useAct } from "../ui/parts.js";

learn({ en: SAFETY });

// Sections by the number of their paragraphs.
const SECTIONS = [
  ["sees", 3],
  ["ending", 3],
  ["device", 3],
  ["password", 3],
  ["traces", 3],
];
const PLACES = ["findahelpline.com", "hotpeachpages.net"];

// Nothing stays in memory, and the way back leads neither here nor to what was shown before.
function leave() {
  leaveForGood();
  forgetEverything();
}

export function Safety() {
  const signedIn = useStore((now) => now.signedIn);
  const [session, setSession] = useState(false);
  useEscapeTwice(leave);
  useEffect(() => {
    if (signedIn) setSession(true);
  }, [signedIn]);
  usePlainTab();
  return html`
    <div class="safety">
      <main>
        <h1 tabindex="-1">${t("safety.title")}</h1>
        <div class="safety-leave">
          <button type="button" onClick=${leave}>${t("safety.leave")}</button>
          <p>${t("safety.leave_by_key")}</p>
        </div>
        <p>${t("safety.lead")}</p>
        <p><strong>${t("safety.emergency")}</strong></p>
        ${SECTIONS.map(([name, count]) => html`<${Words} name=${name} count=${count} />`)}
        <section>
          <h2>${t("safety.help")}</h2>
          <p>${t("safety.help.1")}</p>
          <ul>
            ${PLACES.map(
              (place) => html`
                <li><a href=${`https://${place}`} rel="noreferrer">${place}</a>: ${t(`safety.${place}`)}</li>`,
            )}
          </ul>
          <p>${t("safety.help.2")}</p>
        </section>
        ${session && html`<${SessionHere} signedIn=${signedIn} />`}
        <p><a href=${signedIn ? "/us" : "/welcome"} data-in-app>${t("back")}</a></p>
      </main>
    </div>`;
}

const Words = ({ name, count }) => html`
  <section>
    <h2>${t(`safety.${name}`)}</h2>
    ${Array.from({ length: count }, (_, at) => html`<p>${t(`safety.${name}.${at + 1}`)}</p>`)}
  </section>`;

function SessionHere({ signedIn }) {
  const waiting = useStore((now) => now.waiting.sessions);
  const [end, busy, problem] = useAct(() =>
    signOut(async () => api.deleteSession((await api.listSessions()).find((each) => each.current).id)),
  );
  return html`
    <section>
      <h2>${t("safety.session")}</h2>
      ${signedIn &&
      html`
        <button type="button" class="safety-link" disabled=${busy} onClick=${end}>${t("safety.session_end")}</button>`}
      <p role="status">${!signedIn ? t("safety.session_ended") : waiting && t("waiting")}</p>
      <${Told} problem=${problem} />
    </section>`;
}

// The tab shows no sign of this app either: not its name, its icon, its colour, nor that it could be installed.
function usePlainTab() {
  useEffect(() => {
    const worn = document.head.querySelectorAll("[rel$=icon], [rel=manifest], [name=theme-color]");
    const plain = Object.assign(document.createElement("link"), { rel: "icon", href: "/app/icons/plain.svg" });
    worn.forEach((each) => each.remove());
    document.head.append(plain);
    return () => {
      plain.remove();
      document.head.append(...worn);
    };
  }, []);
}

function useEscapeTwice(run) {
  useEffect(() => {
    let pressed = 0;
    const hear = (event) => {
      pressed = event.key === "Escape" ? pressed + 1 : 0;
      if (pressed === 2) run();
    };
    addEventListener("keydown", hear);
    return () => removeEventListener("keydown", hear);
  }, []);
}
