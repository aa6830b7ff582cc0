// What is a reminder to me? Whether it rings, is offered, still comes, and how that is said; and the writes on it.

import { instantOf, moment } from "../dates.js";
import { act, patch } from "../store.js";
import { joined, t } from "../words.js";
import { announce } from "../ui/announce.js";
import { useAct } from "../ui/parts.js";
import { whenOf } from "./time_rules.js";
import { orLook } from "./time_said.js";

export const isMine = ({ madeBy }) => madeBy === "PARTY_ME";
const isOffered = ({ offer }) => offer === "OFFER_STATE_OFFERED";
export const isOfferToMe = (reminder) => isOffered(reminder) && !isMine(reminder) && !reminder.cancelled;

// The ring that came and is not done: the latest one that rings, else one that was put off.
export const ringOf = ({ rings }) =>
  rings.findLast(({ state }) => state === "RING_STATE_RINGING") ??
  rings.findLast(({ state }) => state === "RING_STATE_SNOOZED");
export const isRinging = (reminder) => ringOf(reminder)?.state === "RING_STATE_RINGING";

// Does it come no more, neither for me nor for whom I offered it to?
export function isOver(reminder, us) {
  if (reminder.cancelled || (us.alone && reminder.audience !== "AUDIENCE_ME")) return true;
  if (reminder.rings.length || isOfferToMe(reminder)) return false;
  if (!isMine(reminder) || reminder.audience !== "AUDIENCE_YOU" || reminder.offer === "OFFER_STATE_LAPSED") return true;
  return !reminder.rrule && Date.parse(instantOf(reminder.first, reminder.zone)) < Date.now();
}

// The time of it that is spoken of: what came and is not done, else what comes next.
const spokenOf = (reminder) => (ringOf(reminder) ?? reminder.rings[0])?.occurrence ?? reminder.first;
export const whenItIs = (reminder, us) => whenOf(reminder, spokenOf(reminder), us);

// For whom it rings, in a word or two; and whose offer it still is.
export function forWhom(reminder, us) {
  const key = reminder.audience.slice("AUDIENCE_".length).toLowerCase();
  return key === "you" && !isMine(reminder) ? t("time.for_reader") : t(`time.for_${key}`, us);
}
export const offerOf = (reminder, us) =>
  isOffered(reminder) ? t(isMine(reminder) ? "time.offered_to" : "time.offered_by", us) : "";

// "Every day 22:00 · next today · both"
export function metaOf(reminder, us) {
  const ring = ringOf(reminder);
  const again = ring?.state === "RING_STATE_SNOOZED" ? t("time.again", { when: moment(ring.dueAt, us.zone) }) : "";
  const offer = offerOf(reminder, us);
  const whom = offer && reminder.audience === "AUDIENCE_YOU" ? "" : forWhom(reminder, us);
  return joined(whenItIs(reminder, us), whom, offer, again);
}

const LEADS = ["0s", "600s", "3600s", "86400s"];
export const leads = () => LEADS.map((each) => [each, t(`time.lead_${each}`)]);
export const leadInWords = (lead) =>
  LEADS.includes(lead) ? t(`time.lead_${lead}`) : t("time.lead_minutes", { count: Math.round(parseFloat(lead) / 60) });

// Runs a write on a reminder, keeps what it returned, says so by a key, and goes on with `done`, where the sheet that it
// was begun in is not closed.
export function useStep(reminder, done, closed) {
  return useAct(async (write, key) => {
    const changed = await orLook("reminders", () => act(`reminder-${reminder.id}`, write, closed));
    patch("reminders", changed);
    announce(t(key, reminder));
    if (!closed?.aborted) done();
  });
}
