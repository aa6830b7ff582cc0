// What waits for me, and what comes? Open invites, what rings, what the other offers; then what both said yes to.

import { html, useState } from "../vendor/htm-preact/standalone.module.js";
import { api } from "../api.js";
import { instantOf, moment, theirTime } from "../dates.js";
import { act, load, patch, useResource } from "../store.js";
import { joined, said, t } from "../words.js";
import { announce } from "../ui/announce.js";
import { Badge, Button, List, Open, Row, Section, useAct } from "../ui/parts.js";
import { ErrorState } from "../ui/states.js";

const COMING_DAYS = 14;
const COMING_MOST = 5;
const WAITING_AT_FIRST = 5;
const WHOSE = { AUDIENCE_BOTH: "today.for_both", AUDIENCE_EITHER: "today.for_either" };

// `couple` is null for who is with nobody: then only my own reminders ring here. `known` once that is known.
export function Aside({ known, couple, zone, now, children }) {
  const invites = useResource("invites");
  const reminders = useResource("reminders");
  if (!known) return null;
  const asked = [reminders, ...(couple ? [invites] : [])];
  const failed = asked.find((each) => !each.value && each.problem);
  const again = () => load("invites", "reminders");
  if (failed) return html`<${ErrorState} problem=${failed.problem} again=${again} />${children}`;
  if (asked.some((each) => !each.value)) return null;
  const name = couple?.partner.displayName ?? "";
  const coming = couple ? comingUp(invites.value, now) : [];
  return html`
    <${Waiting} asks=${couple ? asks(invites.value) : []} offers=${couple ? offers(reminders.value) : []}
      rings=${ringing(reminders.value)} couple=${couple} name=${name} zone=${zone} />
    ${coming.length > 0 &&
    html`
      <${Section} label=${t("today.coming")}>
        <${List}>
          ${coming.map(
            (invite) => html`
              <${Row} key=${invite.id} class="today-row row-opens" icon="calendar" fact=${toTime(invite.title)}
                meta=${when(invite.startsAt, zone, couple)} act=${html`<${Badge}>${t("today.both_in")}<//>`} />`,
          )}
        <//>
      <//>`}
    ${children}`;
}

const byStart = (one, other) => Date.parse(one.startsAt) - Date.parse(other.startsAt);
const asks = (invites) =>
  invites.filter(({ state, turn }) => state === "INVITE_STATE_OPEN" && turn === "PARTY_ME").sort(byStart);
const comingUp = (invites, now) =>
  invites
    .filter(({ state, startsAt, endsAt }) => state === "INVITE_STATE_ACCEPTED" && Date.parse(endsAt) > now &&
      Date.parse(startsAt) < now + COMING_DAYS * 86_400_000)
    .sort(byStart)
    .slice(0, COMING_MOST);
const live = (reminders) => reminders.filter(({ cancelled }) => !cancelled);
const offers = (reminders) =>
  live(reminders).filter(({ offer, madeBy }) => offer === "OFFER_STATE_OFFERED" && madeBy === "PARTY_PARTNER");
const ringing = (reminders) =>
  live(reminders).flatMap((reminder) => {
    const rings = reminder.rings.filter(({ state }) => state === "RING_STATE_RINGING");
    return rings.map(({ occurrence }) => ({ reminder, occurrence }));
  });

function when(instant, zone, couple) {
  const time = couple && theirTime(instant, zone, couple.partnerZone);
  return joined(moment(instant, zone), time && t("when.theirs", { time, name: couple.partner.displayName }));
}
const toTime = (title) => html`<${Open} href="/time">${title}<//>`;

function Waiting({ asks, offers, rings, couple, name, zone }) {
  const [most, setMost] = useState(WAITING_AT_FIRST);
  const rows = [
    ...asks.map(
      (invite) => html`
        <${Row} key=${invite.id} class="today-row row-opens" icon="invite" fact=${toTime(invite.title)}
          meta=${when(invite.startsAt, zone, couple)}
          act=${html`<${Badge} whose="theirs">${t("today.asks", { name })}<//>`} />`,
    ),
    ...rings.map(
      (ring) => html`<${Ringing} key=${ring.reminder.id + ring.occurrence} ...${ring} name=${name} zone=${zone} />`,
    ),
    ...offers.map(
      (reminder) => html`
        <${Row} key=${reminder.id} class="today-row row-opens" icon="bell" fact=${toTime(reminder.title)}
          meta=${when(instantOf(reminder.first, reminder.zone), zone)}
          act=${html`<${Badge} whose="theirs">${t("today.offers", { name })}<//>`} />`,
    ),
  ];
  if (!rows.length) return null;
  return html`
    <${Section} label=${t("today.waiting")}>
      <${List}>${rows.slice(0, most)}<//>
      ${rows.length > most &&
      html`<div class="acts"><${Button} quiet small onClick=${() => setMost(most + 20)}>${t("more")}<//></div>`}
    <//>`;
}

// An offer of the other that I took says whose it was.
function Ringing({ reminder, occurrence, name, zone }) {
  const { id, title, audience, madeBy } = reminder;
  const theirs = madeBy === "PARTY_PARTNER" && name;
  const whose = theirs ? t("today.from", { name }) : audience in WHOSE && t(WHOSE[audience]);
  const [done, busy, problem] = useAct(async () => {
    try {
      const changed = await act(`done ${id} ${occurrence}`, (key) => api.completeReminder(id, occurrence, key));
      announce(t("today.said_done", { title }));
      document.querySelector("h1").focus();
      patch("reminders", changed);
    } catch (refused) {
      load("reminders"); // the other may have been first
      throw refused;
    }
  });
  const meta = joined(moment(instantOf(occurrence, reminder.zone), zone), whose);
  const named = t("today.done_what", { title });
  return html`
    <${Row} class="today-row" icon="bell" fact=${title}
      meta=${problem ? html`<span class="error" role="alert">${said(problem)}</span>` : meta}
      act=${html`<${Button} quiet small busy=${busy} aria-label=${named} onClick=${done}>${t("today.done")}<//>`} />`;
}
