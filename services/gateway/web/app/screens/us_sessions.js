// Where am I signed in? Each client with its first and last use; one or all can be ended. Only I ever see this.

import { html, useEffect, useRef, useState } from "../vendor/htm-preact/standalone.module.js";
import { api } from "../api.js";
import { ago, longDate } from "../dates.js";
import { signOut } from "../live.js";
import { act, getState, load, setValue, useStore, useZone } from "../store.js";
import { joined, t } from "../words.js";
import { announce } from "../ui/announce.js";
import { Confirm } from "../ui/confirm.js";
import { Badge, Button, Section, Told, useAct } from "../ui/parts.js";
import { Resource, Waits } from "../ui/states.js";

const FEW = 6;

export function Sessions() {
  const sessions = useStore((now) => now.sessions);
  useEffect(() => {
    load("sessions");
  }, []);
  return html`
    <${Section} label=${t("us.sessions")}>
      <${Resource} of=${sessions} again=${() => load("sessions")} rows=${2}>
        ${(value) => html`<${List} sessions=${value} /><${SigningOut} current=${value.find((each) => each.current)} />`}
      <//>
    <//>`;
}

function List({ sessions }) {
  const [all, setAll] = useState(false);
  const zone = useZone();
  const list = useRef();
  const sorted = [...sessions].sort((one, other) => other.current - one.current);
  const ended = () => {
    announce(t("us.session_ended"));
    list.current?.focus();
  };
  return html`
    <ul class="card list" tabindex="-1" ref=${list}>
      ${sorted
        .slice(0, all ? undefined : FEW)
        .map((each) => html`<${Session} key=${each.id} session=${each} zone=${zone} onEnded=${ended} />`)}
    </ul>
    ${!all && sorted.length > FEW && html`<${Button} quiet small onClick=${() => setAll(true)}>${t("more")}<//>`}`;
}

function Session({ session, zone, onEnded }) {
  const name = session.clientName || t("us.session_unnamed");
  const [end, busy, problem] = useAct(async () => {
    await act("sessions", () => api.deleteSession(session.id)).catch(notThere);
    setValue("sessions", getState().sessions.value.filter((each) => each.id !== session.id));
    onEnded();
  });
  const since = t("us.session_since", { date: longDate(session.createdAt, zone) });
  const used = t("us.session_used", { when: ago(session.lastUsedAt, zone) });
  return html`
    <li class="row">
      <div class="row-words"><p class="fact">${name}</p><p class="meta">${joined(since, used)}</p></div>
      ${session.current
        ? html`<${Badge} whose="mine">${t("us.session_this")}<//>`
        : html`
            <${Confirm} quiet small danger act=${t("us.session_end")} busy=${busy} onYes=${end} problem=${problem}
              name=${t("us.session_end_of", { name, since })} ask=${t("us.session_end_asks")}
              yes=${t("us.session_end_yes")} no=${t("cancel")} />`}
    </li>`;
}

function SigningOut({ current }) {
  const [here, going, problem] = useAct(() => signOut(() => api.deleteSession(current.id)));
  const [everywhere, ending, problemEverywhere] = useAct(() => signOut(api.deleteSessions));
  return html`
    <${Waits} name="sessions" />
    <div class="acts us-out">
      ${current && html`<${Button} quiet small busy=${going} onClick=${here}>${t("us.sign_out")}<//>`}
      <${Confirm} small danger act=${t("us.sign_out_all")} busy=${ending} onYes=${everywhere}
        problem=${problemEverywhere} ask=${t("us.sign_out_all_asks")} yes=${t("us.sign_out_all_yes")}
        no=${t("cancel")} />
    </div>
    <${Told} problem=${problem} />`;
}

// Somebody ended it before me: it is as I wish.
function notThere(problem) {
  if (problem.reason !== "not_found") throw problem;
}
