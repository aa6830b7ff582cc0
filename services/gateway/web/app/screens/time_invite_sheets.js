// How is time together proposed? In a sheet: what it is and when, or another time for what was proposed.

import { html, useState } from "../vendor/htm-preact/standalone.module.js";
import { api } from "../api.js";
import { moment } from "../dates.js";
import { act, load, patch, useStore } from "../store.js";
import { t } from "../words.js";
import { announce } from "../ui/announce.js";
import { Form } from "../ui/form.js";
import { useKept } from "../ui/kept.js";
import { Chip, Sheet, useAct, useClosed } from "../ui/parts.js";
import {
  NoteField, TitleField, WhenFields, isWhole, refused, startOf, tomorrowEvening, whenFrom,
} from "./time_form.js";
import { focusOn, momentBoth, orLook } from "./time_said.js";

const FIELDS = ["title", "note", "startsAt", "duration"];

function times(when, zone) {
  if (!isWhole(when)) throw refused("startsAt", "time_missing");
  const minutes = Number(when.minutes);
  if (!(minutes >= 15)) throw refused("duration", "invite_too_short");
  if (minutes > 1440) throw refused("duration", "invite_too_long");
  return { startsAt: startOf(when, zone), duration: `${Math.round(minutes * 60)}s` };
}

function proposed(invite, us, closed, onClose) {
  patch("invites", invite);
  load("slots");
  announce(t("time.proposed", { title: invite.title, when: momentBoth(invite.startsAt, us) }));
  if (closed.aborted) return;
  onClose();
  focusOn(`invite-${invite.id}`);
}

// `slot` is a time to begin from.
export function ProposeSheet({ us, slot, onClose }) {
  const [title, setTitle, dropTitle] = useKept("invite title", "");
  const [note, setNote, dropNote] = useKept("invite note", "");
  const [when, setWhen] = useState(slot ? whenFrom(slot.startsAt, slot.endsAt, us.zone) : tomorrowEvening(us.zone));
  const closed = useClosed();
  const [send, busy, problem] = useAct(async () => {
    if (!title.trim()) throw refused("title", "title_not_allowed");
    const invite = { title, note, ...times(when, us.zone), zone: us.zone };
    const made = await act("invite", (key) => api.createInvite(invite, key), closed);
    dropTitle();
    dropNote();
    proposed(made, us, closed, onClose);
  });
  return html`
    <${Sheet} title=${t("time.propose")} onClose=${onClose}>
      <${Form} label=${t("time.propose")} act=${t("time.propose_to", { name: us.name })} busy=${busy} waits="invite"
        problem=${problem} fields=${FIELDS} onSubmit=${send}>
        <${TitleField} value=${title} onChange=${setTitle} problem=${problem} />
        <${WhenFields} value=${when} onChange=${setWhen} us=${us} problem=${problem} />
        <${NoteField} value=${note} onChange=${setNote} problem=${problem} help=${t("time.note_help", us)} />
      <//>
    <//>`;
}

// Another time for an open invite. It is answered as it stands in the store, should it change meanwhile.
export function CounterSheet({ id, us, onClose }) {
  const invite = useStore((now) => now.invites.value?.find((each) => each.id === id));
  const slots = useStore((now) => now.slots.value);
  const [when, setWhen] = useState(() => whenFrom(invite.startsAt, invite.endsAt, us.zone));
  const closed = useClosed();
  const [send, busy, problem] = useAct(() =>
    orLook("invites", async () => {
      const { startsAt, duration } = times(when, us.zone);
      const counter = (key) => api.counterInvite(invite, startsAt, duration, key);
      proposed(await act(`invite-${id}`, counter, closed), us, closed, onClose);
    }),
  );
  if (!invite) return null;
  return html`
    <${Sheet} title=${t("time.another")} onClose=${onClose}>
      <div class="time-stands">
        <p class="fact">${invite.title}</p>
        <p class="meta">${t("time.stands", { when: momentBoth(invite.startsAt, us) })}</p>
      </div>
      <${Form} label=${t("time.another")} act=${t("time.propose_this")} busy=${busy} waits=${`invite-${id}`}
        problem=${problem} fields=${FIELDS} onSubmit=${send}>
        ${slots?.shared && slots.slots.length > 0 &&
        html`<${SlotChips} slots=${slots.slots} us=${us} when=${when} onChange=${setWhen} />`}
        <${WhenFields} value=${when} onChange=${setWhen} us=${us} problem=${problem} />
      <//>
    <//>`;
}

// Times that suit both; the one that is chosen fills the fields.
const SlotChips = ({ slots, us, when, onChange }) => html`
  <fieldset class="time-choice">
    <legend>${t("time.slots")}</legend>
    <div class="chips">
      ${slots.map((slot) => {
        const its = whenFrom(slot.startsAt, slot.endsAt, us.zone);
        const chosen = ["date", "time", "minutes"].every((part) => its[part] === when[part]);
        return html`
          <${Chip} key=${slot.startsAt} chosen=${chosen} onClick=${() => onChange(its)}>
            ${moment(slot.startsAt, us.zone)}
          <//>`;
      })}
    </div>
  </fieldset>`;
