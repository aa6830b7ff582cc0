// How does one item look? A lamp where it is my partner's and unread, a line of fact, one of meta, at most one act. It is
// drawn anew where it, or the minute, is another one.

import { html } from "../vendor/htm-preact/standalone.module.js";
import { t } from "../words.js";
import { announce } from "../ui/announce.js";
import { Icon } from "../ui/icons.js";
import { Button, memo, Told, useAct } from "../ui/parts.js";
import { complete, markRead } from "./inbox_reading.js";
import { details, isToDo, isUnread, kindOf, sentence } from "./inbox_words.js";

export const InboxRow = memo(({ item, about, name, zone, done }) => {
  const unread = isUnread(item);
  const { icon, act, to } = kindOf(item);
  const fact = sentence(item, about, name);
  const lit = unread && item.by === "PARTY_PARTNER";
  const [run, busy, problem] = useAct(async () => {
    await complete(item);
    announce(t("inbox.done_said", { fact }));
    done();
  });
  const label = act && t(`inbox.act.${act}`);
  const meta = details(item, about, zone);
  const words = { "aria-label": act && t("inbox.act_on", { act: label, fact, meta }) };
  // Whether it counts as read is not worth a message on the screen that it leads to.
  const read = () => markRead(item).catch(() => {});
  return html`
    <li class=${unread ? "row" : "row read"}>
      <span class="inbox-sign">
        ${lit ? html`<span class="lamp lit lamp-theirs" aria-hidden="true"></span>` : html`<${Icon} name=${icon} />`}
      </span>
      <div class="row-words">
        <p class="fact">${unread && html`<span class="unseen">${t("inbox.unread")} </span>`}${fact}</p>
        <p class="meta">${meta}</p>
        <${Told} problem=${problem} />
      </div>
      ${act && isToDo(item, about) && html`
        <div class="row-act">
          ${to
            ? html`<a class="button quiet small" href=${to} data-in-app onClick=${read} ...${words}>${label}</a>`
            : html`<${Button} quiet small busy=${busy} onClick=${run} ...${words}>${label}<//>`}
        </div>`}
    </li>`;
});
