// Who comes back? A mail and its password; then the address the app was opened at, else today.

import { html, useState } from "../vendor/htm-preact/standalone.module.js";
import { api, Problem } from "../api.js";
import { begin } from "../main.js";
import { useFault } from "../ui/form.js";
import { Pair } from "../ui/lamps.js";
import { Button, Field, Told, useAct } from "../ui/parts.js";
import { Password } from "../ui/password.js";
import { Shell } from "../ui/shell.js";
import { getState } from "../store.js";
import { t } from "../words.js";
import { clientName } from "./sign_in_client.js";

// Sign this browser in; main.js leads on, where its person wanted to be. Raises Problem.
export async function enter(mail, password) {
  await api.signIn(mail, password, clientName());
  await begin();
  if (getState().signedIn === false) throw new Problem({ reason: "cookie_not_kept" }); // as Safari does over plain HTTP
}

export function SignIn() {
  const [mail, setMail] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const [signIn, busy, problem] = useAct(() => enter(mail.trim(), password));
  const submit = (event) => {
    event.preventDefault();
    setTried(true);
    if (mail.trim() && password) signIn();
  };
  const noMail = tried && !mail.trim() ? t("sign_in.no_mail") : undefined;
  const noPassword = tried && !password ? t("sign_in.no_password") : undefined;
  const form = useFault(noMail ?? noPassword);
  return html`
    <${Shell} title=${t("sign_in.title")} crown=${html`<${Pair} />`}>
      <form class="card form" ref=${form} onSubmit=${submit} novalidate>
        <${Field} label=${t("sign_in.mail")} type="email" name="mail" autocomplete="username" autocapitalize="none"
          spellcheck=${false} error=${noMail} value=${mail} onInput=${(event) => setMail(event.target.value)}
          required />
        <${Password} label=${t("sign_in.password")} name="password" autocomplete="current-password" error=${noPassword}
          value=${password} onInput=${(event) => setPassword(event.target.value)} required />
        <${Told} problem=${problem} />
        <${Button} type="submit" busy=${busy}>${t("sign_in.submit")}<//>
      </form>
      <p class="aside-link"><a href="/sign-up" data-in-app>${t("sign_in.to_sign_up")}</a></p>
    <//>`;
}
