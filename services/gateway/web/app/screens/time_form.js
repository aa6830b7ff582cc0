// How is a time chosen? By a day, a time and a length; what they mean in both zones is said while they are chosen.

import { html } from "../vendor/htm-preact/standalone.module.js";
import { Problem } from "../api.js";
import { dayOf, instantOf, localParts, span } from "../dates.js";
import { said, t } from "../words.js";
import { Chip, Field } from "../ui/parts.js";
import { addDays, clockChange, inTheNight, there } from "./time_said.js";

// A problem found here, told as one that the service found.
export const refused = (field, reason) => new Problem({ reason, errors: [{ field }] }, 422);

// What is said of a field that broke a rule without a reason of its own.
const WRONG = {
  title: "error.title_not_allowed",
  note: "time.wrong.note",
  startsAt: "error.time_missing",
  duration: "time.wrong.duration",
  first: "error.time_missing",
  zone: "error.unknown_zone",
  rrule: "error.recurrence_not_allowed",
};

// What a problem says of a field.
export const errorAt = (problem, name) => {
  if (!problem?.fields?.[name]) return undefined;
  return problem.reason === "invalid_field" && name in WRONG ? t(WRONG[name]) : said(problem);
};

export const TitleField = ({ value, onChange, problem }) => html`
  <${Field} label=${t("time.title_label")} value=${value} maxlength="120" required autocomplete="off"
    error=${errorAt(problem, "title")} onInput=${(event) => onChange(event.target.value)} />`;

export const NoteField = ({ value, onChange, problem, help }) => html`
  <${Field} label=${t("time.note_label")} value=${value} maxlength="1000" area rows="3" help=${help}
    error=${errorAt(problem, "note")} onInput=${(event) => onChange(event.target.value)} />`;

// One of a few, as chips: `options` are [value, words].
export const Choice = ({ label, options, value, onChange }) => html`
  <fieldset class="time-choice">
    <legend>${label}</legend>
    <div class="chips">
      ${options.map(
        ([each, words]) => html`
          <${Chip} key=${each} chosen=${each === value} onClick=${() => onChange(each)}>${words}<//>`,
      )}
    </div>
  </fieldset>`;

const MINUTES = [30, 60, 120, 180, 360];
const lengths = () => [...MINUTES.map((each) => [each, t(`time.length_${each}`)]), ["other", t("time.length_other")]];

// A day and a time of my own clock and a length, as a form holds them.
export const whenFrom = (startsAt, endsAt, zone) => {
  const local = localParts(startsAt, zone);
  const minutes = Math.round((Date.parse(endsAt) - Date.parse(startsAt)) / 60_000);
  return { date: local.slice(0, 10), time: local.slice(11, 16), minutes, other: !MINUTES.includes(minutes) };
};
export const tomorrowEvening = (zone) =>
  ({ date: addDays(dayOf(Date.now(), zone), 1), time: "19:00", minutes: 120, other: false });

// Is it a time at all? While a year is typed, it is that of an emperor.
export const isWhole = ({ date, time }) => /^20\d\d-/.test(date) && Boolean(time);
export const startOf = ({ date, time }, zone) => instantOf(`${date}T${time}:00`, zone);

// What a form asks of a time together; `problem` may name startsAt or duration.
export function WhenFields({ value, onChange, us, problem }) {
  const change = (changed) => onChange({ ...value, ...changed });
  return html`
    <${DayAndTime} value=${value} onChange=${change} error=${errorAt(problem, "startsAt")} us=${us} />
    <${Choice} label=${t("time.length_label")} options=${lengths()} value=${value.other ? "other" : value.minutes}
      onChange=${(each) => change(each === "other" ? { other: true } : { minutes: each, other: false })} />
    ${value.other &&
    html`
      <${Field} label=${t("time.length_minutes")} type="number" inputmode="numeric" min="15" max="1440" step="5"
        value=${value.minutes} error=${errorAt(problem, "duration")}
        onInput=${(event) => change({ minutes: event.target.value })} />`}
    <${WhenSaid} value=${value} us=${us} />`;
}

export const DayAndTime = ({ value, onChange, error, us }) => html`
  <div class="time-when">
    <${Field} label=${t("time.date_label")} type="date" min=${dayOf(Date.now(), us.zone)} required value=${value.date}
      error=${error} onInput=${(event) => onChange({ date: event.target.value })} />
    <${Field} label=${t("time.time_label")} type="time" required value=${value.time}
      onInput=${(event) => onChange({ time: event.target.value })} />
  </div>`;

// What was chosen, in both zones, with what is to be known of it; told whenever it changes.
function WhenSaid({ value, us }) {
  const minutes = Number(value.minutes);
  const known = isWhole(value) && minutes > 0 && minutes <= 1440;
  if (!known) return html`<div class="time-said time-said-when" role="status"></div>`;
  const at = startOf(value, us.zone);
  const mine = inTheNight(at, minutes, us.zone);
  const theirs = us.theirZone && inTheNight(at, minutes, us.theirZone);
  const night = mine && theirs ? "time.night_both" : mine ? "time.night_mine" : theirs ? "time.night_theirs" : "";
  const clocks = clockChange(`${value.date}T${value.time}:00`, us.zone);
  return html`
    <div class="time-said time-said-when" role="status">
      <p class="fact">${span(at, Date.parse(at) + minutes * 60_000, us.zone)}</p>
      <p class="meta">${there(at, us)}</p>
      ${clocks && html`<p class="note">${clocks}</p>`}
      ${night && html`<p class="note">${t(night, { name: us.name })}</p>`}
    </div>`;
}
