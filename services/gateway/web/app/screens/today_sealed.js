// What is there once I sealed? My light, when it comes back unopened, and the two things I can still do with it.

import { html } from "../vendor/htm-preact/standalone.module.js";
import { api } from "../api.js";
import { weekday } from "../dates.js";
import { act, load } from "../store.js";
import { t } from "../words.js";
import { announce } from "../ui/announce.js";
import { Confirm } from "../ui/confirm.js";
import { Button, useAct } from "../ui/parts.js";
import { keepDraft, putPrompt } from "./today_kept.js";

const OPEN_DAYS = 3;

// The weekday of the first couple's day on which an answer is its author's again.
const returnsOn = (day) => weekday(Date.parse(`${day}T12:00:00Z`) + OPEN_DAYS * 86_400_000, "UTC");

export function Sealed({ prompt, name, redraw }) {
  const change = () => {
    keepDraft(prompt, prompt.myAnswer, prompt.lightLeftByMe);
    redraw();
  };
  const takenBack = (returned) => {
    putPrompt(returned);
    document.getElementById("question")?.focus();
  };
  return html`
    <div class="today-sealed">
      <div class="today-sealed-light" aria-hidden="true"><span class="lamp lit lamp-mine"></span></div>
      <div>
        <p>${t("today.sealed")}</p>
        <p>${t("today.returns", { weekday: returnsOn(prompt.day) })}</p>
      </div>
      ${prompt.lightLeftByMe && html`<p>${t("today.light_is_on", { name })}</p>`}
      <${TakeBack} prompt=${prompt} after=${takenBack}>
        <${Button} text onClick=${change}>${t("today.change")}<//>
      <//>
    </div>`;
}

// The words come back as a draft: taking an answer back loses nothing. `children` are other acts beside it.
export function TakeBack({ prompt, after, children }) {
  const [takeBack, busy, problem] = useAct(async () => {
    let returned;
    try {
      returned = await act(`withdraw ${prompt.id}`, () => api.withdrawAnswer(prompt.id));
    } catch (refused) {
      load("today", "answers");
      throw refused;
    }
    keepDraft(returned, prompt.myAnswer, false);
    announce(t("today.said_taken_back"));
    after(returned);
  });
  const name = t("today.take_back_what", { question: prompt.text });
  return html`
    <div class="today-take-back">
      <${Confirm} act=${t("today.take_back")} name=${name} ask=${t("today.take_back_sure")}
        yes=${t("today.take_back")} yesName=${name} no=${t("today.leave_sealed")} busy=${busy} problem=${problem}
        onYes=${takeBack}>${children}<//>
    </div>`;
}
