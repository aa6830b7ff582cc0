// What opened before today, and what never did? Two lists that open in place; the second only its author ever sees.

import { html, useState } from "../vendor/htm-preact/standalone.module.js";
import { api } from "../api.js";
import { load, setValue, useResource } from "../store.js";
import * as dates from "../dates.js";
import { t } from "../words.js";
import { Badge, Button, Section, Told, useAct } from "../ui/parts.js";
import { Loading } from "../ui/states.js";
import { Voice, Voices } from "./reveal.js";
import { REVEALED, SEALED } from "./today_kept.js";
import { TakeBack } from "./today_sealed.js";

const AT_FIRST = 5;
const STEP = 20;

// A list of the api, shown step by step: its first page is the store's and follows the news; older ones stay here.
function usePages(name, ask, wanted) {
  const first = useResource(name);
  const [older, setOlder] = useState({ items: [], token: undefined });
  const [most, setMost] = useState(AT_FIRST);
  const page = first.value?.[name] ?? [];
  const token = older.token ?? first.value?.nextPageToken ?? "";
  const merge = (newer, more) => [...newer, ...more.filter((each) => newer.every(({ id }) => id !== each.id))];
  const items = merge(page, older.items).filter(wanted);
  const [more, busy, problem] = useAct(async () => {
    let next = { items: merge(page, older.items), token };
    while (next.token && next.items.filter(wanted).length < most + STEP) {
      const asked = await ask(next.token);
      next = { items: merge(next.items, asked[name]), token: asked.nextPageToken };
    }
    setOlder(next);
    setMost(most + STEP);
  });
  const drop = (id) => {
    const others = (items) => items.filter((each) => each.id !== id);
    setValue(name, { ...first.value, [name]: others(page) });
    setOlder((before) => ({ ...before, items: others(before.items) }));
  };
  const failed = !first.value && first.problem;
  return {
    items: items.slice(0, most),
    loading: !first.value && !failed,
    problem: problem ?? failed,
    busy,
    drop,
    more: failed ? () => load(name) : (token || items.length > most) && more,
  };
}

const Pages = ({ pages, children }) => html`
  ${pages.loading && html`<${Loading} rows=${2} />`}
  ${pages.items.length > 0 && html`<ul class="card list">${pages.items.map(children)}</ul>`}
  <${Told} problem=${pages.problem} />
  ${pages.more &&
  html`<div class="acts">
    <${Button} quiet small busy=${pages.busy} onClick=${pages.more}>${t(pages.problem ? "again" : "more")}<//>
  </div>`}`;

// What opened, but for the prompts of today; nothing at all where nothing has opened yet. `today` is the couple's day.
export function Openings({ name, today, shown }) {
  const pages = usePages("reveals", api.listReveals, (prompt) => prompt.day !== today && prompt.id !== shown);
  if (!pages.items.length && !pages.problem && !pages.more) return null; // also until the first page is there
  return html`
    <${Section} label=${t("reveal.earlier")}>
      <${Pages} pages=${pages}>
        ${(prompt) => html`
          <${Opening} key=${prompt.id} prompt=${prompt} today=${today}><${Voices} prompt=${prompt} name=${name} /><//>`}
      <//>
    <//>`;
}

// Behind a text action: what I wrote that did not open, but for what stands on today's card.
export function OwnAnswers({ today, redraw }) {
  const [open, setOpen] = useState(false);
  return html`
    <div class="today-own">
      <${Button} text aria-expanded=${String(open)} onClick=${() => setOpen(!open)}>${t("reveal.own")}<//>
      ${open && html`<${Unopened} today=${today} redraw=${redraw} />`}
    </div>`;
}

function Unopened({ today, redraw }) {
  const pages = usePages("answers", api.listAnswers, (prompt) => prompt.state !== REVEALED && prompt.day !== today);
  const none = !pages.items.length && !pages.loading && !pages.problem && !pages.more;
  const takenBack = ({ id }) => {
    pages.drop(id);
    redraw();
    requestAnimationFrame(() => document.querySelector(".today-left button")?.focus());
  };
  return html`
    <p class="note">${t("reveal.only_you")} ${none && t("reveal.own_none")}</p>
    <${Pages} pages=${pages}>
      ${(prompt) => html`
        <${Opening} key=${prompt.id} prompt=${prompt} today=${today} state>
          <div class="reveal-voices"><${Voice} whose="mine" name=${t("you")} words=${prompt.myAnswer} /></div>
          ${prompt.state === SEALED && html`<${TakeBack} prompt=${prompt} after=${takenBack} />`}
        <//>`}
    <//>`;
}

function Opening({ prompt, today, state, children }) {
  const [open, setOpen] = useState(false);
  const [whose, words] = prompt.state === SEALED ? ["mine", "today.badge_sealed"] : ["", "reveal.stayed_closed"];
  return html`
    <li class="reveal-opening">
      <button type="button" class="reveal-opening-head" aria-expanded=${String(open)} onClick=${() => setOpen(!open)}>
        <span class="reveal-opening-day">
          <span class="meta">${dayName(prompt.day, today)}</span>
          ${state && html`<${Badge} whose=${whose}>${t(words)}<//>`}
        </span>
        <span class="reveal-opening-question">${prompt.text}</span>
      </button>
      ${open && html`<div class="reveal-opening-words">${children}</div>`}
    </li>`;
}

// A couple's day: "Yesterday", "Thu 26 Nov".
export function dayName(day, today) {
  const at = (date) => `${date}T12:00:00Z`;
  const now = today ?? new Date().toISOString().slice(0, 10);
  return dates.day(at(day), "UTC", at(now));
}
