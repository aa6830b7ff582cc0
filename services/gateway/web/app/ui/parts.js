// What is a screen made of? Buttons, fields, switches, chips, cards, rows and sheets; looks are in styles/parts.css.

import { Component, html, useEffect, useRef, useState } from "../vendor/htm-preact/standalone.module.js";
import { said, t } from "../words.js";
import { Icon } from "./icons.js";

// A component that is drawn anew only where one of its properties is another: for the rows of long lists.
export const memo = (component) =>
  class extends Component {
    shouldComponentUpdate(next) {
      return Object.keys(next).some((name) => next[name] !== this.props[name]);
    }
    render(props) {
      return html`<${component} ...${props} />`;
    }
  };

// The one amber button of a screen; `quiet` is a bordered one, `text` a text action, `danger` one that ends something.
// A busy one keeps the focus; useAct lets nothing run twice.
export function Button({ quiet, text, danger, small, busy, type = "button", children, ...rest }) {
  const looks = ["button", quiet && "quiet", text && "text", danger && "danger", small && "small"];
  return html`
    <button type=${type} class=${looks.filter(Boolean).join(" ")} aria-busy=${busy ? "true" : undefined}
      aria-disabled=${busy ? "true" : undefined} ...${rest}>${children}</button>`;
}

let count = 0;
// The ids of what is said about a field beside it.
export const toldBy = (id, help, error) =>
  [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
export const useId = (given) => useState(() => given ?? `f${++count}`)[0];

// A labelled input with its help and its error; `area` for several lines.
export function Field({ label, help, error, area, id, children, ...rest }) {
  const name = useId(id);
  const told = { "aria-describedby": toldBy(name, help, error), "aria-invalid": error ? "true" : undefined };
  const input = { id: name, ...told, ...rest };
  return html`
    <div class="field">
      <label for=${name}>${label}</label>
      ${children ?? (area ? html`<textarea ...${input}></textarea>` : html`<input ...${input} />`)}
      ${help && html`<p class="help" id=${`${name}-help`}>${help}</p>`}
      ${error && html`<p class="error" id=${`${name}-error`}>${error}</p>`}
    </div>`;
}

// A labelled choice of [value, words] pairs.
export function Select({ label, options, value, onChange, help, error, id }) {
  const name = useId(id);
  return html`
    <${Field} id=${name} label=${label} help=${help} error=${error}>
      <select id=${name} value=${value} onChange=${(event) => onChange(event.target.value)}
        aria-describedby=${toldBy(name, help, error)} aria-invalid=${error ? "true" : undefined}>
        ${options.map(([each, words]) => html`<option value=${each} selected=${each === value}>${words}</option>`)}
      </select>
    <//>`;
}

export const Switch = ({ label, meta, on, onChange, disabled }) => html`
  <label class="switch">
    <input type="checkbox" role="switch" checked=${on} disabled=${disabled}
      onChange=${(event) => onChange(event.target.checked)} />
    <span class="switch-track" aria-hidden="true"></span>
    <span class="switch-words"><span>${label}</span>${meta && html`<span class="meta">${meta}</span>`}</span>
  </label>`;

export const Chip = ({ chosen, children, ...rest }) => html`
  <button type="button" class="chip" aria-pressed=${chosen === undefined ? undefined : String(chosen)} ...${rest}>
    ${children}
  </button>`;

// `whose`: mine, theirs or nobody's.
export const Badge = ({ whose, children }) => html`<span class=${`badge ${whose ?? ""}`}>${children}</span>`;

export const Section = ({ label, children }) => html`
  <section class="section">${label && html`<h2>${label}</h2>`}${children}</section>`;

export const List = ({ children }) => html`<ul class="card list">${children}</ul>`;

// A line of fact, a line of meta, and at most one act.
export const Row = ({ icon, fact, meta, act, class: looks = "" }) => html`
  <li class=${`row ${looks}`}>
    ${icon && html`<${Icon} name=${icon} />`}
    <div class="row-words"><p class="fact">${fact}</p>${meta && html`<p class="meta">${meta}</p>`}</div>
    ${act && html`<div class="row-act">${act}</div>`}
  </li>`;

// A fact that opens what there is to it, in a row with the class row-opens: all of the row can be pressed.
export const Open = ({ href, children, ...rest }) =>
  href
    ? html`<a class="row-open" href=${href} data-in-app ...${rest}>${children}</a>`
    : html`<button type="button" class="row-open" ...${rest}>${children}</button>`;

// A dialog over the screen; Escape and the cross close it, and the focus goes back to where it was.
export function Sheet({ title, onClose, children }) {
  const dialog = useRef();
  const name = useId();
  const gone = useRef(false);
  useEffect(() => {
    const before = document.activeElement;
    const shown = dialog.current;
    shown.showModal();
    return () => {
      gone.current = true;
      shown.close(); // while it is open, nothing behind it takes the focus
      if (before?.isConnected) before.focus();
    };
  }, []);
  // The browser may close it without asking, at a second Escape.
  return html`
    <dialog class="sheet" ref=${dialog} aria-labelledby=${name} onClose=${() => gone.current || onClose()}
      onCancel=${(event) => (event.preventDefault(), onClose())}>
      <div class="sheet-head">
        <h2 id=${name}>${title}</h2>
        <button type="button" class="icon-button" aria-label=${t("close")} onClick=${onClose}>
          <${Icon} name="cross" />
        </button>
      </div>
      ${children}
    </dialog>`;
}

// Aborted when the component is gone: what a sheet began is given up when it is closed (store.js), and what it sent by
// then closes no other one.
export function useClosed() {
  const [closing] = useState(() => new AbortController());
  useEffect(() => () => closing.abort(), []);
  return closing.signal;
}

// Runs a write once at a time: [run, busy, problem]. The words of a problem belong beside what was tried.
export function useAct(run) {
  const [now, setNow] = useState({ busy: false, problem: undefined });
  const running = useRef(false);
  const start = async (...given) => {
    if (running.current) return undefined;
    running.current = true;
    setNow({ busy: true, problem: undefined });
    try {
      const done = await run(...given);
      setNow({ busy: false, problem: undefined });
      return done;
    } catch (problem) {
      setNow({ busy: false, problem });
      return undefined;
    } finally {
      running.current = false;
    }
  };
  return [start, now.busy, now.problem];
}

export const Told = ({ problem }) => (problem ? html`<p class="error" role="alert">${said(problem)}</p>` : null);
