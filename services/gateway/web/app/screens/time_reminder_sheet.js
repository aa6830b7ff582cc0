// What is there to a reminder? Its note, its next times, whose it is; and how it is stopped, put off, or accepted.

import { html, useState } from "../vendor/htm-preact/standalone.module.js";
import { api } from "../api.js";
import { dayOf, instantOf, localParts, moment } from "../dates.js";
import { joined, t } from "../words.js";
import { Confirm } from "../ui/confirm.js";
import { Form } from "../ui/form.js";
import { Chip, Sheet, Told, useClosed } from "../ui/parts.js";
import { Waits } from "../ui/states.js";
import { Choice } from "./time_form.js";
import { Note } from "./time_parts.js";
import {
  forWhom, isMine, isOfferToMe, leadInWords, leads, offerOf, ringOf, useStep, whenItIs,
} from "./time_reminder.js";
import { addDays, focusOn } from "./time_said.js";

const stopWords = (reminder) => {
  if (reminder.audience === "AUDIENCE_ME") return "time.stop_ask_me";
  return isMine(reminder) ? "time.stop_ask_all" : "time.stop_ask_mine";
};

const Fact = ({ label, children }) => (children ? html`<div><dt>${label}</dt><dd>${children}</dd></div>` : null);

// `over`: it comes no more, and can only be read.
export function ReminderSheet({ reminder, us, over, onClose }) {
  const closed = useClosed();
  const [step, busy, problem] = useStep(reminder, () => (onClose(), focusOn("time-reminders")), closed);
  const ahead = reminder.rings.filter(({ state }) => state === "RING_STATE_PENDING" || state === "RING_STATE_SNOOZED");
  return html`
    <${Sheet} title=${reminder.title} onClose=${onClose}>
      <div class="time-over">
        <${Note} of=${reminder} />
        <dl class="time-facts">
          <${Fact} label=${t("time.fact_when")}>${whenItIs(reminder, us)}<//>
          <${Fact} label=${t("time.fact_for")}>${joined(forWhom(reminder, us), offerOf(reminder, us))}<//>
          <${Fact} label=${t("time.fact_by")}>${isMine(reminder) ? t("you") : us.name}<//>
          <${Fact} label=${t("time.fact_lead")}>${reminder.lead && !over && leadInWords(reminder.lead)}<//>
          <${Fact} label=${t("time.fact_next")}>
            ${ahead.length > 0 &&
            html`<ul>${ahead.map((ring) => html`<li key=${ring.occurrence}>${moment(ring.dueAt, us.zone)}</li>`)}</ul>`}
          <//>
        </dl>
        ${!over && !isOfferToMe(reminder) &&
        html`
          <${Confirm} danger act=${t("time.stop")} name=${t("time.stop_name", reminder)} busy=${busy}
            ask=${t(stopWords(reminder), us)} yes=${t("time.stop_yes")}
            onYes=${() => step((key) => api.cancelReminder(reminder.id, key), "time.stopped")} />`}
        <${Waits} name=${`reminder-${reminder.id}`} />
        <${Told} problem=${problem} />
      </div>
    <//>`;
}

// Ring again later, for me alone: in a little while, or tomorrow at the time it is about.
export function LaterSheet({ reminder, us, onClose }) {
  const ring = ringOf(reminder);
  const closed = useClosed();
  const [step, busy, problem] = useStep(reminder, () => (onClose(), focusOn(`reminder-${reminder.id}`)), closed);
  if (!ring) return null;
  const at = localParts(instantOf(ring.occurrence, reminder.zone), us.zone);
  const tomorrow = instantOf(`${addDays(dayOf(Date.now(), us.zone), 1)}${at.slice(10)}`, us.zone);
  const snooze = (seconds) =>
    step((key) => api.snoozeReminder(reminder.id, ring.occurrence, `${seconds}s`, key), "time.put_off");
  return html`
    <${Sheet} title=${t("time.later_title")} onClose=${onClose}>
      <div class="time-over">
        <p class="fact">${reminder.title}</p>
        <div class="chips">
          <${Chip} disabled=${busy} onClick=${() => snooze(600)}>${t("time.in_10")}<//>
          <${Chip} disabled=${busy} onClick=${() => snooze(3600)}>${t("time.in_60")}<//>
          <${Chip} disabled=${busy} onClick=${() => snooze(Math.ceil((Date.parse(tomorrow) - Date.now()) / 1000))}>
            ${moment(tomorrow, us.zone)}
          <//>
        </div>
        <p class="note">${t("time.later_help")}</p>
        <${Waits} name=${`reminder-${reminder.id}`} />
        <${Told} problem=${problem} />
      </div>
    <//>`;
}

// Accept what the other offers, with my own lead.
export function AcceptSheet({ reminder, us, onClose }) {
  const [lead, setLead] = useState("0s");
  const closed = useClosed();
  const [step, busy, problem] = useStep(reminder, () => (onClose(), focusOn(`reminder-${reminder.id}`)), closed);
  const accept = () => step((key) => api.acceptReminder(reminder.id, lead, key), "time.offer_accepted");
  return html`
    <${Sheet} title=${t("time.accept_title")} onClose=${onClose}>
      <div class="time-stands">
        <p class="fact">${reminder.title}</p>
        <p class="meta">${whenItIs(reminder, us)}</p>
        <${Note} of=${reminder} />
      </div>
      <${Form} label=${t("time.accept_title")} act=${t("time.accept_offer")} busy=${busy}
        waits=${`reminder-${reminder.id}`} problem=${problem} fields=${[]} onSubmit=${accept}>
        <${Choice} label=${t("time.lead_label")} options=${leads()} value=${lead} onChange=${setLead} />
      <//>
    <//>`;
}
