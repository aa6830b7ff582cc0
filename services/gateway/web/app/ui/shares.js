// What flows without a further act? Four standing shares, off until switched on; who shows them keeps the state.

import { html } from "../vendor/htm-preact/standalone.module.js";
import { day } from "../dates.js";
import { useZone } from "../store.js";
import { t } from "../words.js";
import { Switch } from "./parts.js";

const TAKES_BOTH = new Set(["SHARE_AVAILABILITY", "SHARE_MEMORIES"]);

// `shares` as the api gives them (ShareState); `onChange` hears the set of names that are to be on.
export function ShareChoices({ shares, onChange, disabled }) {
  const zone = useZone();
  const on = shares.filter((each) => each.grantedByMe).map((each) => each.share);
  const turn = (share, wished) => onChange(new Set(wished ? [...on, share] : on.filter((each) => each !== share)));
  return html`
    <ul class="card list">
      ${shares.map(
        (each) => html`
          <li class="shares-row" key=${each.share}>
            <${Switch} label=${t(`shares.${each.share}`)} meta=${html`<${Meaning} of=${each} zone=${zone} />`}
              on=${each.grantedByMe} disabled=${disabled} onChange=${(wished) => turn(each.share, wished)} />
          </li>`,
      )}
    </ul>`;
}

const Meaning = ({ of, zone }) => {
  const stands = standing(of, zone);
  return html`${t(`shares.${of.share}.means`)}${stands && html`<span class="shares-now">${stands}</span>`}`;
};

// How it stands now: until when mine holds, and whether something flows. Whatever is not shared looks alike.
function standing({ share, grantedByMe, active, expiresAt }, zone) {
  const both = TAKES_BOTH.has(share);
  const mine = grantedByMe && expiresAt && t("shares.until", { day: day(expiresAt, zone) });
  const flows = active ? t(both ? "shares.between" : "shares.to_you") : mine && both && t("shares.not_now");
  return [mine, flows].filter(Boolean).join(" ");
}
