// What is set, and for whom? What we two share, what is mine, where I am signed in, and every way out.

import { html, useState } from "../vendor/htm-preact/standalone.module.js";
import { load, useResource } from "../store.js";
import { learn, t } from "../words.js";
import { US } from "../words.us.en.js";
import { Shell } from "../ui/shell.js";
import { Empty, Loading, Resource, useAnswered } from "../ui/states.js";
import { Couple } from "./us_couple.js";
import { Ended, Ending } from "./us_ending.js";
import { Elsewhere } from "./us_elsewhere.js";
import { Profile } from "./us_profile.js";
import { Sessions } from "./us_sessions.js";
import { Shares } from "./us_shares.js";

learn({ en: US });

export function Us() {
  const couple = useResource("couple");
  const [ended, setEnded] = useState(false);
  const aside = html`
    <${Sessions} />
    <${Elsewhere} />
    ${couple.value && html`<${Ending} onEnded=${() => setEnded(true)} />`}`;
  if (!useAnswered("couple", "sessions"))
    return html`
      <${Shell} tab="us" title=${t("tab.us")} meta=${t("us.meta")} aside=${html`<${Loading} rows=${3} />`} loading>
        <${Loading} rows=${2} /><${Loading} />
      <//>`;
  return html`
    <${Shell} tab="us" title=${t("tab.us")} meta=${t("us.meta")} aside=${aside}>
      <${Resource} of=${couple} again=${() => load("couple")} rows=${2}>
        ${(value) => (value ? html`<${Ours} couple=${value} />` : ended ? html`<${Ended} />` : html`<${Alone} />`)}
      <//>
      <${Profile} />
    <//>`;
}

const Ours = ({ couple }) => html`<${Couple} couple=${couple} /><${Shares} couple=${couple} />`;

const Alone = () => html`
  <${Empty} act=${html`<a class="button quiet" href="/pair" data-in-app>${t("us.pair")}</a>`}>${t("us.alone")}<//>`;
