// What is there for us two today? A question to write to, sealed until both have; beside it what waits and comes.

import { html, useEffect, useState } from "../vendor/htm-preact/standalone.module.js";
import { load, useResource, useStore } from "../store.js";
import * as dates from "../dates.js";
import { t } from "../words.js";
import { announce } from "../ui/announce.js";
import { Pair } from "../ui/lamps.js";
import { useNow } from "../ui/now.js";
import { Badge, Button, Section } from "../ui/parts.js";
import { Shell } from "../ui/shell.js";
import { Empty, ErrorState, Loading } from "../ui/states.js";
import { haveMet, Reveal } from "./reveal.js";
import { Openings, OwnAnswers } from "./reveal_past.js";
import { Alone } from "./today_alone.js";
import { Aside } from "./today_aside.js";
import { choose, currentOf, draftOf, isEmpty, leftOver, REVEALED, SEALED } from "./today_kept.js";
import { LeftOver } from "./today_left.js";
import { Others } from "./today_others.js";
import { Sealed } from "./today_sealed.js";
import { Write } from "./today_write.js";

export function Today() {
  const me = useStore((now) => now.me.value);
  const couple = useStore((now) => now.couple);
  const just = useStore((now) => now.revealed);
  const today = useResource("today");
  const reveals = useResource("reveals");
  const now = useNow(30_000);
  const [, draw] = useState(0);
  const redraw = () => draw((n) => n + 1);

  const alone = couple.value === null;
  const there = couple.value && today.value;
  // Paired meanwhile, or parted: each tells of the other.
  const apart = today.value === null && Boolean(couple.value);
  useEffect(() => {
    if (apart) load("couple", "today");
  }, [apart]);

  const openings = (there && reveals.value?.reveals) || [];
  // What opened has opened, whichever of the two lists tells it first.
  const openedOr = (prompt) => openings.find(({ id }) => id === prompt.id) ?? prompt;
  const prompts = ((there && today.value.prompts) || []).map(openedOr);
  const seen = currentOf(prompts, openings);
  const opened =
    !haveMet(just) && [...prompts, ...openings].find((prompt) => prompt.id === just && prompt.state === REVEALED);
  // What just opened comes to the front, but never while I am writing.
  const current = opened && !isWriting(seen) ? opened : seen;
  useEffect(() => {
    if (opened && opened !== current) announce(t("reveal.another", { question: opened.text }));
  }, [opened?.id]);

  const select = (id) => {
    choose(id);
    redraw();
    scrollTo(0, 0);
    requestAnimationFrame(() => document.getElementById("question")?.focus({ preventScroll: true }));
  };

  const lit = current?.state === REVEALED;
  const part = partOfDay(now, me.zone);
  const frame = lit
    ? { title: t("reveal.title"), meta: openedWhen(current.revealedAt, me.zone, now) }
    : { title: t(`today.good_${part}`, { name: me.displayName }), meta: dates.longDay(now, me.zone) };
  const name = couple.value?.partner.displayName ?? "";
  const label = t(part === "evening" || part === "night" ? "today.question_night" : "today.question_day");
  const problem = couple.problem ?? today.problem;
  const day = today.value?.day;

  return html`
    <${Shell} tab="today" ...${frame} aside=${html`
      <${Aside} known=${there || alone} couple=${there ? couple.value : null} zone=${me.zone} now=${now}>
        ${there && (reveals.value || reveals.problem) &&
        html`
          <${Openings} name=${name} today=${day} shown=${current?.id} />
          <${OwnAnswers} today=${day} redraw=${redraw} />`}
      <//>`}>
      ${opened && opened !== current && html`<${Another} prompt=${opened} onRead=${() => select(opened.id)} />`}
      ${alone
        ? html`<${Alone} redraw=${redraw} />`
        : there
          ? html`<${Question} key=${current?.id} prompt=${current} label=${label} name=${name} redraw=${redraw} />`
          : problem
            ? html`<${ErrorState} problem=${problem} again=${() => load("couple", "today")} />`
            : html`<div class="today-loading"><${Loading} /></div>`}
      ${current && html`<${Others} prompts=${prompts} current=${current} name=${name} onChoose=${select} />`}
      ${(there || alone) &&
      leftOver(prompts).map(
        (draft) => html`<${LeftOver} key=${draft.prompt.id} draft=${draft} today=${day} redraw=${redraw} />`,
      )}
    <//>`;
}

function Question({ prompt, label, name, redraw }) {
  if (!prompt) {
    const look = html`<${Button} quiet onClick=${() => load("today")}>${t("today.look_again")}<//>`;
    return html`<div class="card"><${Empty} act=${look}>${t("today.not_dealt")}<//></div>`;
  }
  if (prompt.state === REVEALED) return html`<${Reveal} prompt=${prompt} name=${name} />`;
  const sealed = prompt.state === SEALED;
  const Body = sealed && !draftOf(prompt) ? Sealed : Write;
  return html`
    <article class="card today-card" aria-labelledby="question">
      <div class="today-head">
        <p class="today-label">${label}</p>
        ${sealed
          ? html`<${Badge} whose="mine">${t("today.badge_sealed")}<//>`
          : html`<p class="meta">${t("today.level", { level: prompt.depth })}</p>`}
      </div>
      <h2 class="question" id="question" tabindex="-1">${prompt.text}</h2>
      ${prompt.lightLeftByPartner &&
      html`
        <p class="today-light-left">
          <span class="lamp lit lamp-theirs" aria-hidden="true"></span>${t("today.light_left", { name })}
        </p>`}
      <${Body} prompt=${prompt} name=${name} redraw=${redraw} />
    </article>`;
}

// Another prompt opened while I write: it waits until I look.
const Another = ({ prompt, onRead }) => html`
  <${Section}>
    <div class="card today-another">
      <${Pair} mine theirs />
      <p>${t("reveal.another", { question: prompt.text })}</p>
      <${Button} quiet small onClick=${onRead}>${t("reveal.read")}<//>
    </div>
  <//>`;

const isWriting = (prompt) => Boolean(prompt) && prompt.state !== REVEALED && !isEmpty(draftOf(prompt)?.text ?? "");

function partOfDay(now, zone) {
  const hour = Number(dates.localParts(now, zone).slice(11, 13));
  return hour < 5 || hour >= 22 ? "night" : hour < 12 ? "morning" : hour < 18 ? "afternoon" : "evening";
}

function openedWhen(instant, zone, now) {
  if (now - Date.parse(instant) < 60_000) return t("reveal.just_now");
  return t("reveal.opened", { when: dates.ago(instant, zone, now) });
}
