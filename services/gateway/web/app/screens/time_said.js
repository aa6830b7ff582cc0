// How are times said on this screen? In my zone, the city of the other beside it where the two clocks differ. Beside it
// what the writes share: how they look again where they came too late, and where the focus goes.

import { useEffect } from "../vendor/htm-preact/standalone.module.js";
import { cityOf, hoursApart, instantOf, localParts, moment, theirTime, zoneTime } from "../dates.js";
import { load, useStore, useZone } from "../store.js";
import { joined, locale, t } from "../words.js";

// Whose times are said: my zone, and the other's with their name while there is another.
export function useUs() {
  const zone = useZone();
  const couple = useStore((now) => now.couple.value);
  return {
    zone,
    theirZone: couple?.partnerZone ?? "",
    name: couple?.partner.displayName ?? t("time.other"),
    paired: Boolean(couple),
    alone: couple === null,
  };
}

// "Amsterdam time · Lisbon for Sam, 1 h earlier"
export function zones({ zone, theirZone, name }) {
  const mine = zoneTime(zone);
  if (!theirZone || theirZone === zone) return mine;
  const apart = hoursApart(zone, theirZone);
  const hours = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(Math.abs(apart));
  const key = apart < 0 ? "time.zone_earlier" : apart > 0 ? "time.zone_later" : "time.zone_same";
  return joined(mine, t(key, { city: cityOf(theirZone), name, hours }));
}

// "17:30 in Lisbon", with the day where that differs too; else "".
export function there(instant, { zone, theirZone }) {
  const time = theirTime(instant, zone, theirZone);
  return time && t("time.there", { time, city: cityOf(theirZone) });
}

// "Thu 26 Nov, 18:30 · 17:30 in Lisbon"
export const momentBoth = (instant, us) => joined(moment(instant, us.zone), there(instant, us));

const minutesOf = (clockTime) => Number(clockTime.slice(0, 2)) * 60 + Number(clockTime.slice(3, 5));

// Does a stretch of `minutes` from an instant touch the hours from 22 to 7 of a zone?
export function inTheNight(instant, minutes, zone) {
  const start = minutesOf(localParts(instant, zone).slice(11));
  return start < 7 * 60 || start + minutes > 22 * 60;
}

// What is to be known of a local time whose clocks change: it is left out that day, or it comes twice; else "".
export function clockChange(local, zone) {
  const instant = instantOf(local, zone);
  const shown = localParts(instant, zone);
  if (shown !== local) return t("time.clock_skips", { time: local.slice(11, 16), shown: shown.slice(11, 16) });
  const again = [30, 60].some((later) => localParts(Date.parse(instant) + later * 60_000, zone) === local);
  return again ? t("time.clock_twice", { time: local.slice(11, 16) }) : "";
}

// A day later or earlier: dates are YYYY-MM-DD.
export const addDays = (date, days) => new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);

// A write that came too late for what it was about: how that stands now is asked for, then the problem is told.
export async function orLook(name, write) {
  try {
    return await write();
  } catch (problem) {
    if ([404, 409].includes(problem.status)) await load(name);
    throw problem;
  }
}

// What was pressed sleeps while it is worked on, and loses the focus; after a problem it goes to the thing itself.
export function useFocusAfter(problem, id) {
  useEffect(() => {
    if (problem && document.activeElement === document.body) document.getElementById(id)?.focus();
  }, [problem]);
}

// The focus goes where the thing is now that the person acted on; what they pressed may be gone.
export const focusOn = (...ids) =>
  requestAnimationFrame(() => ids.map((id) => document.getElementById(id)).find(Boolean)?.focus());
