// How is a time said? Always in my zone, the other's beside it where the two differ; a zone is named by its city only.
// Instants are RFC 3339 texts as the api gives them; local times are YYYY-MM-DDTHH:MM:SS beside their IANA zone.

import { locale, t } from "./words.js";

export const myZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

// Zones keep the identifiers they were given once, also where their city goes by another name today.
const TODAY = {
  Asmera: "Asmara", Calcutta: "Kolkata", "Coral Harbour": "Atikokan", Enderbury: "Kanton", Faeroe: "Faroe",
  Godthab: "Nuuk", Katmandu: "Kathmandu", Kiev: "Kyiv", Ponape: "Pohnpei", Rangoon: "Yangon", Saigon: "Ho Chi Minh",
  Truk: "Chuuk",
};
export function cityOf(zone) {
  const city = zone.split("/").at(-1).replaceAll("_", " ");
  return TODAY[city] ?? city;
}

// "Amsterdam time"
export const zoneTime = (zone) => t("when.zone", { city: cityOf(zone) });

// The order of [value, words] pairs.
export const byWords = ([, one], [, other]) => one.localeCompare(other, locale);

// What a zone is chosen from, `mine` among them: [zone, city] pairs by city.
export function zoneChoices(mine) {
  const known = Intl.supportedValuesOf("timeZone").filter((zone) => cityOf(zone) !== cityOf(mine));
  return [mine, ...known].map((zone) => [zone, cityOf(zone)]).sort(byWords);
}

// Making a format is slow, a list of 500 needs thousands: each is made once.
const formats = new Map();
function format(zone, options, language = locale) {
  const key = `${zone} ${Object.entries(options)} ${language}`;
  if (!formats.has(key))
    formats.set(key, new Intl.DateTimeFormat(language, { timeZone: zone, hourCycle: "h23", ...options }));
  return formats.get(key);
}
const HOUR = { hour: "2-digit", minute: "2-digit" };
const DAY = { weekday: "short", day: "numeric", month: "short" };

export const clock = (instant, zone) => format(zone, HOUR).format(new Date(instant));
export const dayOf = (instant, zone) => localParts(instant, zone).slice(0, 10);
export const longDay = (instant, zone) =>
  format(zone, { weekday: "long", day: "numeric", month: "long" }).format(new Date(instant));
// "26 November 2026"
export const longDate = (instant, zone) =>
  format(zone, { day: "numeric", month: "long", year: "numeric" }).format(new Date(instant));

// "Thursday", "Thu": of an instant, and by its number, 1 for Monday as in the api.
export const weekday = (instant, zone, style = "long") => format(zone, { weekday: style }).format(new Date(instant));
export const weekdayName = (number, style) => weekday(Date.UTC(2024, 0, number), "UTC", style);

// "Thu 26 Nov", however near it is; with its year where that is not the one of `now`.
export function plainDay(instant, zone, now = Date.now()) {
  const near = dayOf(instant, zone).slice(0, 4) === dayOf(now, zone).slice(0, 4);
  return format(zone, near ? DAY : { ...DAY, year: "numeric" }).format(new Date(instant)).replace(",", "");
}

// "Today", "Tomorrow", "Yesterday", or "Thu 26 Nov".
export function day(instant, zone, now = Date.now()) {
  const days = (Date.parse(dayOf(instant, zone)) - Date.parse(dayOf(now, zone))) / 86_400_000;
  const near = { "-1": "when.yesterday", 0: "when.today", 1: "when.tomorrow" }[days];
  return near ? t(near) : plainDay(instant, zone, now);
}

// "Thu 26 Nov, 18:30"
export const moment = (instant, zone) => dayAndTime(day(instant, zone), clock(instant, zone));
const dayAndTime = (of, time) => t("when.day_and_time", { day: of, time });

// "Thu 26 Nov, 18:30 – 20:30", or "Thu 26 Nov, 22:00 – Fri 27 Nov, 01:00".
export function span(from, to, zone) {
  const ends = dayOf(from, zone) === dayOf(to, zone) ? clock : moment;
  return t("when.span", { from: moment(from, zone), to: ends(to, zone) });
}

// The other's time, where it differs: "17:30", or "Thu 26 Nov, 17:30" where the day differs too; else "".
export function theirTime(instant, zone, theirZone) {
  if (!theirZone || localParts(instant, zone) === localParts(instant, theirZone)) return "";
  const time = clock(instant, theirZone);
  return dayOf(instant, zone) === dayOf(instant, theirZone) ? time : dayAndTime(plainDay(instant, theirZone), time);
}

// How far apart two zones are now, in hours: positive where theirs is later.
export function hoursApart(zone, theirZone, instant = Date.now()) {
  return (Date.parse(`${localParts(instant, theirZone)}Z`) - Date.parse(`${localParts(instant, zone)}Z`)) / 3_600_000;
}

const PARTS = {
  year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
};

// The local time of an instant in a zone, YYYY-MM-DDTHH:MM:SS.
export function localParts(instant, zone) {
  const parts = format(zone, PARTS, "en-CA").formatToParts(new Date(instant));
  const found = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return `${found.year}-${found.month}-${found.day}T${found.hour}:${found.minute}:${found.second}`;
}

// The instant of a local time in a zone (RFC 5545 3.3.5: one that does not exist is moved by the gap; of two, the
// first).
export function instantOf(local, zone) {
  const wished = Date.parse(`${local}Z`);
  const offset = (at) => Date.parse(`${localParts(at, zone)}Z`) - Math.floor(at / 1000) * 1000;
  const before = wished - offset(wished - 86_400_000);
  const after = wished - offset(wished + 86_400_000);
  const fits = (at) => Date.parse(`${localParts(at, zone)}Z`) === wished;
  return new Date(fits(before) ? before : fits(after) ? after : before).toISOString().replace(".000Z", "Z");
}

// "now", "12 min ago", "Today 17:00", "Thu 26 Nov": how long ago something came.
export function ago(instant, zone, now = Date.now()) {
  const minutes = Math.floor((now - Date.parse(instant)) / 60_000);
  if (minutes < 1) return t("when.now");
  if (minutes < 60) return t("when.minutes_ago", { count: minutes });
  const [was, is] = [dayOf(instant, zone), dayOf(now, zone)];
  return was === is ? moment(instant, zone) : day(instant, zone, now);
}
