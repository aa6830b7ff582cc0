// What does an item say? A sentence by its kind, what it is about where the app has loaded that, and when it came.

import { ago, instantOf, moment } from "../dates.js";
import { joined, t } from "../words.js";

// The sign of a kind, the one thing to do about it, and where that is done; `done` is done in the list itself.
const KINDS = {
  pairing_claimed: { icon: "person", act: "look", to: "/pair" },
  couple_formed: { icon: "us", act: "open", to: "/today" },
  calendar_changed: { icon: "calendar", act: "look", to: "/us" },
  couple_ended: { icon: "us" },
  prompts_dealt: { icon: "today", act: "answer", to: "/today" },
  light_left: { icon: "light", act: "answer", to: "/today" },
  answers_revealed: { icon: "us", act: "open", to: "/today" },
  invite_created: { icon: "invite", act: "look", to: "/time" },
  invite_countered: { icon: "invite", act: "look", to: "/time" },
  invite_accepted: { icon: "check", act: "look", to: "/time" },
  invite_declined: { icon: "invite", act: "look", to: "/time" },
  invite_cancelled: { icon: "invite", act: "look", to: "/time" },
  invite_expired: { icon: "clock", act: "look", to: "/time" },
  reminder_offered: { icon: "bell", act: "look", to: "/time" },
  reminder_accepted: { icon: "check", act: "look", to: "/time" },
  reminder_rang: { icon: "bell", act: "done" },
  device_connected: { icon: "device", act: "look", to: "/us" },
  reminder_cancelled: { icon: "bell", act: "look", to: "/time" },
};

export const isUnread = (item) => item.state === "ITEM_STATE_UNREAD";
export const kindOf = (item) => KINDS[item.kind] ?? { icon: "note" };

// `about` is the invite, reminder, prompt or pairing that the item is about, undefined where it is not known. Where it
// has words that say all, those are the sentence.
export function sentence(item, about, name) {
  if (!KINDS[item.kind]) return item.text;
  if (about && item.kind === "reminder_rang") return about.title;
  if (about && item.kind === "answers_revealed") return t("inbox.revealed", { title: about.text });
  return t(`inbox.${item.kind}`, { name: name || t("inbox.they") });
}

export function details(item, about, zone) {
  const { startsAt, occurrence, zone: theirs, late } = item.facts ?? {};
  const rang = occurrence && theirs && moment(instantOf(occurrence, theirs), zone);
  const starts = startsAt && moment(startsAt, zone);
  const came = !rang && ago(item.createdAt, zone);
  return joined(what(item, about), rang || starts, late && t("inbox.late"), came);
}

function what({ kind }, about) {
  if (!about || kind === "answers_revealed" || kind === "prompts_dealt") return "";
  if (kind === "light_left") return t(about.alternate ? "inbox.light_left.alternate" : "inbox.light_left.first");
  if (kind !== "reminder_rang") return about.title && t("inbox.titled", { title: about.title });
  return SHARED.includes(about.audience) && t(`inbox.${about.audience}`);
}
const SHARED = ["AUDIENCE_BOTH", "AUDIENCE_EITHER"];

// Is there something to do about it? As its subject stands where that says so; else as long as it is unread.
const WAITS = {
  pairing_claimed: (pairing) => pairing.state === "PAIRING_STATE_CONFIRM",
  prompts_dealt: (prompt) => prompt.state === "PROMPT_STATE_OPEN",
  light_left: (prompt) => prompt.state === "PROMPT_STATE_OPEN",
  invite_created: (invite) => invite.turn === "PARTY_ME",
  invite_countered: (invite) => invite.turn === "PARTY_ME",
  reminder_offered: (reminder) => reminder.offer === "OFFER_STATE_OFFERED",
  reminder_rang: ({ rings }, { occurrence }) =>
    rings.some((ring) => ring.occurrence === occurrence && !OVER.includes(ring.state)),
};
const OVER = ["RING_STATE_COMPLETED", "RING_STATE_SKIPPED"];

export const isToDo = (item, about) =>
  about && WAITS[item.kind] ? WAITS[item.kind](about, item.facts ?? {}) : isUnread(item);
