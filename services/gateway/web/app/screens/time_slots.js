// When are both free? The times that suit the two, never whose wish they come from; and my own preferred times.

import { html, useState } from "../vendor/htm-preact/standalone.module.js";
import { moment, span } from "../dates.js";
import { load, useResource } from "../store.js";
import { t } from "../words.js";
import { later } from "../ui/later.js";
import { Button, List, Row, Section } from "../ui/parts.js";
import { Resource } from "../ui/states.js";
import { there } from "./time_said.js";

const WindowsSheet = later(() => import("./time_windows.js").then((found) => found.WindowsSheet));

export function Slots({ us, onPropose }) {
  const slots = useResource("slots");
  const [editing, setEditing] = useState(false);
  return html`
    <${Section} label=${t("time.slots")}>
      <${Resource} of=${slots} rows=${3} again=${() => load("slots")}>
        ${(found) => html`<${Found} found=${found} us=${us} onPropose=${onPropose} />`}
      <//>
      <div class="acts acts-flush">
        <${Button} text onClick=${() => setEditing(true)}>${t("time.windows")}<//>
      </div>
      ${editing && html`<${WindowsSheet} us=${us} onClose=${() => setEditing(false)} />`}
    <//>`;
}

function Found({ found, us, onPropose }) {
  if (!found?.shared)
    return html`
      <div class="card time-quiet">
        <p>${t("time.not_shared")}</p>
        <a href="/us" data-in-app>${t("time.to_us")}</a>
      </div>`;
  if (!found.slots.length) return html`<div class="card time-quiet"><p>${t("time.no_slots")}</p></div>`;
  const inOrder = [...found.slots].sort((one, other) => Date.parse(one.startsAt) - Date.parse(other.startsAt));
  return html`
    <${List}>
      ${inOrder.map(
        (slot) => html`
          <${Row} key=${slot.startsAt} meta=${there(slot.startsAt, us)}
            fact=${span(slot.startsAt, slot.endsAt, us.zone)}
            act=${html`
              <${Button} quiet small onClick=${() => onPropose({ slot })}
                aria-label=${t("time.propose_name", { when: moment(slot.startsAt, us.zone) })}>
                ${t("time.propose_slot")}
              <//>`} />`,
      )}
    <//>`;
}
