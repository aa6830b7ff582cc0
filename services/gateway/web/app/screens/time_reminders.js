// What do I want to be reminded of? What rings now first, then what is offered to me, then what comes, soonest first.

import { html, useState } from "../vendor/htm-preact/standalone.module.js";
import { load, useResource } from "../store.js";
import { t } from "../words.js";
import { later } from "../ui/later.js";
import { Button, List, Section } from "../ui/parts.js";
import { Resource } from "../ui/states.js";
import { useSome } from "./time_parts.js";
import { isOfferToMe, isOver, isRinging } from "./time_reminder.js";
import { ReminderRow } from "./time_reminder_row.js";

const NewReminderSheet = later(() => import("./time_new_reminder.js").then((found) => found.NewReminderSheet));
const ReminderSheet = later(() => import("./time_reminder_sheet.js").then((found) => found.ReminderSheet));

const rank = (reminder) => (isRinging(reminder) ? 0 : isOfferToMe(reminder) ? 1 : reminder.rings.length ? 2 : 3);
const dueOf = ({ rings, first }) => rings[0]?.dueAt ?? first;

export function Reminders({ us }) {
  const reminders = useResource("reminders");
  const [making, make] = useState(undefined);
  return html`
    <${Section} label=${t("time.reminders")}>
      <${Resource} of=${reminders} rows=${3} again=${() => load("reminders")}>
        ${(list) => html`<${Lists} list=${list} us=${us} onNew=${make} />`}
      <//>
      ${making && html`<${NewReminderSheet} us=${us} audience=${making} onClose=${() => make(undefined)} />`}
    <//>`;
}

function Lists({ list, us, onNew }) {
  const [opened, open] = useState(undefined);
  const [showPast, setShowPast] = useState(false);
  const coming = list
    .filter((reminder) => !isOver(reminder, us))
    .sort((one, other) => rank(one) - rank(other) || (dueOf(one) < dueOf(other) ? -1 : 1));
  const past = list.filter((reminder) => isOver(reminder, us));
  // Where there is no time together to propose, what rings is what the screen is for; else a new one.
  const ringing = us.alone && coming.some(isRinging);
  const none = us.alone ? "time.reminders_alone" : "time.reminders_empty";
  const read = opened && list.find(({ id }) => id === opened);
  return html`
    <div class="section" id="time-reminders" tabindex="-1">
      ${coming.length
        ? html`<${Rows} reminders=${coming} us=${us} amber=${ringing} onOpen=${open} />`
        : html`<div class="card time-quiet"><p>${t(none)}</p></div>`}
      <div class="acts acts-flush">
        <${Button} quiet=${!us.alone || ringing} small onClick=${() => onNew("AUDIENCE_ME")}>
          ${t("time.new_reminder")}
        <//>
        ${us.paired && html`<${Button} text onClick=${() => onNew("AUDIENCE_YOU")}>${t("time.offer_one", us)}<//>`}
        ${past.length > 0 &&
        html`<${Button} text aria-expanded=${String(showPast)} onClick=${() => setShowPast(!showPast)}>
          ${t(showPast ? "time.past_reminders_hide" : "time.past_reminders")}
        <//>`}
      </div>
      ${showPast && html`<h3 class="unseen">${t("time.past_reminders_label")}</h3>`}
      ${showPast && html`<${Rows} reminders=${past} us=${us} over onOpen=${open} />`}
      ${read &&
      html`<${ReminderSheet} reminder=${read} us=${us} over=${isOver(read, us)} onClose=${() => open(undefined)} />`}
    </div>`;
}

function Rows({ reminders, us, amber, over, onOpen }) {
  const [shown, more] = useSome(reminders, t(over ? "time.past_reminders_label" : "time.reminders"));
  return html`
    <${List}>
      ${shown.map(
        (reminder, at) => html`
          <${ReminderRow} key=${reminder.id} reminder=${reminder} us=${us} amber=${amber && at === 0} over=${over}
            onOpen=${onOpen} />`,
      )}
    <//>
    ${more}`;
}
