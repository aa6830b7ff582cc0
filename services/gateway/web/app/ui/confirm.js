// Is it meant? An act that asks once more in its place before it ends something; the focus follows, to the way back.

import { html, useEffect, useRef, useState } from "../vendor/htm-preact/standalone.module.js";
import { t } from "../words.js";
import { Button, Told, useId } from "./parts.js";

// `act` is on the button and `name` its whole name where that is more; `ask` is what is asked, `yes` (by its whole name
// `yesName`) and `no` are the answers. `children` are other acts before the button.
export function Confirm({
  act, name, ask, yes, yesName, no = t("keep"), quiet, small, danger, busy, problem, onYes, children,
}) {
  const [asking, setAsking] = useState(undefined); // undefined until it was asked
  const place = useRef();
  const id = useId();
  useEffect(() => {
    if (asking !== undefined) place.current.querySelector(asking ? "button" : "button:last-of-type").focus();
  }, [asking]);
  const group = asking && { role: "group", "aria-label": name ?? act, "aria-describedby": id };
  return html`
    <div class=${asking ? "confirm confirm-asks" : "confirm"} ref=${place} ...${group}>
      ${asking && html`<p class="confirm-ask" id=${id}>${ask}</p>`}
      <div class="acts">
        ${asking
          ? html`
              <${Button} key="no" quiet small disabled=${busy} onClick=${() => setAsking(false)}>${no}<//>
              <${Button} key="yes" text small danger=${danger} busy=${busy} aria-label=${yesName} onClick=${onYes}>
                ${yes}
              <//>`
          : html`
              ${children}
              <${Button} key="ask" quiet=${quiet} text=${!quiet} small=${small} aria-label=${name}
                onClick=${() => setAsking(true)}>${act}<//>`}
      </div>
      <${Told} problem=${problem} />
    </div>`;
}
