// Which times together are there? Those that wait for an answer, then what both are in for; the others on demand.

import { html, useEffect, useRef, useState } from "../vendor/htm-preact/standalone.module.js";
import { moment } from "../dates.js";
import { joined, t } from "../words.js";
import { announce } from "../ui/announce.js";
import { Button, List, Open, Row } from "../ui/parts.js";
import { Empty } from "../ui/states.js";
import { InviteCard, InviteSheet, isAgreed, isMyTurn, isOpen, stateOf } from "./time_invite_card.js";
import { useSome } from "./time_parts.js";
import { there } from "./time_said.js";

const CARDS = 10;

const isCard = (invite, now) => isOpen(invite) || (isAgreed(invite) && Date.parse(invite.endsAt) > now);
// What was accepted while I look stays among what was open, where I look.
const rank = (invite, met) => (isMyTurn(invite) ? 0 : isOpen(invite) || met.has(invite.id) ? 1 : 2);

// `onPropose` and `onCounter` open their sheets; `waiting` says that an invite waits for me.
export function Invites({ invites, us, waiting, onPropose, onCounter }) {
  const met = useMet(invites);
  const [trouble, setTrouble] = useState(undefined);
  const [showPast, setShowPast] = useState(false);
  const now = Date.now();
  const stays = (invite) => us.paired && (isCard(invite, now) || invite.id === trouble);
  const cards = invites
    .filter(stays)
    .sort((one, other) => rank(one, met) - rank(other, met) || Date.parse(one.startsAt) - Date.parse(other.startsAt));
  const past = invites.filter((invite) => !stays(invite));
  const [shown, more] = useSome(cards, t("time.invites"), CARDS);
  return html`
    <div class="time-invites" id="time-invites" tabindex="-1">
      ${us.alone && html`<${Alone} />`}
      ${us.paired && cards.length === 0 &&
      html`
        <div class="card">
          <${Empty} act=${html`<${Propose} onPropose=${onPropose} />`}>${t("time.empty", us)}<//>
        </div>`}
      <ul class="time-cards">
        ${shown.map(
          (invite, at) => html`
            <li key=${invite.id}>
              <${InviteCard} invite=${invite} us=${us} amber=${at === 0} met=${met.has(invite.id)}
                onCounter=${onCounter} onTrouble=${setTrouble} />
            </li>`,
        )}
      </ul>
      ${more}
      <div class="acts acts-flush">
        ${us.paired && cards.length > 0 && html`<${Propose} quiet=${waiting} onPropose=${onPropose} />`}
        ${past.length > 0 &&
        html`<${Button} text aria-expanded=${String(showPast)} onClick=${() => setShowPast(!showPast)}>
          ${t(showPast ? "time.past_hide" : "time.past")}
        <//>`}
      </div>
      ${showPast && html`<${Past} invites=${past} us=${us} />`}
    </div>`;
}

const Propose = ({ quiet, onPropose }) =>
  html`<${Button} quiet=${quiet} small=${quiet} onClick=${() => onPropose({})}>${t("time.propose")}<//>`;

const Alone = () => html`
  <div class="card">
    <${Empty} act=${html`<a class="button quiet" href="/pair" data-in-app>${t("time.pair")}</a>`}>${t("time.alone")}<//>
  </div>`;

// The invites that became accepted while I look; each moves once.
function useMet(invites) {
  const before = useRef(new Map());
  const met = useRef(new Set());
  for (const invite of invites)
    if (isAgreed(invite) && before.current.get(invite.id) === "INVITE_STATE_OPEN") met.current.add(invite.id);
  useEffect(() => {
    for (const invite of invites) {
      const was = before.current.get(invite.id);
      if (isAgreed(invite) && was === "INVITE_STATE_OPEN") announce(t("time.accepted", invite));
      before.current.set(invite.id, invite.state);
    }
  }, [invites]);
  return met.current;
}

function Past({ invites, us }) {
  const [read, setRead] = useState(undefined);
  const [shown, more] = useSome(invites, t("time.past_label"));
  return html`
    <section class="section">
      <h2>${t("time.past_label")}</h2>
      <${List}>
        ${shown.map(
          (invite) => html`
            <${Row} key=${invite.id} icon="invite" class="read row-opens time-row"
              fact=${html`<${Open} onClick=${() => setRead(invite)}>${invite.title}<//>`}
              meta=${joined(stateOf(invite, us), moment(invite.startsAt, us.zone), there(invite.startsAt, us))} />`,
        )}
      <//>
      ${more}
      ${read && html`<${InviteSheet} invite=${read} us=${us} onClose=${() => setRead(undefined)} />`}
    </section>`;
}
