// What do two lights look like when they meet? The question, two glows that drift together once, and both answers rise.

import { html, useEffect, useState } from "../vendor/htm-preact/standalone.module.js";
import { setState, useStore } from "../store.js";
import { t } from "../words.js";
import { announce } from "../ui/announce.js";
import { focusTitle } from "../ui/shell.js";
import { choose } from "./today_kept.js";

const LONG = 500; // characters from which words are set to be read, not to be looked at
const GLOWS = ["halo", "halo theirs", "core", "core theirs"];
const met = new Set(); // ids of prompts whose lights have met on this page

export const haveMet = (id) => met.has(id);

export function Reveal({ prompt, name }) {
  const just = useStore((now) => now.revealed === prompt.id);
  const [meeting, meet] = useState(just && !met.has(prompt.id));
  useEffect(() => {
    if (!just) return;
    choose(prompt.id);
    setState({ revealed: undefined });
    if (met.has(prompt.id)) return;
    met.add(prompt.id);
    meet(true);
    scrollTo(0, 0);
    focusTitle();
    const { partnerAnswer, myAnswer } = prompt;
    const speak = () => announce(t("reveal.said", { name, theirs: partnerAnswer, mine: myAnswer }));
    setTimeout(speak, 100); // after the heading that has the focus, and once the region is there to be heard
  }, [just]);
  return html`
    <section class=${meeting ? "reveal reveal-meeting" : "reveal"} aria-labelledby="question">
      <h2 class="question" id="question" tabindex="-1">${prompt.text}</h2>
      <div class="reveal-lights" aria-hidden="true">
        ${GLOWS.map((each) => html`<div class=${`reveal-glow ${each}`}></div>`)}
      </div>
      <${Voices} prompt=${prompt} name=${name} />
    </section>`;
}

// Both answers; `name` is the partner's. Without a partner their words are closed, also where they are still in memory.
export const Voices = ({ prompt, name }) => html`
  <div class="reveal-voices">
    ${name && prompt.partnerAnswer
      ? html`<${Voice} whose="theirs" name=${name} words=${prompt.partnerAnswer} />`
      : html`<p class="note">${t("reveal.theirs_closed")}</p>`}
    <${Voice} whose="mine" name=${t("you")} words=${prompt.myAnswer} />
  </div>`;

export const Voice = ({ whose, name, words }) => html`
  <figure class=${`reveal-voice ${whose}`}>
    <figcaption><span class=${`lamp lit lamp-${whose}`} aria-hidden="true"></span>${name}</figcaption>
    <blockquote class=${words.length > LONG ? "words words-long" : "words"}>${words}</blockquote>
  </figure>`;
