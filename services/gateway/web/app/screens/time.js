// What time do we have together? Invites and the times that suit both; beside them what each wants to be reminded of.

import { html, useState } from "../vendor/htm-preact/standalone.module.js";
import { heal, load, useResource, useStore } from "../store.js";
import { t } from "../words.js";
import { Shell } from "../ui/shell.js";
import { later } from "../ui/later.js";
import { ErrorState, Loading, Resource, useAllFailed, useAnswered } from "../ui/states.js";
import { isMyTurn } from "./time_invite_card.js";
import { Invites } from "./time_invites.js";
import { Reminders } from "./time_reminders.js";
import { useUs, zones } from "./time_said.js";
import { Slots } from "./time_slots.js";

const ProposeSheet = later(() => import("./time_invite_sheets.js").then((found) => found.ProposeSheet));
const CounterSheet = later(() => import("./time_invite_sheets.js").then((found) => found.CounterSheet));

export function Time() {
  const us = useUs();
  const couple = useStore((now) => now.couple);
  const invites = useResource("invites");
  const [proposing, propose] = useState(undefined);
  const [countering, counter] = useState(undefined);
  const waiting = us.paired && (invites.value ?? []).some(isMyTurn);
  const failed = useAllFailed("invites", "slots", "reminders");
  const first = couple.value === undefined ? couple : invites;
  if (!useAnswered("couple", "invites", "slots", "reminders"))
    return html`
      <${Shell} tab="time" title=${t("tab.time")} meta=${html`<${Zones} us=${us} />`}
        aside=${html`<${Loading} rows=${3} />`} loading><${Loading} /><//>`;
  if (failed)
    return html`
      <${Shell} tab="time" title=${t("tab.time")} meta=${html`<${Zones} us=${us} />`}>
        <${ErrorState} problem=${failed} again=${() => heal()} />
      <//>`;
  return html`
    <${Shell} tab="time" title=${t("tab.time")} meta=${html`<${Zones} us=${us} />`}
      aside=${html`<${Reminders} us=${us} />`}>
      <${Resource} of=${first} again=${() => load("couple", "invites")}>
        ${() => html`
          <${Invites} invites=${invites.value} us=${us} waiting=${waiting} onPropose=${propose}
            onCounter=${counter} />`}
      <//>
      ${us.paired && html`<${Slots} us=${us} onPropose=${propose} />`}
      ${proposing && html`<${ProposeSheet} us=${us} slot=${proposing.slot} onClose=${() => propose(undefined)} />`}
      ${countering && html`<${CounterSheet} id=${countering} us=${us} onClose=${() => counter(undefined)} />`}
    <//>`;
}

// Two lines high on a phone (styles), so that nothing moves when the other's zone is known.
const Zones = ({ us }) => html`<span class="time-zones">${zones(us)}</span>`;
