// What frames every screen? The header with its lamps, the content, and the four tabs (a rail from 900 px).

import { html } from "../vendor/htm-preact/standalone.module.js";
import { useStore } from "../store.js";
import { t } from "../words.js";
import { Icon } from "./icons.js";
import { Lamps, Pair } from "./lamps.js";
import { Announcer } from "./announce.js";

const TABS = ["today", "time", "inbox", "us"];
const unread = (state) =>
  (state.inbox.value?.items ?? []).filter((item) => item.state === "ITEM_STATE_UNREAD").length;

// What is to be known of the connection, whichever screen is shown.
function standing({ signedIn, connection, away, late }) {
  if (!signedIn) return "";
  if (late) return "given_up_late";
  return connection === "offline" ? "connection.offline" : away ? "connection.away" : "";
}

// Another thing to read: who does not see the screen begins at its title.
export const focusTitle = () => document.querySelector("h1")?.focus({ preventScroll: true });

// `tab` lights its tab; without one there are none. `meta` is the line over the title; `aside` the second column; with
// a picture as its `crown` the header stands in the middle. What is shown while it is `loading` is taken away whole.
export function Shell({ tab, title, meta, crown, aside, loading, children }) {
  const told = useStore(standing);
  const news = useStore(unread);
  return html`
    <a class="skip" href="#content">${t("skip_to_content")}</a>
    ${tab && html`<${Tabs} tab=${tab} news=${news} />`}
    <div class=${tab ? "frame frame-tabs" : "frame"}>
      <header class=${crown ? "head head-crown" : "head"}>
        <div>
          ${crown}
          ${meta && html`<p class="meta">${meta}</p>`}
          <h1 tabindex="-1">${title}</h1>
        </div>
        ${tab && html`<${Lamps} />`}
      </header>
      ${told && html`<p class="offline" role="status">${t(told)}</p>`}
      <main key=${loading ? "loading" : "here"} id="content" class=${aside ? "columns" : "column"}>
        <div class="main">${children}</div>
        ${aside && html`<div class="aside">${aside}</div>`}
      </main>
    </div>
    <${Announcer} />`;
}

const Tabs = ({ tab, news }) => html`
  <nav class="tabs" aria-label=${t("app.name")}>
    <div class="brand"><${Pair} mine theirs /><span>${t("app.name")}</span></div>
    ${TABS.map(
      (name) => html`
        <a href=${`/${name}`} data-in-app class="tab" aria-current=${name === tab ? "page" : undefined}>
          <span class="tab-icon">
            <${Icon} name=${name} />${name === "inbox" && news > 0 && html`<span class="dot"></span>`}
          </span>
          <span>${t(`tab.${name}`)}</span>
          ${name === "inbox" && news > 0 && html`<span class="unseen">, ${t("tab.unread", { count: news })}</span>`}
        </a>`,
    )}
  </nav>`;
