// How is something filled in? In a form with one act; what is wrong stands beside its field, which then has the focus.

import { html, useEffect, useRef } from "../vendor/htm-preact/standalone.module.js";
import { t } from "../words.js";
import { Button, Told, toldBy, useId } from "./parts.js";
import { Waits } from "./states.js";

// The ref of a form: at each new `fault` its first field at fault has the focus, and so is read with what is wrong.
export function useFault(fault) {
  const form = useRef();
  useEffect(() => {
    const find = (what) => form.current?.querySelector(what);
    if (fault) (find("[aria-invalid=true]") ?? find("[type=submit]"))?.focus();
  }, [fault]);
  return form;
}

// `problem` is told here where it belongs to none of the `fields`, beside which the others stand; `waits` is the name
// of the act.
export function Form({ label, act, busy, waits, problem, fields, onSubmit, onCancel, children }) {
  const form = useFault(problem);
  const submit = (event) => {
    event.preventDefault();
    onSubmit();
  };
  return html`
    <form class="form" aria-label=${label} ref=${form} onSubmit=${submit} novalidate>
      ${children}
      ${problem && !fields.some((name) => problem.fields?.[name]) && html`<${Told} problem=${problem} />`}
      <div class="acts acts-fill">
        <${Button} type="submit" busy=${busy}>${act}<//>
        ${onCancel && html`<${Button} text onClick=${onCancel}>${t("cancel")}<//>`}
      </div>
      <${Waits} name=${waits} />
    </form>`;
}

export function Check({ label, error, onChange, ...rest }) {
  const name = useId();
  return html`
    <label class="check">
      <input type="checkbox" onChange=${(event) => onChange(event.target.checked)}
        aria-invalid=${error && "true"} aria-describedby=${toldBy(name, undefined, error)} ...${rest} />
      <span>${label}</span>
    </label>
    ${error && html`<p class="error check-error" id=${`${name}-error`}>${error}</p>`}`;
}
