// Who is on the other side? A name and pronouns, and my own yes; never whether the other has said theirs.

import { html } from "../vendor/htm-preact/standalone.module.js";
import { api } from "../api.js";
import { clock } from "../dates.js";
import { act, load, patch, useZone } from "../store.js";
import { Button, Told, useAct } from "../ui/parts.js";
import { Waits } from "../ui/states.js";
import { t } from "../words.js";

export function Confirm({ pairing, onTurnAway }) {
  const { id, other, state, expiresAt } = pairing;
  const zone = useZone();
  const said = state !== "PAIRING_STATE_CONFIRM";
  const [confirm, busy, problem] = useAct(async () => {
    patch("pairings", await act("confirm", (key) => api.confirmPairing(id, key)).catch(gone));
    await load("couple");
  });
  return html`
    <div class="card pair-other">
      <div class="pair-other-name">
        <p class="words">${other.displayName}</p>
        ${other.pronouns && html`<p class="meta">${other.pronouns}</p>`}
      </div>
      ${said
        ? html`<p class="lead">${t("pair.both_yes")}</p>`
        : html`
          <p class="lead">${t("pair.confirm_lead")}</p>
          <${Button} busy=${busy} onClick=${confirm}>${t("pair.confirm")}<//>
          <${Button} text disabled=${busy} onClick=${onTurnAway}>${t("pair.turn_away")}<//>`}
      <${Waits} name="confirm" />
      <${Told} problem=${problem} />
    </div>
    <p class="lead">
      ${t("pair.nothing_yet")} ${expiresAt && t("pair.closes", { time: clock(expiresAt, zone) })}
    </p>`;
}

// What closed meanwhile is shown as closed.
function gone(problem) {
  if (problem.reason === "pairing_closed") load("pairings");
  throw problem;
}
