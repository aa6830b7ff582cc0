// What becomes of words whose question is gone? They stay in sight until they are copied or let go.

import { html, useState } from "../vendor/htm-preact/standalone.module.js";
import { t } from "../words.js";
import { Button, Section } from "../ui/parts.js";
import { dayName } from "./reveal_past.js";
import { dropDraft } from "./today_kept.js";

export function LeftOver({ draft, today, redraw }) {
  const { prompt, text } = draft;
  const yesterday = dayName(prompt.day, today) === t("when.yesterday");
  const [copied, setCopied] = useState("");
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setCopied(t("copied")),
      () => setCopied(t("today.not_copied")),
    );
  const discard = () => {
    dropDraft(prompt.id);
    redraw();
    document.querySelector("h1").focus();
  };
  return html`
    <${Section} label=${t(yesterday ? "today.left_yesterday" : "today.left")}>
      <div class="card today-left">
        <p class="today-left-question">${prompt.text}</p>
        <p class="words words-long">${text}</p>
        <div class="acts">
          <${Button} quiet small onClick=${copy}>${t("today.copy")}<//>
          <${Button} text onClick=${discard}>${t("today.discard")}<//>
          <span class="note" role="status">${copied}</span>
        </div>
      </div>
    <//>`;
}
