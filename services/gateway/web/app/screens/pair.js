// How do two people connect? One tells a code, the other types it, both see who is on the other side and both say yes.

import { html, useEffect, useRef, useState } from "../vendor/htm-preact/standalone.module.js";
import { go } from "../route.js";
import { load, useResource } from "../store.js";
import { Pair as Lamps } from "../ui/lamps.js";
import { focusTitle, Shell } from "../ui/shell.js";
import { Loading, Resource } from "../ui/states.js";
import { t } from "../words.js";
import { Claim, forgetCode, Invite, usePolling } from "./pair_code.js";
import { Confirm } from "./pair_confirm.js";
import { Met } from "./pair_met.js";

const POLL_MS = 3000;
const OPEN = new Set(["PAIRING_STATE_CONFIRM", "PAIRING_STATE_WAITING"]);
const isPaired = (pairing) => pairing.state === "PAIRING_STATE_PAIRED";

export function Pair() {
  const couple = useResource("couple");
  const pairings = useResource("pairings");
  const [notMine, setNotMine] = useState([]); // pairings that this person turned away from
  const [alone, setAlone] = useState(false); // was not paired while this screen was shown
  const list = pairings.value ?? [];
  const open = list.find((each) => OPEN.has(each.state) && !notMine.includes(each.id)) ?? list.find(isPaired);
  const closed = useClosed(open, notMine);

  useEffect(() => {
    if (couple.value === null) setAlone(true);
    if (couple.value && !alone) go("/today", { replace: true });
  }, [couple.value]);
  useEffect(() => {
    if (couple.value === null && list.some(isPaired)) load("couple");
  }, [pairings.value]);
  useEffect(() => {
    if (open) forgetCode();
  }, [open?.id]);
  // No news says what becomes of a waiting pairing before both have said yes.
  usePolling(couple.value === null && open?.id, POLL_MS);

  const partner = alone && couple.value ? couple.value.partner : undefined;
  const stage = partner ? "met" : !open ? "invite" : open.state === "PAIRING_STATE_CONFIRM" ? "confirm" : "waiting";
  useStage(stage);

  if (couple.value && !partner) return html`<${Loading} page />`;
  if (partner) return html`<${Met} couple=${couple.value} />`;
  const turnAway = () => setNotMine([...notMine, open.id]);
  return html`
    <${Shell} title=${t(`pair.title_${stage}`)} crown=${html`<${Lamps} mine />`}>
      <${Resource} of=${couple} again=${() => load("couple")}>${() => html`
        <${Resource} of=${pairings} again=${() => load("pairings")}>${() =>
          open
            ? html`<${Confirm} key=${open.id} pairing=${open} onTurnAway=${turnAway} />`
            : html`
              ${closed && html`<p class="notice lead">${t("pair.closed")}</p>`}
              <${Invite} />
              <${Claim} />
              <div class="pair-before">
                <p>${t("pair.before")} <a href="/time" data-in-app>${t("pair.to_time")}</a></p>
                <p><a href="/us" data-in-app>${t("pair.to_us")}</a></p>
              </div>`}
        <//>`}
      <//>
    <//>`;
}

// Whether the pairing that was last open here has closed without a couple.
function useClosed(open, notMine) {
  const last = useRef();
  if (open) last.current = open.id;
  return !open && last.current !== undefined && !notMine.includes(last.current);
}

// Another stage is another page to whoever does not see it: its title has the focus, and so is read.
function useStage(stage) {
  const before = useRef(stage);
  useEffect(() => {
    if (before.current === stage) return;
    before.current = stage;
    focusTitle();
    scrollTo(0, 0);
  }, [stage]);
}
