// What is Today to who is with nobody? What will be here, and the way there; after an end also what stayed theirs.

import { html, useEffect, useState } from "../vendor/htm-preact/standalone.module.js";
import { load, useStore } from "../store.js";
import { t } from "../words.js";
import { Button } from "../ui/parts.js";
import { Empty } from "../ui/states.js";
import { Openings, OwnAnswers } from "./reveal_past.js";

export function Alone({ redraw }) {
  const reveals = useStore((now) => now.reveals);
  const answers = useStore((now) => now.answers);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    load("reveals", "answers"); // what was loaded before an end holds the other's words
  }, []);
  const kept = Boolean(reveals.value?.reveals.length || answers.value?.answers.length);
  const pair = html`<a class="button" href="/pair" data-in-app>${t("today.to_pair")}</a>`;
  return html`
    <div class="card"><${Empty} act=${pair}>${t("today.alone")}<//></div>
    ${kept &&
    html`
      <div class="today-own">
        <${Button} text aria-expanded=${String(open)} onClick=${() => setOpen(!open)}>${t("today.stayed_yours")}<//>
      </div>
      ${open &&
      html`
        <p class="note">${t("today.stayed_yours_means")}</p>
        <${Openings} />
        <${OwnAnswers} redraw=${redraw} />`}`}`;
}
