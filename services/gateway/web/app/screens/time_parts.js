// What do the lists of this screen share? An end to what is drawn at once, and notes.

import { html, useState } from "../vendor/htm-preact/standalone.module.js";
import { t } from "../words.js";
import { Button } from "../ui/parts.js";

const ROWS = 50;

// Of a long list, called `name`, the first ones, and the act that shows more.
export function useSome(list, name, first = ROWS) {
  const [most, setMost] = useState(first);
  const more =
    list.length > most &&
    html`
      <div class="acts acts-flush">
        <${Button} text aria-label=${t("time.more_name", { name })} onClick=${() => setMost(most + ROWS)}>
          ${t("more")}
        <//>
      </div>`;
  return [list.slice(0, most), more];
}

// What somebody wrote to an invite or a reminder; of a long one the beginning, until all is asked for.
export function Note({ of: { note, title } }) {
  const [all, showAll] = useState(note.length <= 240);
  return (
    note &&
    html`
      <p class=${`time-note ${all ? "" : "short"}`}>${note}</p>
      ${!all &&
      html`<${Button} text aria-label=${t("time.whole_note_name", { title })} onClick=${() => showAll(true)}>
        ${t("time.whole_note")}
      <//>`}`
  );
}
