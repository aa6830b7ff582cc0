// Which lamps are lit? Mine when I sealed or left something; theirs by what they chose to show, never by their
// presence.

import { html } from "../vendor/htm-preact/standalone.module.js";
import { useResource, useStore } from "../store.js";
import { t } from "../words.js";

const sealed = (prompt) => ["PROMPT_STATE_SEALED", "PROMPT_STATE_REVEALED"].includes(prompt.state);
const shown = (prompt) => prompt.lightLeftByPartner || prompt.state === "PROMPT_STATE_REVEALED";
const asks = (invite) => invite.state === "INVITE_STATE_OPEN" && invite.turn === "PARTY_ME";

const mineIsLit = (state) => (state.today.value?.prompts ?? []).some(sealed);
const theirsIsLit = (state) =>
  Boolean(state.couple.value) &&
  ((state.today.value?.prompts ?? []).some(shown) || (state.invites.value ?? []).some(asks));

export function Lamps() {
  useResource("today");
  useResource("invites");
  const mine = useStore(mineIsLit);
  const theirs = useStore(theirsIsLit);
  const name = useStore((now) => now.couple.value?.partner.displayName ?? "");
  const key = mine && theirs ? "both" : mine ? "mine" : theirs ? "theirs" : "none";
  return html`<${Pair} mine=${mine} theirs=${theirs} label=${t(`lamps.${key}`, { name })} />`;
}

// A pair of lamps as a picture; without a label it is decoration.
export const Pair = ({ mine, theirs, label }) => html`
  <div class="lamps" role=${label ? "img" : undefined} aria-label=${label} aria-hidden=${label ? undefined : "true"}>
    <span class="lamp lamp-mine ${mine ? "lit" : ""}"></span>
    <span class="lamps-line"></span>
    <span class="lamp lamp-theirs ${theirs ? "lit" : ""}"></span>
  </div>`;
