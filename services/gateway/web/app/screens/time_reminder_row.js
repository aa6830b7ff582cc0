// What does one reminder say, and what can be done with it now? Done, later or left out; an offer is taken or not.

import { html, useState } from "../vendor/htm-preact/standalone.module.js";
import { api } from "../api.js";
import { t } from "../words.js";
import { later } from "../ui/later.js";
import { Icon } from "../ui/icons.js";
import { Badge, Button, Open, Told } from "../ui/parts.js";
import { Waits } from "../ui/states.js";
import { isOfferToMe, isRinging, metaOf, ringOf, useStep } from "./time_reminder.js";
import { focusOn, useFocusAfter } from "./time_said.js";

const AcceptSheet = later(() => import("./time_reminder_sheet.js").then((found) => found.AcceptSheet));
const LaterSheet = later(() => import("./time_reminder_sheet.js").then((found) => found.LaterSheet));

export function ReminderRow({ reminder, us, amber, over, onOpen }) {
  const id = `reminder-${reminder.id}`;
  const [sheet, show] = useState(undefined);
  const Over = { later: LaterSheet, accept: AcceptSheet }[sheet];
  const [step, busy, problem] = useStep(reminder, () => focusOn(id, "time-reminders"));
  useFocusAfter(problem, id);
  const ring = over ? undefined : ringOf(reminder);
  const rings = !over && isRinging(reminder);
  const asks = !over && isOfferToMe(reminder);
  return html`
    <li class=${`row row-opens time-row ${over ? "read" : ""}`}>
      ${asks
        ? html`<span class="lamp lit lamp-theirs" aria-hidden="true"></span>`
        : html`<${Icon} name=${reminder.audience === "AUDIENCE_ME" ? "note" : "bell"} />`}
      <div class="row-words">
        <p class="fact"><${Open} id=${id} onClick=${() => onOpen(reminder.id)}>${reminder.title}<//></p>
        <p class="meta">${metaOf(reminder, us)}</p>
        ${ring && html`<${RingActs} ...${{ reminder, ring, amber, busy, step, show }} />`}
        ${asks && html`<${OfferActs} ...${{ reminder, us, busy, step, show }} />`}
        <${Waits} name=${id} />
        <${Told} problem=${problem} />
      </div>
      ${rings && html`<div class="row-act"><${Badge} whose="mine">${t("time.rings")}<//></div>`}
      ${Over && html`<${Over} reminder=${reminder} us=${us} onClose=${() => show(undefined)} />`}
    </li>`;
}

// A time that came: done, put off, or left out. Of `either` the first to be done with it is so for both.
function RingActs({ reminder, ring, amber, busy, step, show }) {
  const run = (verb, said) => step((key) => api[verb](reminder.id, ring.occurrence, key), said);
  const whose = { AUDIENCE_EITHER: "time.acts_either", AUDIENCE_BOTH: "time.acts_both" }[reminder.audience];
  return html`
    <div class="acts time-acts">
      <${Button} quiet=${!amber} small busy=${busy} aria-label=${t("time.done_name", reminder)}
        onClick=${() => run("completeReminder", "time.is_done")}>${t("time.done")}<//>
      <${Button} text small disabled=${busy} aria-label=${t("time.later_name", reminder)}
        onClick=${() => show("later")}>${t("time.later")}<//>
      <${Button} text small disabled=${busy} aria-label=${t("time.skip_name", reminder)}
        onClick=${() => run("skipReminder", "time.skipped")}>${t("time.skip")}<//>
    </div>
    ${whose && html`<p class="note">${t(whose)}</p>`}`;
}

const OfferActs = ({ reminder, us, busy, step, show }) => html`
  <div class="acts time-acts">
    <${Button} quiet small disabled=${busy} aria-label=${t("time.accept_offer_name", reminder)}
      onClick=${() => show("accept")}>${t("time.accept_offer")}<//>
    <${Button} text small busy=${busy} aria-label=${t("time.decline_offer_name", reminder)}
      onClick=${() => step((key) => api.declineReminder(reminder.id, key), "time.offer_declined")}>
      ${t("time.decline_offer")}
    <//>
  </div>
  <p class="note">${t("time.decline_help", us)}</p>`;
