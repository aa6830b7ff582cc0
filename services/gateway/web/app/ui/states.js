// What is shown where there is nothing to show? The page's own shape while it loads, an unlit pair where it is empty, a
// line while a write waits, and what happened, what is safe and what to do where something failed.

import { html, useRef } from "../vendor/htm-preact/standalone.module.js";
import { useResource, useStore } from "../store.js";
import { said, t } from "../words.js";
import { Pair } from "./lamps.js";
import { Button } from "./parts.js";

// `rows` of a list, or a card; `page` for a whole screen. Nothing turns; it appears after 400 ms (styles).
export function Loading({ rows = 0, page = false }) {
  if (page) return html`<main class="loading-page"><h1 class="unseen">${t("loading")}</h1><${Loading} /></main>`;
  return html`
    <div class="loading" role="status" aria-label=${t("loading")}>
      ${rows
        ? Array.from({ length: rows }, () => html`<div class="shape shape-row"></div>`)
        : html`<div class="shape"></div>`}
    </div>`;
}

export const Empty = ({ children, act }) => html`
  <div class="empty"><${Pair} /><p>${children}</p>${act}</div>`;

export const ErrorState = ({ problem, again }) => html`
  <div class="empty" role="alert">
    <p class="error-title">${t("error.title")}</p>
    <p>${said(problem)}</p>
    ${again && html`<${Button} quiet onClick=${again}>${t("again")}<//>`}
  </div>`;

// A resource of the store: its shape while it loads, its problem, or `children(value)`.
export function Resource({ of, again, rows, children }) {
  if (of.value !== undefined) return children(of.value);
  if (of.problem) return html`<${ErrorState} problem=${of.problem} again=${again} />`;
  return html`<${Loading} rows=${rows} />`;
}

// Whether each of these has had its answer or its problem: a screen whose parts stand below one another is drawn at once
// then, and nothing moves. It stays when one of them is asked for anew: somebody may be writing on it.
export function useAnswered(...names) {
  const once = useRef(false);
  const now = names.map(useResource).every(({ value, problem }) => value !== undefined || problem !== undefined);
  return (once.current ||= now);
}

// The problem of all of these, where none has anything to show: said once for a screen, not in each of its parts.
export function useAllFailed(...names) {
  const all = names.map(useResource);
  return all.every(({ value, problem }) => value === undefined && problem) ? all[0].problem : undefined;
}

// Said while the act of a name waits for the connection.
export function Waits({ name }) {
  const waiting = useStore((now) => now.waiting[name]);
  return waiting ? html`<p class="note" role="status">${t("waiting")}</p>` : null;
}
