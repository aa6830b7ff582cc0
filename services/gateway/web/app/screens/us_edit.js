// How is something of mine changed? In a sheet with what is typed, and errors beside what they are about.

import { html } from "../vendor/htm-preact/standalone.module.js";
import { t } from "../words.js";
import { Form } from "../ui/form.js";
import { Sheet, useAct, useClosed } from "../ui/parts.js";

// `children(wrong)` draws the `fields`; `wrong(name)` says what is wrong with one, by its name in the api. `waits` is
// the name of the act; `save(closed)` gives it up with the sheet.
export function EditSheet({ title, lead, waits, fields, save, onClose, children }) {
  const closed = useClosed();
  const [run, busy, problem] = useAct(async () => {
    await save(closed);
    if (!closed.aborted) onClose();
  });
  const wrong = (name) => (problem?.fields && name in problem.fields ? t(`us.wrong.${name}`) : undefined);
  return html`
    <${Sheet} title=${title} onClose=${onClose}>
      <${Form} label=${title} act=${t("save")} busy=${busy} waits=${waits} problem=${problem} fields=${fields}
        onSubmit=${run} onCancel=${onClose}>
        ${lead && html`<p class="us-sheet-lead">${lead}</p>`}
        ${children(wrong)}
      <//>
    <//>`;
}
