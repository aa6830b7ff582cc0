// How does one leave? Alone, at once, without a reason: one sheet says exactly what happens, one button does it. No name
// stands in its sentences: whoever chose the name could make them say something else.

import { html, useEffect, useRef, useState } from "../vendor/htm-preact/standalone.module.js";
import { api } from "../api.js";
import { act, reload, setValue } from "../store.js";
import { t } from "../words.js";
import { announce } from "../ui/announce.js";
import { Button, Section, Sheet, Told, useAct, useClosed } from "../ui/parts.js";
import { Waits } from "../ui/states.js";

const NOTICES = ["END_NOTICE_NOTHING", "END_NOTICE_PLAINLY"];
const FACTS = ["at_once", "words", "ours", "sees"];

export function Ending({ onEnded }) {
  const [open, setOpen] = useState(false);
  return html`
    <${Section} label=${t("us.leaving")}>
      <p class="note">${t("us.leaving.means")}</p>
      <div><${Button} quiet danger onClick=${() => setOpen(true)}>${t("us.end")}<//></div>
      ${open && html`<${EndSheet} onClose=${() => setOpen(false)} onEnded=${onEnded} />`}
    <//>`;
}

function EndSheet({ onClose, onEnded }) {
  const [notice, setNotice] = useState(NOTICES[0]);
  const closed = useClosed();
  const [end, busy, problem] = useAct(async () => {
    await act("end", (key) => api.endCouple(notice, key), closed).catch(endedAlready);
    onEnded();
    setValue("couple", null);
    reload();
  });
  return html`
    <${Sheet} title=${t("us.end")} onClose=${onClose}>
      <div class="form">
        <ul class="us-facts">${FACTS.map((fact) => html`<li>${t(`us.end.${fact}`)}</li>`)}</ul>
        <fieldset class="us-choice">
          <legend>${t("us.end.notice")}</legend>
          ${NOTICES.map(
            (each) => html`
              <label>
                <input type="radio" name="notice" checked=${each === notice} onChange=${() => setNotice(each)} />
                <span>${t(`us.end.${each}`)}</span>
              </label>`,
          )}
        </fieldset>
        <${Told} problem=${problem} />
        <${Waits} name="end" />
        <div class="acts">
          <${Button} quiet danger busy=${busy} onClick=${end}>${t("us.end")}<//>
          <${Button} text onClick=${onClose}>${t("us.end.not")}<//>
        </div>
      </div>
    <//>`;
}

// Either ended it: it is over, as wished. So is an end whose answer was lost on its way.
function endedAlready(problem) {
  if (problem.reason !== "not_connected") throw problem;
}

export function Ended() {
  const heading = useRef();
  useEffect(() => {
    heading.current.focus();
    announce(t("us.ended"));
  }, []);
  return html`
    <div class="card us-ended">
      <h2 tabindex="-1" ref=${heading}>${t("us.ended")}</h2>
      <p>${t("us.ended.means")}</p>
      <div class="acts"><a class="button quiet" href="/today" data-in-app>${t("us.ended.mine")}</a></div>
    </div>`;
}
