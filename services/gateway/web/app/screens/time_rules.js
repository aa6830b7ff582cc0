// What does a repetition say? The common rules of RFC 5545 in words, and back; what is rarer says that it repeats.

import { clock, dayOf, instantOf, moment, plainDay, weekdayName } from "../dates.js";
import { joined, locale, t } from "../words.js";
import { addDays, there } from "./time_said.js";

export const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const WORKDAYS = "MO,TU,WE,TH,FR";

const listed = (names) => new Intl.ListFormat(locale, { type: "conjunction" }).format(names);

const shortDay = (index) => weekdayName(index + 1, "short");

// The weekday of a date, Monday 0.
export const weekdayOf = (date) => (new Date(date).getUTCDay() + 6) % 7;

// The rule of a choice in the form: once, daily, workdays, weekly on `days`, monthly.
export const ruleOf = (repeats, days) =>
  ({ once: "", daily: "FREQ=DAILY", monthly: "FREQ=MONTHLY", workdays: `FREQ=WEEKLY;BYDAY=${WORKDAYS}` })[repeats] ??
  `FREQ=WEEKLY;BYDAY=${DAYS.filter((day) => days.includes(day)).join(",")}`;

// The first date from `date` on that the rule itself gives: the api asks for one.
export function firstDate(date, repeats, days) {
  const on = { workdays: WORKDAYS.split(","), weekly: days }[repeats];
  if (!on?.length) return date;
  return [0, 1, 2, 3, 4, 5, 6].map((later) => addDays(date, later)).find((each) => on.includes(DAYS[weekdayOf(each)]));
}

const SAYS = {
  DAILY: (_, count) => t("time.rule_daily", { count }),
  WEEKLY: ({ BYDAY }, count, first) => {
    const on = (BYDAY ?? DAYS[weekdayOf(first)]).split(",").map((day) => DAYS.indexOf(day)).sort();
    if (on.includes(-1)) return undefined;
    const days = on.length === 5 && on[4] === 4 ? t("time.rule_workdays") : listed(on.map(shortDay));
    return t("time.rule_weekly", { count, days });
  },
  MONTHLY: ({ BYDAY, BYMONTHDAY }, count, first) => {
    const on = Number(BYMONTHDAY ?? first.slice(8));
    return BYDAY || !(on > 0) ? undefined : t("time.rule_monthly", { count, day: on });
  },
};

// "Every day", "Wed and Sat", "Every 2 weeks on Fri", "Day 14 of every month", else "Repeats".
function ruleInWords(rrule, first) {
  const { FREQ, INTERVAL, WKST, ...rest } = Object.fromEntries(rrule.split(";").map((part) => part.split("=")));
  const known = Object.keys(rest).every((part) => ["BYDAY", "BYMONTHDAY"].includes(part));
  return (known && SAYS[FREQ]?.(rest, Number(INTERVAL ?? 1), first.slice(0, 10))) || t("time.rule_other");
}

const NEAR = { 0: "time.next_today", 1: "time.next_tomorrow" };

// When a reminder comes: "Every day 22:00 · 21:00 in Lisbon", or "Fri 27 Nov, 18:00" where it comes once.
// `occurrence` is the one that is spoken of; the day of the next is said where the rule does not name it.
export function whenOf(reminder, occurrence, us, now = Date.now()) {
  const at = instantOf(occurrence, reminder.zone);
  const other = reminder.audience === "AUDIENCE_ME" ? "" : there(at, us);
  if (!reminder.rrule) return joined(moment(at, us.zone), other);
  const rule = ruleInWords(reminder.rrule, reminder.first);
  const time = clock(at, us.zone);
  const days = (Date.parse(dayOf(at, us.zone)) - Date.parse(dayOf(now, us.zone))) / 86_400_000;
  // The days of a rule are those of its own zone: where mine is another day, the next one is said in full.
  const sameDay = dayOf(at, us.zone) === occurrence.slice(0, 10);
  if (!sameDay) return joined(rule, t("time.next_day", { day: moment(at, us.zone) }), other);
  const next = NEAR[days] ? t(NEAR[days]) : t("time.next_day", { day: plainDay(at, us.zone) });
  const says = /^FREQ=WEEKLY(;BYDAY=|$)/.test(reminder.rrule) && days < 7 ? "" : next;
  return joined(t("time.rule_at", { rule, time }), other, says);
}
