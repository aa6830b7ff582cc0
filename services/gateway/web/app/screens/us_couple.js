// Who are we two? The other's name as they chose it, since when, and the calendar that both of us live by.

import { html, useState } from "../vendor/htm-preact/standalone.module.js";
import { api } from "../api.js";
import { cityOf, longDate, weekdayName, zoneChoices } from "../dates.js";
import { act, setValue, useZone } from "../store.js";
import { joined, t } from "../words.js";
import { announce } from "../ui/announce.js";
import { Button, Field, List, Row, Section, Select } from "../ui/parts.js";
import { weekdays } from "./us_choices.js";
import { EditSheet } from "./us_edit.js";

export function Couple({ couple }) {
  const zone = useZone();
  const [open, setOpen] = useState(false);
  const { partner, calendar } = couple;
  const close = () => setOpen(false);
  const change = html`
    <${Button} quiet small aria-label=${t("us.calendar.change")} onClick=${() => setOpen(true)}>${t("us.change")}<//>`;
  const since = t("us.since", { date: longDate(couple.pairedAt, zone) });
  return html`
    <${Section} label=${t("us.couple")}>
      <${List}>
        <${Row} icon="us" fact=${partner.displayName} meta=${joined(partner.pronouns, since)} />
        <${Row} icon="calendar" fact=${t("us.calendar")} meta=${summary(calendar)} act=${change} />
      <//>
      ${open && html`<${CalendarSheet} calendar=${calendar} name=${partner.displayName} onClose=${close} />`}
    <//>`;
}

const summary = ({ zone, dayStart, weekStart }) =>
  t("us.calendar.summary", { city: cityOf(zone), time: dayStart, day: weekdayName(weekStart) });

const FIELDS = ["calendar.zone", "calendar.dayStart", "calendar.weekStart"];

function CalendarSheet({ calendar, name, onClose }) {
  const [wished, setWished] = useState(calendar);
  const change = (changed) => setWished({ ...wished, ...changed });
  const save = async (closed) => {
    setValue("couple", await act("calendar", () => api.setCalendar(wished), closed));
    announce(t("us.saved"));
  };
  return html`
    <${EditSheet} title=${t("us.calendar")} lead=${t("us.calendar.who", { name })} waits="calendar"
      fields=${FIELDS} save=${save} onClose=${onClose}>
      ${(wrong) => html`
        <${Select} label=${t("us.zone")} options=${zoneChoices(calendar.zone)} value=${wished.zone}
          error=${wrong("calendar.zone")} onChange=${(zone) => change({ zone })} />
        <${Field} label=${t("us.day_start")} help=${t("us.day_start.help")} type="time" required
          value=${wished.dayStart} error=${wrong("calendar.dayStart")}
          onInput=${(event) => change({ dayStart: event.target.value })} />
        <${Select} label=${t("us.week_start")} options=${weekdays()} value=${String(wished.weekStart)}
          error=${wrong("calendar.weekStart")} onChange=${(day) => change({ weekStart: Number(day) })} />`}
    <//>`;
}
