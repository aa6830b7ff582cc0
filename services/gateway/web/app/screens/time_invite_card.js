// What has become of an invite? Every time that stood, a dot for whose it was, and what I can do now.

import { html, useState } from "../vendor/htm-preact/standalone.module.js";
import { api } from "../api.js";
import { moment, span, weekday } from "../dates.js";
import { act, load, patch } from "../store.js";
import { joined, t } from "../words.js";
import { announce } from "../ui/announce.js";
import { Confirm } from "../ui/confirm.js";
import { Badge, Button, Sheet, Told, useAct } from "../ui/parts.js";
import { Waits } from "../ui/states.js";
import { Note } from "./time_parts.js";
import { focusOn, momentBoth, orLook, there, useFocusAfter } from "./time_said.js";

export const isOpen = ({ state }) => state === "INVITE_STATE_OPEN";
export const isMyTurn = (invite) => isOpen(invite) && invite.turn === "PARTY_ME";
export const isAgreed = ({ state }) => state === "INVITE_STATE_ACCEPTED";

// `amber`: accepting this one is what the screen is for. `met`: it was accepted while I look.
export function InviteCard({ invite, us, amber, met, onCounter, onTrouble }) {
  const [step, busy, problem] = useAct(async (run, key) => {
    onTrouble(invite.id);
    const changed = await orLook("invites", () => act(`invite-${invite.id}`, (once) => run(invite, once)));
    onTrouble(undefined);
    patch("invites", changed);
    load("slots");
    announce(t(key, invite));
    focusOn(`invite-${invite.id}`, "time-invites");
  });
  useFocusAfter(problem, `invite-${invite.id}`);
  // Two may have one title: their acts are told apart by their times.
  const its = { title: `${invite.title}, ${moment(invite.startsAt, us.zone)}`, day: weekday(invite.startsAt, us.zone) };
  return html`
    <article class=${`card time-card ${met ? "time-met" : ""}`} aria-labelledby=${`invite-${invite.id}`}>
      ${met && html`<div class="time-lights" aria-hidden="true"><span></span><span></span></div>`}
      <div class="card-head">
        <h2 id=${`invite-${invite.id}`} tabindex="-1">${invite.title}</h2>
        <${State} invite=${invite} us=${us} />
      </div>
      <${Note} of=${invite} />
      <${History} invite=${invite} us=${us} />
      ${isOpen(invite) &&
      html`
        <p class="meta">
          ${invite.expiresAt === invite.startsAt
            ? t("time.open_until_start")
            : t("time.open_until", { when: moment(invite.expiresAt, us.zone) })}
        </p>`}
      ${isMyTurn(invite) &&
      html`
        <div class="acts time-answer">
          <${Button} quiet=${!amber} busy=${busy} onClick=${() => step(api.acceptInvite, "time.accepted")}
            aria-label=${t("time.accept_name", its)}>
            ${t("time.accept", its)}
          <//>
          <${Button} quiet disabled=${busy} onClick=${() => onCounter(invite.id)}
            aria-label=${t("time.another_name", its)}>${t("time.another")}<//>
          <${Button} text disabled=${busy} onClick=${() => step(api.declineInvite, "time.declined")}
            aria-label=${t("time.decline_name", its)}>${t("time.decline")}<//>
        </div>`}
      ${isOpen(invite) && invite.turn === "PARTY_PARTNER" &&
      html`
        <div class="acts acts-flush">
          <${Button} text busy=${busy} onClick=${() => step(api.cancelInvite, "time.taken_back")}
            aria-label=${t("time.take_back_name", its)}>${t("time.take_back")}<//>
        </div>`}
      ${isAgreed(invite) && us.paired && Date.parse(invite.endsAt) > Date.now() &&
      html`
        <${Confirm} danger act=${t("time.call_off")} name=${t("time.call_off_name", its)} busy=${busy}
          ask=${t("time.call_off_ask", us)} yes=${t("time.call_off_yes")}
          onYes=${() => step(api.cancelInvite, "time.called_off")} />`}
      <${Waits} name=${`invite-${invite.id}`} />
      <div class=${problem?.status === 409 ? "time-meanwhile" : ""}><${Told} problem=${problem} /></div>
    </article>`;
}

const OVER = {
  INVITE_STATE_DECLINED: "time.state_declined",
  INVITE_STATE_CANCELLED: "time.state_cancelled",
};

// How an invite stands, in words.
export const stateOf = (invite, us) => {
  if (isMyTurn(invite)) return t("time.my_turn");
  if (isOpen(invite) && us.paired) return t("time.their_turn", us);
  return isAgreed(invite) ? t("time.both_in") : t(OVER[invite.state] ?? "time.state_expired");
};

const State = ({ invite, us }) => html`
  <${Badge} whose=${isMyTurn(invite) ? "theirs" : undefined}>
    ${isAgreed(invite) && html`<span class="time-two" aria-hidden="true"><span></span><span></span></span>`}
    ${stateOf(invite, us)}
  <//>`;

const SHOWN = 4;

// Oldest first; of a long one the latest, until all are asked for.
function History({ invite, us }) {
  const [all, showAll] = useState(false);
  const left = all ? 0 : Math.max(invite.history.length - SHOWN, 0);
  return html`
    ${left > 0 &&
    html`<${Button} text onClick=${() => showAll(true)} aria-label=${t("time.earlier_times_name", invite)}>
      ${t("time.earlier_times")}
    <//>`}
    <ol class="time-history">
      ${invite.history.slice(left).map((each, at) => {
        const mine = each.by === "PARTY_ME";
        const key = `time.${mine ? "you" : "they"}_${at + left ? "countered" : "proposed"}`;
        const last = at + left === invite.history.length - 1;
        return html`
          <li key=${each.proposedAt} class=${last ? "stands" : ""}>
            <span class=${`time-dot ${mine ? "mine" : "theirs"}`} aria-hidden="true"></span>
            <p class="fact">${last ? span(each.startsAt, each.endsAt, us.zone) : moment(each.startsAt, us.zone)}</p>
            <p class="meta">${joined(t(key, us), there(each.startsAt, us))}</p>
          </li>`;
      })}
    </ol>`;
}

// An invite that is over, to be read again.
export const InviteSheet = ({ invite, us, onClose }) => html`
  <${Sheet} title=${invite.title} onClose=${onClose}>
    <div class="time-over">
      <p class="meta">${joined(stateOf(invite, us), momentBoth(invite.startsAt, us))}</p>
      <${Note} of=${invite} />
      <${History} invite=${invite} us=${us} />
    </div>
  <//>`;
