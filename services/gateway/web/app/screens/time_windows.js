// When do I like to spend time together? My own weekly windows, which nobody else ever sees.

import { html, useState } from "../vendor/htm-preact/standalone.module.js";
import { api } from "../api.js";
import { weekdayName, zoneTime } from "../dates.js";
import { act, load, setValue, useResource } from "../store.js";
import { t } from "../words.js";
import { announce } from "../ui/announce.js";
import { Form } from "../ui/form.js";
import { Icon } from "../ui/icons.js";
import { Button, Field, Select, Sheet, useAct, useClosed } from "../ui/parts.js";
import { Resource } from "../ui/states.js";
import { errorAt } from "./time_form.js";

const MOST = 50;
const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];
const MORNING = { weekday: 6, start: "10:00", end: "13:00" };

export function WindowsSheet({ us, onClose }) {
  const windows = useResource("windows");
  return html`
    <${Sheet} title=${t("time.windows")} onClose=${onClose}>
      <p class="note time-lead">${t("time.windows_help")}</p>
      <${Resource} of=${windows} rows=${2} again=${() => load("windows")}>
        ${(stated) => html`<${Windows} stated=${stated} us=${us} onClose=${onClose} />`}
      <//>
    <//>`;
}

function Windows({ stated, us, onClose }) {
  const [rows, setRows] = useState(() => stated.windows.map((each, id) => ({ ...each, id })));
  const zones = [...new Set([stated.zone || us.zone, us.zone])];
  const [zone, setZone] = useState(zones[0]);
  const closed = useClosed();
  const [save, busy, problem] = useAct(async () => {
    const windows = rows.map(({ weekday, start, end }) => ({ weekday, start, end }));
    setValue("windows", await act("windows", () => api.setWindows(windows, zone), closed));
    load("slots");
    if (!closed.aborted) onClose();
    announce(t("time.windows_saved"));
  });
  const change = (id, changed) => setRows(rows.map((row) => (row.id === id ? { ...row, ...changed } : row)));
  const add = () => {
    const id = Math.max(-1, ...rows.map((row) => row.id)) + 1;
    setRows([...rows, { ...(rows.at(-1) ?? MORNING), id }]);
  };
  const fields = rows.flatMap((_, at) => [`windows[${at}].start`, `windows[${at}].end`]);
  return html`
    <${Form} label=${t("time.windows")} act=${t("save")} busy=${busy} waits="windows" problem=${problem}
      fields=${fields} onSubmit=${save}>
      ${zones.length > 1
        ? html`
            <${Select} label=${t("time.zone_label")} value=${zone} onChange=${setZone}
              options=${zones.map((each) => [each, zoneTime(each)])} />`
        : html`<p class="meta">${zoneTime(zone)}</p>`}
      ${rows.length === 0 && html`<p class="note">${t("time.windows_none")}</p>`}
      <ul class="time-windows">
        ${rows.map(
          (row, at) => html`
            <li key=${row.id}>
              <${Window} row=${row} at=${at} problem=${problem} onChange=${(changed) => change(row.id, changed)}
                onRemove=${() => setRows(rows.filter((each) => each.id !== row.id))} />
            </li>`,
        )}
      </ul>
      ${rows.length < MOST &&
      html`<div class="acts"><${Button} quiet small onClick=${add}>${t("time.window_add")}<//></div>`}
    <//>`;
}

const Window = ({ row, at, problem, onChange, onRemove }) => html`
  <fieldset class="time-window">
    <legend class="unseen">${t("time.window_name", { number: at + 1 })}</legend>
    <${Select} label=${t("time.window_day")} value=${row.weekday}
      onChange=${(value) => onChange({ weekday: Number(value) })}
      options=${WEEKDAYS.map((each) => [each, weekdayName(each)])} />
    <button type="button" class="icon-button" onClick=${onRemove}
      aria-label=${t("time.window_remove_name", { number: at + 1 })}><${Icon} name="cross" /></button>
    <${Field} label=${t("time.window_from")} type="time" required value=${row.start}
      error=${errorAt(problem, `windows[${at}].start`)} onInput=${(event) => onChange({ start: event.target.value })} />
    <${Field} label=${t("time.window_to")} type="time" required value=${row.end}
      help=${row.end && row.start && row.end <= row.start ? t("time.window_next_day") : undefined}
      error=${errorAt(problem, `windows[${at}].end`)} onInput=${(event) => onChange({ end: event.target.value })} />
  </fieldset>`;
