// What flows between us without a further act? What I switch on; the last switch wins, and the other is told nothing.

import { html, useRef, useState } from "../vendor/htm-preact/standalone.module.js";
import { api } from "../api.js";
import { act, setValue } from "../store.js";
import { t } from "../words.js";
import { Section, Told, useAct } from "../ui/parts.js";
import { ShareChoices } from "../ui/shares.js";
import { Waits } from "../ui/states.js";

export function Shares({ couple }) {
  const next = useRef();
  const [wished, setWished] = useState();
  const [send, busy, problem] = useAct(async () => {
    try {
      while (next.current) {
        const shares = [...next.current];
        next.current = undefined;
        setValue("couple", await act("shares", () => api.setShares(shares)));
      }
    } finally {
      next.current = undefined;
      setWished(undefined);
    }
  });
  const change = (names) => {
    next.current = names;
    setWished(names);
    if (!busy) send();
  };
  const shown = couple.shares.map((each) => ({ ...each, grantedByMe: wished?.has(each.share) ?? each.grantedByMe }));
  return html`
    <${Section} label=${t("us.shares")}>
      <${ShareChoices} shares=${shown} onChange=${change} />
      <${Waits} name="shares" />
      <${Told} problem=${problem} />
      <p class="note">${t("us.shares.who")}</p>
    <//>`;
}
