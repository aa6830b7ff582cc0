// What happens when two have connected? Their lamps drift together, once; then each chooses what to share, alone.

import { html, useState } from "../vendor/htm-preact/standalone.module.js";
import { api } from "../api.js";
import { go } from "../route.js";
import { act, setValue } from "../store.js";
import { Button, Section, Told, useAct } from "../ui/parts.js";
import { ShareChoices } from "../ui/shares.js";
import { Shell } from "../ui/shell.js";
import { Waits } from "../ui/states.js";
import { t } from "../words.js";

export function Met({ couple }) {
  const [chosen, setChosen] = useState(new Set());
  const shares = couple.shares.map((each) => ({ ...each, grantedByMe: chosen.has(each.share) }));
  const [goOn, busy, problem] = useAct(async () => {
    if (chosen.size) setValue("couple", await act("shares", () => api.setShares([...chosen])));
    go("/today", { replace: true });
  });
  return html`
    <${Shell} title=${t("pair.title_met", { name: couple.partner.displayName })} crown=${html`<${Meeting} />`}>
      <${Section} label=${t("shares.title")}>
        <p class="note">${t("shares.lead")}</p>
        <${ShareChoices} shares=${shares} onChange=${setChosen} disabled=${busy} />
      <//>
      <${Waits} name="shares" />
      <${Told} problem=${problem} />
      <${Button} busy=${busy} onClick=${goOn}>${t("shares.go_on")}<//>
    <//>`;
}

const Meeting = () => html`
  <div class="pair-met" aria-hidden="true">
    <span class="pair-met-lamp pair-met-mine"></span>
    <span class="pair-met-lamp pair-met-theirs"></span>
  </div>`;
