// How is a reminder made? In a sheet: what, for whom, when and how often, and how long before.

import { html } from "../vendor/htm-preact/standalone.module.js";
import { api } from "../api.js";
import { dayOf, instantOf, localParts, weekdayName, zoneTime } from "../dates.js";
import { act, patch, useStore } from "../store.js";
import { t } from "../words.js";
import { announce } from "../ui/announce.js";
import { Form } from "../ui/form.js";
import { useKept } from "../ui/kept.js";
import { Chip, Select, Sheet, useAct, useClosed } from "../ui/parts.js";
import { Choice, DayAndTime, NoteField, TitleField, errorAt, isWhole, refused } from "./time_form.js";
import { leads } from "./time_reminder.js";
import { DAYS, firstDate, ruleOf, weekdayOf } from "./time_rules.js";
import { clockChange, focusOn, momentBoth } from "./time_said.js";

const AUDIENCES = ["AUDIENCE_ME", "AUDIENCE_YOU", "AUDIENCE_BOTH", "AUDIENCE_EITHER"];
const REPEATS = ["once", "daily", "workdays", "weekly", "monthly"];
const FIELDS = ["title", "note", "first", "zone", "rrule"];

// In an hour, on the hour.
const soon = (zone) => {
  const local = localParts(Date.now() + 3_600_000, zone);
  return { date: local.slice(0, 10), time: `${local.slice(11, 13)}:00` };
};

// `audience` is whom it is for to begin with; who is alone meanwhile makes it for themselves.
export function NewReminderSheet({ us, audience: begun, onClose }) {
  const couplesZone = useStore((now) => now.couple.value?.calendar?.zone);
  const zones = [...new Set([us.zone, us.theirZone, couplesZone].filter(Boolean))];
  const [made, setMade, drop] = useKept(`reminder ${begun}`, {
    ...soon(us.zone), title: "", note: "", audience: begun, zone: us.zone, repeats: "once", days: [], lead: "0s",
  });
  const set = (name) => (value) => setMade((now) => ({ ...now, [name]: value }));
  const { repeats, time, zone } = made;
  const audience = us.paired ? made.audience : "AUDIENCE_ME";
  const days = made.days.length ? made.days : [DAYS[weekdayOf(made.date || dayOf(Date.now(), zone))]];
  const date = isWhole(made) ? firstDate(made.date, repeats, days) : made.date;
  const closed = useClosed();
  const [save, busy, problem] = useAct(async () => {
    if (!made.title.trim()) throw refused("title", "title_not_allowed");
    if (!isWhole(made)) throw refused("first", "time_missing");
    const { title, note, lead } = made;
    const wished = {
      title, note, audience, first: `${date}T${time}:00`, zone, rrule: ruleOf(repeats, days), lead,
    };
    const reminder = await act("reminder", (key) => api.createReminder(wished, key), closed);
    drop();
    patch("reminders", reminder);
    announce(t("time.reminder_made", reminder));
    if (closed.aborted) return;
    onClose();
    focusOn(`reminder-${reminder.id}`);
  });
  const offer = audience === "AUDIENCE_YOU";
  const title = offer ? t("time.offer_one", us) : t("time.new_reminder");
  return html`
    <${Sheet} title=${title} onClose=${onClose}>
      <${Form} label=${title} act=${t(offer ? "time.offer_it" : "time.keep_reminder")} busy=${busy} waits="reminder"
        problem=${problem} fields=${FIELDS} onSubmit=${save}>
        <${TitleField} value=${made.title} onChange=${set("title")} problem=${problem} />
        ${us.paired &&
        html`
          <${Select} label=${t("time.audience_label")} value=${audience} onChange=${set("audience")}
            options=${AUDIENCES.map((each) => [each, t(`time.${each.toLowerCase()}`, us)])}
            help=${t(`time.${audience.toLowerCase()}_help`, us)} />`}
        <${DayAndTime} value=${made} onChange=${(changed) => setMade((now) => ({ ...now, ...changed }))}
          error=${errorAt(problem, "first")} us=${{ ...us, zone }} />
        ${zones.length > 1 &&
        html`
          <${Select} label=${t("time.zone_label")} value=${zone} onChange=${set("zone")}
            error=${errorAt(problem, "zone")} options=${zones.map((each) => [each, zoneTime(each)])} />`}
        <${Select} label=${t("time.repeats_label")} value=${repeats} onChange=${set("repeats")}
          options=${REPEATS.map((each) => [each, t(`time.repeats_${each}`)])} error=${errorAt(problem, "rrule")}
          help=${repeats !== "once" && audience !== "AUDIENCE_ME" ? t("time.repeats_help") : undefined} />
        ${repeats === "weekly" && html`<${Days} days=${days} onChange=${set("days")} />`}
        ${isWhole(made) &&
        html`<${FirstSaid} local=${`${date}T${time}:00`} zone=${zone} us=${us} repeats=${repeats} />`}
        <${Choice} label=${t("time.lead_label")} options=${leads()} value=${made.lead} onChange=${set("lead")} />
        <${NoteField} value=${made.note} onChange=${set("note")} problem=${problem} />
      <//>
    <//>`;
}

// Days of the week; one at least stays chosen.
const Days = ({ days, onChange }) => html`
  <fieldset class="time-choice">
    <legend>${t("time.days_label")}</legend>
    <div class="chips time-days">
      ${DAYS.map((day, index) => {
        const chosen = days.includes(day);
        const others = days.filter((each) => each !== day);
        return html`
          <${Chip} key=${day} chosen=${chosen}
            onClick=${() => onChange(chosen ? (others.length ? others : days) : [...days, day])}>
            ${weekdayName(index + 1, "short")}
          <//>`;
      })}
    </div>
  </fieldset>`;

// When it comes first, in both zones, and what is to be known of that time.
function FirstSaid({ local, zone, us, repeats }) {
  const clocks = clockChange(local, zone);
  const late = repeats === "monthly" && Number(local.slice(8, 10)) > 28;
  return html`
    <div class="time-said" role="status">
      <p class="meta">${t("time.first_on", { when: momentBoth(instantOf(local, zone), us) })}</p>
      ${clocks && html`<p class="note">${clocks}</p>`}
      ${late && html`<p class="note">${t("time.month_ends", { day: Number(local.slice(8, 10)) })}</p>`}
    </div>`;
}
