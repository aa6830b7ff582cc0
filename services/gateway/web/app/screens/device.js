// May the command line sign in? Whoever started it types the code it shows, and the password again (RFC 8628).

import { html, useEffect, useState } from "../vendor/htm-preact/standalone.module.js";
import { api } from "../api.js";
import { useFault } from "../ui/form.js";
import { Icon } from "../ui/icons.js";
import { Button, Field, Told, useAct } from "../ui/parts.js";
import { Password } from "../ui/password.js";
import { focusTitle, Shell } from "../ui/shell.js";
import { t } from "../words.js";

const HALF = 4;
const lettersOf = (typed) => typed.toUpperCase().replace(/[^A-Z0-9]/g, "").slice(0, 2 * HALF);
const shownAs = (letters) => (letters.length > HALF ? `${letters.slice(0, HALF)}-${letters.slice(HALF)}` : letters);

export function Device() {
  const [code, setCode] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const [client, setClient] = useState();
  const [approve, busy, problem] = useAct(async () => {
    const name = (await api.approveDevice(shownAs(lettersOf(code)), password)) || t("device.unnamed");
    setClient(name);
    setPassword("");
  });
  // Where the end is typed the hyphen comes by itself; whoever mends the middle is left alone.
  const type = ({ target }) => {
    const atEnd = target.selectionStart === target.value.length;
    setCode(atEnd ? shownAs(lettersOf(target.value)) : target.value);
    setTried(false);
  };
  const whole = lettersOf(code).length === 2 * HALF;
  const submit = (event) => {
    event.preventDefault();
    setTried(true);
    if (whole && password) approve();
  };
  const notValid = problem?.reason === "device_code_not_valid";
  const wrong = problem?.reason === "wrong_password";
  const codeError = tried && !whole ? t("device.code_short") : notValid ? t("error.device_code_not_valid") : undefined;
  const passwordError =
    tried && !password ? t("sign_in.no_password") : wrong ? t("error.wrong_password") : undefined;
  const form = useFault(codeError ?? passwordError);
  if (client !== undefined) return html`<${Done} client=${client} />`;
  return html`
    <${Shell} title=${t("device.title")} crown=${html`<${Icon} name="device" />`}>
      <p class="lead">${t("device.lead")}</p>
      <form class="card form" ref=${form} onSubmit=${submit} novalidate>
        <p class="notice">${t("device.warning")}</p>
        <${Field} label=${t("device.code")} help=${t("device.code_help")} error=${codeError} name="device-code"
          autocomplete="off" autocapitalize="characters" spellcheck=${false} class="code-field" value=${code}
          onInput=${type} onBlur=${() => setCode(shownAs(lettersOf(code)))} required />
        <${Password} label=${t("device.password")} help=${t("device.password_help")} name="password"
          error=${passwordError} autocomplete="current-password" value=${password}
          onInput=${(event) => setPassword(event.target.value)} required />
        ${!codeError && !passwordError && html`<${Told} problem=${problem} />`}
        <${Button} type="submit" busy=${busy}>${t("device.submit")}<//>
      </form>
      <p class="aside-link"><a href="/today" data-in-app>${t("device.not_now")}</a></p>
    <//>`;
}

function Done({ client }) {
  useEffect(focusTitle, []);
  return html`
    <${Shell} title=${t("device.title_done")} crown=${html`<${Icon} name="check" />`}>
      <p class="lead">${t("device.done", { client })}</p>
      <p class="aside-link"><a href="/us" data-in-app>${t("device.to_sessions")}</a></p>
    <//>`;
}
