// Who is new? A mail, a password, the name the partner sees, and where the days are; then this browser is signed in.

import { html, useEffect, useState } from "../vendor/htm-preact/standalone.module.js";
import { api } from "../api.js";
import { myZone, zoneChoices } from "../dates.js";
import { Check, useFault } from "../ui/form.js";
import { Pair } from "../ui/lamps.js";
import { Button, Field, Select, Told, useAct } from "../ui/parts.js";
import { Password } from "../ui/password.js";
import { Shell } from "../ui/shell.js";
import { locale, t } from "../words.js";
import { enter } from "./sign_in.js";

const length = (text) => [...text].length;

// The fields at fault, each with its sentence; the api tells them by the same names.
const RULES = {
  mail: ({ mail }) => /^[^\s@]+@[^\s@]+$/.test(mail.trim()),
  password: ({ password }) => length(password) >= 10 && length(password) <= 200,
  displayName: ({ displayName }) => length(displayName.trim()) >= 1 && length(displayName.trim()) <= 40,
  pronouns: ({ pronouns }) => length(pronouns.trim()) <= 40,
  zone: ({ zone }) => zone !== "",
  adult: ({ adult }) => adult,
};
const faults = (person) => Object.keys(RULES).filter((name) => !RULES[name](person));

async function makeAccount(person) {
  const { mail, displayName, pronouns } = person;
  const trimmed = { mail: mail.trim(), displayName: displayName.trim(), pronouns: pronouns.trim() };
  await api.createPerson({ ...person, ...trimmed, locale });
  await enter(trimmed.mail, person.password);
}

export function SignUp() {
  const [person, setPerson] = useState(() => ({
    mail: "", password: "", displayName: "", pronouns: "", zone: myZone(), adult: false,
  }));
  const [options] = useState(() => zoneChoices(person.zone));
  const [wrong, setWrong] = useState([]);
  const [refusals, setRefusals] = useState(0);
  const [signUp, busy, problem] = useAct(makeAccount);
  const form = useFault(refusals);
  const known = problem?.reason === "wrong_credentials";

  const refuse = (names) => {
    setWrong(names);
    if (names.length) setRefusals(refusals + 1);
  };
  useEffect(() => refuse(Object.keys(problem?.fields ?? {}).filter((name) => name in RULES)), [problem]);

  const change = (name, value) => {
    setPerson({ ...person, [name]: value });
    setWrong(wrong.filter((each) => each !== name));
  };
  const error = (name) => (wrong.includes(name) ? t(`sign_up.wrong.${name}`) : undefined);
  const typed = (name) => ({
    name, value: person[name], error: error(name), onInput: (event) => change(name, event.target.value),
  });
  const submit = (event) => {
    event.preventDefault();
    const found = faults(person);
    refuse(found);
    if (!found.length) signUp(person);
  };

  return html`
    <${Shell} title=${t("sign_up.title")} crown=${html`<${Pair} />`}>
      <p class="lead">${t("sign_up.lead")}</p>
      <form class="card form" ref=${form} onSubmit=${submit} novalidate>
        <${Field} label=${t("sign_in.mail")} help=${t("sign_up.mail_help")} type="email" autocomplete="username"
          autocapitalize="none" spellcheck=${false} maxlength="254" ...${typed("mail")} required />
        <${Password} label=${t("sign_in.password")} help=${t("sign_up.password_help")} autocomplete="new-password"
          ...${typed("password")} required />
        <${Field} label=${t("sign_up.name")} help=${t("sign_up.name_help")} autocomplete="nickname"
          ...${typed("displayName")} required />
        <${Field} label=${t("sign_up.pronouns")} autocomplete="off" ...${typed("pronouns")} />
        <${Select} label=${t("sign_up.zone")} help=${t("sign_up.zone_help")} options=${options} value=${person.zone}
          onChange=${(zone) => change("zone", zone)} error=${error("zone")} />
        <${Check} label=${t("sign_up.adult")} name="adult" required checked=${person.adult} error=${error("adult")}
          onChange=${(adult) => change("adult", adult)} />
        ${known && html`
          <p class="notice" role="alert">
            ${t("sign_up.known")} <a href="/sign-in" data-in-app>${t("sign_in.submit")}</a>
          </p>`}
        ${!known && !wrong.length && html`<${Told} problem=${problem} />`}
        <${Button} type="submit" busy=${busy}>${t("sign_up.submit")}<//>
      </form>
      <p class="aside-link"><a href="/sign-in" data-in-app>${t("sign_up.to_sign_in")}</a></p>
    <//>`;
}
