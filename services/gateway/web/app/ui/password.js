// How is a password typed? Hidden, unless its owner shows it; a password manager can fill it by `autocomplete`.

import { html, useState } from "../vendor/htm-preact/standalone.module.js";
import { Button, Field, toldBy } from "./parts.js";
import { t } from "../words.js";

export function Password({ label, help, error, id = "password", ...rest }) {
  const [shown, show] = useState(false);
  const act = shown ? "hide" : "show";
  return html`
    <${Field} id=${id} label=${label} help=${help} error=${error}>
      <span class="password">
        <input id=${id} type=${shown ? "text" : "password"} autocapitalize="none" spellcheck=${false}
          aria-describedby=${toldBy(id, help, error)} aria-invalid=${error ? "true" : undefined} ...${rest} />
        <${Button} text small aria-label=${t(`password.${act}_it`)} onClick=${() => show(!shown)}>
          ${t(`password.${act}`)}
        <//>
      </span>
    <//>`;
}
