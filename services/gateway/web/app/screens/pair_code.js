// Which code do I tell, and where do I type one? A code is good for ten minutes and once; it is kept in memory alone.

import { html, useEffect, useState } from "../vendor/htm-preact/standalone.module.js";
import { api } from "../api.js";
import { act, getState, load, patch } from "../store.js";
import { announce } from "../ui/announce.js";
import { useFault } from "../ui/form.js";
import { useNow } from "../ui/now.js";
import { Button, Field, Told, useAct } from "../ui/parts.js";
import { Waits } from "../ui/states.js";
import { t } from "../words.js";

const LASTS_MS = 600_000;
const LENGTH = 9;
const POLL_MS = 5000;
const held = { code: undefined, until: 0, whose: undefined }; // still there after a look at another screen

// A code that somebody has claimed is used up.
export const forgetCode = () => Object.assign(held, { code: undefined, until: 0 });

// What becomes of a code or a pairing is asked for while `it` is looked at.
export function usePolling(it, everyMs) {
  useEffect(() => {
    if (!it) return undefined;
    const timer = setInterval(() => document.hidden || load("pairings"), everyMs);
    return () => clearInterval(timer);
  }, [it]);
}

const heldByMe = () => held.whose === getState().me.value?.personId && held.until > Date.now();

export function Invite() {
  const [code, setCode] = useState(() => (heldByMe() ? held.code : undefined));
  const [over, setOver] = useState(false);
  const [make, busy, problem] = useAct(async () => {
    const made = await act("pairingCode", api.createPairingCode).catch(connectedAlready);
    Object.assign(held, { code: made.code, until: Date.parse(made.expiresAt), whose: getState().me.value?.personId });
    setCode(made.code);
    setOver(false);
    announce(t("pair.code_made"));
  });
  const end = () => {
    setCode(undefined);
    setOver(true);
    announce(t("pair.code_over"));
  };
  return html`
    <div class="pair-invite">
      <p class="lead">${t("pair.invite_lead")}</p>
      <div class="card pair-code-card">
        ${code
          ? html`<${Shown} key=${code} code=${code} onEnd=${end} onNew=${make} busy=${busy} />`
          : html`
            <p class="lead">${t(over ? "pair.code_over" : "pair.code_none")}</p>
            <${Button} busy=${busy} onClick=${make}>${t("pair.code_make")}<//>`}
        <${Waits} name="pairingCode" />
        <${Told} problem=${problem} />
      </div>
      <p class="lead">${t("pair.then")}</p>
    </div>`;
}

function Shown({ code, onEnd, onNew, busy }) {
  const left = Math.max(0, held.until - useNow(1000));
  const [copied, setCopied] = useState("");
  useEffect(() => {
    if (left === 0) onEnd();
  }, [left]);
  usePolling(code, POLL_MS); // news of a claim comes by the stream, where that is live
  const copy = async () => {
    const done = await navigator.clipboard.writeText(code).then(() => "copied", () => "pair.not_copied");
    setCopied(t(done));
    announce(t(done));
  };
  const seconds = Math.ceil(left / 1000);
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return html`
    <p class="pair-code" translate=${false}>
      <span class="code-letters" aria-hidden="true">
        ${code.split("-").map((group) => html`<span>${group}</span>`)}
      </span>
      <span class="unseen">${[...code].filter((letter) => letter !== "-").join(" ")}</span>
    </p>
    <progress class="pair-code-left" max=${LASTS_MS} value=${left} aria-label=${t("pair.left_label")}></progress>
    <p class="meta">${t("pair.left", { clock })}</p>
    <div class="acts acts-center">
      <${Button} quiet small onClick=${copy}>${t("pair.copy")}<//>
      <${Button} text small busy=${busy} onClick=${onNew}>${t("pair.code_new")}<//>
    </div>
    <p class="note">${copied || t("pair.code_new_note")}</p>`;
}

export function Claim() {
  const [shown, show] = useState(false);
  const [typed, setTyped] = useState("");
  const [short, setShort] = useState(false);
  const [claim, busy, problem] = useAct(async (code) => {
    patch("pairings", await act("claim", (key) => api.claimPairing(code, key)).catch(connectedAlready));
  });
  const submit = (event) => {
    event.preventDefault();
    const code = typed.toUpperCase().replace(/[\s-]/g, "");
    setShort(code.length !== LENGTH);
    if (code.length === LENGTH) claim(code);
  };
  const refused = problem?.reason === "code_not_valid" || problem?.reason === "invalid_field";
  const error = short ? t("pair.code_short") : refused ? t("error.code_not_valid") : undefined;
  const form = useFault(error);
  useEffect(() => {
    if (shown) form.current.querySelector("input").focus();
  }, [shown]);
  return html`
    <div class="pair-claim">
      <${Button} text aria-expanded=${String(shown)} onClick=${() => show(!shown)}>${t("pair.have")}<//>
      ${shown && html`
        <form class="card form" ref=${form} onSubmit=${submit} novalidate>
          <${Field} label=${t("pair.have_label")} help=${t("pair.have_help")} error=${error} name="pairing-code"
            autocomplete="off" autocapitalize="characters" spellcheck=${false} maxlength="24" class="code-field"
            value=${typed} onInput=${(event) => (setTyped(event.target.value), setShort(false))} required />
          <${Waits} name="claim" />
          ${!error && html`<${Told} problem=${problem} />`}
          <${Button} quiet type="submit" busy=${busy}>${t("pair.have_submit")}<//>
        </form>`}
    </div>`;
}

// Who was paired elsewhere meanwhile, in another tab perhaps, sees that.
function connectedAlready(problem) {
  if (problem.reason === "already_paired") load("couple", "pairings");
  throw problem;
}
