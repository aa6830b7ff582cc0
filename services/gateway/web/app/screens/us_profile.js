// Who am I here? My name and pronouns, which my partner sees, and my zone and language, which only I do.

import { html, useState } from "../vendor/htm-preact/standalone.module.js";
import { api } from "../api.js";
import { zoneChoices, zoneTime } from "../dates.js";
import { act, load, setValue, useResource } from "../store.js";
import { joined, t } from "../words.js";
import { announce } from "../ui/announce.js";
import { Button, Field, List, Row, Section, Select } from "../ui/parts.js";
import { Resource } from "../ui/states.js";
import { languageName, languages } from "./us_choices.js";
import { EditSheet } from "./us_edit.js";

export function Profile() {
  const me = useResource("me");
  const [open, setOpen] = useState(false);
  const change = html`
    <${Button} quiet small aria-label=${t("us.profile.change")} onClick=${() => setOpen(true)}>${t("us.change")}<//>`;
  return html`
    <${Section} label=${t("us.profile")}>
      <${Resource} of=${me} again=${() => load("me")} rows=${1}>
        ${(value) => html`
          <${List}><${Row} icon="person" fact=${value.displayName} meta=${summary(value)} act=${change} /><//>
          ${open && html`<${ProfileSheet} me=${value} onClose=${() => setOpen(false)} />`}`}
      <//>
    <//>`;
}

const FIELDS = ["displayName", "pronouns", "zone", "locale"];

const summary = ({ pronouns, zone, locale }) => joined(pronouns, zoneTime(zone), languageName(locale));

function ProfileSheet({ me, onClose }) {
  const [wished, setWished] = useState(me);
  const change = (changed) => setWished({ ...wished, ...changed });
  const save = async (closed) => {
    const { displayName, pronouns, zone, locale } = wished;
    const changed = { displayName: displayName.trim(), pronouns: pronouns.trim(), zone, locale };
    setValue("me", await act("profile", () => api.updateMe(changed), closed));
    announce(t("us.saved"));
  };
  const typed = (name) => (event) => change({ [name]: event.target.value });
  const text = (name) => ({ value: wished[name], maxlength: 40, onInput: typed(name) });
  return html`
    <${EditSheet} title=${t("us.profile")} waits="profile" fields=${FIELDS} save=${save} onClose=${onClose}>
      ${(wrong) => html`
        <${Field} label=${t("us.name")} help=${t("us.name.help")} required autocomplete="nickname"
          error=${wrong("displayName")} ...${text("displayName")} />
        <${Field} label=${t("us.pronouns")} help=${t("us.pronouns.help")} autocomplete="off"
          error=${wrong("pronouns")} ...${text("pronouns")} />
        <${Select} label=${t("us.zone")} help=${t("us.zone.help")} options=${zoneChoices(me.zone)}
          value=${wished.zone} error=${wrong("zone")} onChange=${(zone) => change({ zone })} />
        <${Select} label=${t("us.language")} help=${t("us.language.help")} options=${languages(me.locale)}
          value=${wished.locale} error=${wrong("locale")} onChange=${(locale) => change({ locale })} />`}
    <//>`;
}
