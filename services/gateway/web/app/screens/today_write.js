// How is an answer written? In one field; what is typed stays on this page until it is sealed, and after any error.

import { html, useRef, useState } from "../vendor/htm-preact/standalone.module.js";
import { api } from "../api.js";
import { act, load, setState, useStore } from "../store.js";
import { locale, said, t } from "../words.js";
import { announce } from "../ui/announce.js";
import { Button, Switch, useAct } from "../ui/parts.js";
import { choose, draftOf, dropDraft, isEmpty, keepDraft, MOST, OPEN, putPrompt, REVEALED } from "./today_kept.js";

const number = new Intl.NumberFormat(locale);

// `prompt` is open, or sealed and being changed; `redraw` shows the card anew.
export function Write({ prompt, name, redraw }) {
  const begun = draftOf(prompt) ?? { text: "", light: false };
  const [text, setText] = useState(begun.text);
  const [light, setLight] = useState(begun.light);
  const [empty, setEmpty] = useState(false);
  const form = useRef();
  const waiting = useStore((now) => Boolean(now.waiting[`seal ${prompt.id}`]));
  const changing = prompt.state !== OPEN;
  const length = [...text.normalize("NFC")].length;
  const tooLong = length > MOST;

  const write = (words, lit) => {
    setText(words);
    setLight(lit);
    setEmpty(false);
    choose(prompt.id);
    if (words || lit || changing) keepDraft(prompt, words, lit);
    else dropDraft(prompt.id);
  };

  const [seal, busy, problem] = useAct(async () => {
    let sealed;
    try {
      sealed = await act(`seal ${prompt.id}`, () => api.sealAnswer(prompt.id, text, light));
    } catch (refused) {
      load("today"); // it may have opened, or closed, meanwhile
      throw refused;
    }
    if (draftOf(prompt)?.text === text) dropDraft(prompt.id);
    const here = form.current?.contains(document.activeElement) || document.activeElement === document.body;
    if (sealed.state === REVEALED) setState({ revealed: prompt.id });
    else announce(t("today.said_sealed"));
    putPrompt(sealed);
    if (here) document.getElementById("question")?.focus();
  });

  const submit = (event) => {
    event.preventDefault();
    if (!isEmpty(text) && !tooLong) return seal();
    setEmpty(isEmpty(text));
    form.current.querySelector("textarea").focus();
  };
  const wrong = tooLong ? t("today.too_long") : empty ? t("today.empty") : problem && said(problem);
  const held = busy || waiting;

  return html`
    <form class="today-write" ref=${form} onSubmit=${submit} novalidate>
      <div class="field">
        <textarea value=${text} readonly=${held} rows="4" aria-labelledby="question"
          aria-describedby=${wrong ? "answer-wrong answer-length" : "answer-promise answer-length"}
          aria-invalid=${wrong ? "true" : undefined} onInput=${(event) => write(event.target.value, light)}></textarea>
        ${wrong && html`<p class="error" id="answer-wrong" role="alert">${wrong}</p>`}
      </div>
      <div class="today-write-line">
        <${Switch} label=${t("today.light")} on=${light} disabled=${held} onChange=${(lit) => write(text, lit)} />
        <p class=${tooLong ? "meta over" : "meta"} id="answer-length">
          ${t("today.length", { count: number.format(length), most: number.format(MOST) })}
        </p>
      </div>
      <${Button} type="submit" busy=${held}>${t("today.seal")}<//>
      ${waiting && html`<p class="note" role="status">${t("today.seal_waits")}</p>`}
      <p class="note" id="answer-promise">
        ${light && t("today.light_means", { name })} ${changing ? t("today.change_promise") : t("today.promise")}
      </p>
      ${changing &&
      html`<${Button} text onClick=${() => (dropDraft(prompt.id), redraw())}>${t("today.leave_sealed")}<//>`}
    </form>`;
}
