// Which other questions are there today? One chip each, with what has become of it as far as I may know.

import { html } from "../vendor/htm-preact/standalone.module.js";
import { t } from "../words.js";
import { Chip, Section } from "../ui/parts.js";
import { OPEN, REVEALED, SEALED } from "./today_kept.js";

export function Others({ prompts, current, name, onChoose }) {
  const others = prompts.filter((prompt) => prompt.id !== current.id);
  if (!others.length) return null;
  return html`
    <${Section} label=${t(current.state === OPEN ? "today.or_one_of" : "today.also")}>
      <ul class="today-others">
        ${others.map(
          (prompt) => html`
            <li key=${prompt.id}>
              <${Chip} onClick=${() => onChoose(prompt.id)}>${prompt.text}<${State} of=${prompt} name=${name} /><//>
            </li>`,
        )}
      </ul>
    <//>`;
}

function State({ of, name }) {
  const lines = [
    of.state === REVEALED && ["mine theirs", t("today.badge_opened")],
    of.state === SEALED && ["mine", t("today.badge_sealed")],
    of.lightLeftByPartner && ["theirs", t("today.light_left", { name })],
  ].filter(Boolean);
  return lines.map(
    ([whose, words]) => html`
      <span class=${`today-other-state ${whose}`}>
        ${whose.split(" ").map((each) => html`<span class=${`lamp lit lamp-${each}`} aria-hidden="true"></span>`)}
        ${words}
      </span>`,
  );
}
