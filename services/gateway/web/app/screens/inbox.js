// What is new for me? My inbox, newest first, as it changes; nobody else sees what I read.

import { html, useCallback, useEffect, useMemo, useRef } from "../vendor/htm-preact/standalone.module.js";
import { load, useResource, useStore, useZone } from "../store.js";
import { t } from "../words.js";
import { announce } from "../ui/announce.js";
import { useNow } from "../ui/now.js";
import { Button, Told, useAct } from "../ui/parts.js";
import { Shell } from "../ui/shell.js";
import { Empty, Resource, Waits } from "../ui/states.js";
import { markAllRead, showMore } from "./inbox_reading.js";
import { InboxRow } from "./inbox_row.js";
import { isUnread, sentence } from "./inbox_words.js";

export function Inbox() {
  const inbox = useResource("inbox");
  const { known, settled } = useSubjects();
  const list = inbox.value && !settled ? { value: undefined } : inbox;
  return html`
    <${Shell} tab="inbox" title=${t("tab.inbox")} meta=${useStanding(inbox.value)}>
      <${Resource} of=${list} again=${() => load("inbox")} rows=${5}>
        ${(value) => html`<${Items} inbox=${value} known=${known} />`}
      <//>
    <//>`;
}

function Items({ inbox, known }) {
  const { items, nextPageToken } = inbox;
  const couple = useStore((now) => now.couple.value);
  const zone = useZone();
  const name = couple?.partner.displayName;
  const list = useRef();
  const [readAll, reading, unreadProblem] = useAct(async () => {
    await markAllRead();
    focusOn(list.current);
  });
  const [more, fetching, moreProblem] = useAct(async () => {
    await showMore();
    focusOn(list.current?.children[items.length]);
  });
  const now = useNow(60_000); // "12 min ago" stays true
  const done = useCallback(() => focusOn(list.current), []);
  useNews(items, (item) => sentence(item, known.get(item.subject?.id), name));
  if (!items.length)
    return html`
      <${Empty} act=${!couple && html`<a class="button quiet" href="/pair" data-in-app>${t("inbox.pair")}</a>`}>
        ${t(couple ? "inbox.empty" : "inbox.empty_alone", { name })}
      <//>`;
  return html`
    <section class="section">
      <div class="inbox-head">
        <h2>${t("inbox.order")}</h2>
        ${items.some(isUnread) &&
        html`<${Button} text small busy=${reading} onClick=${readAll}>${t("inbox.read_all")}<//>`}
      </div>
      <${Waits} name="inbox" />
      <${Told} problem=${unreadProblem} />
      <ul class="card list" ref=${list}>
        ${items.map(
          (item) => html`
            <${InboxRow} key=${item.id} item=${item} about=${known.get(item.subject?.id)} name=${name} zone=${zone}
              now=${now} done=${done} />`,
        )}
      </ul>
      <${Told} problem=${moreProblem} />
      ${nextPageToken && html`<${Button} quiet busy=${fetching} onClick=${more}>${t("more")}<//>`}
    </section>`;
}

const SUBJECTS = ["invites", "reminders", "pairings", "today", "reveals"];

// What items are about, by id, once all that can be known is; items name their subject and hold no words.
function useSubjects() {
  const resources = SUBJECTS.map(useResource);
  const [invites, reminders, pairings, today, reveals] = resources;
  const known = useMemo(() => {
    const prompts = [...(reveals.value?.reveals ?? []), ...(today.value?.prompts ?? [])];
    const all = [...(invites.value ?? []), ...(reminders.value ?? []), ...(pairings.value ?? []), ...prompts];
    return new Map(all.map((each) => [each.id, each]));
  }, [invites.value, reminders.value, pairings.value, today.value, reveals.value]);
  return { known, settled: resources.every((each) => each.value !== undefined || each.problem) };
}

// How the stream stands, and what is unread: "Live · 3 unread".
function useStanding(inbox) {
  const connection = useStore((now) => now.connection);
  if (connection !== "live") return t(connection === "offline" ? "inbox.offline" : "connection.connecting");
  if (!inbox) return t("connection.live");
  const count = inbox.items.filter(isUnread).length;
  const none = inbox.nextPageToken ? "inbox.none_shown" : "inbox.caught_up";
  return [t("connection.live"), count ? t("tab.unread", { count }) : t(none)].join(" · ");
}

// Says each item that comes while the screen is open, once; what was there before, and older pages, stay unsaid.
function useNews(items, say) {
  const heard = useRef();
  useEffect(() => {
    const first = items.findIndex((each) => heard.current?.has(each.id));
    const fresh = heard.current ? items.slice(0, first < 0 ? items.length : first).filter(isUnread) : [];
    if (fresh.length) announce(fresh.map(say).join(". "));
    heard.current = new Set([...(heard.current ?? []), ...items.map((each) => each.id)]);
  }, [items]);
}

// Where the button that was pressed is gone, and nothing else was chosen since, the focus goes on from what it changed.
function focusOn(element) {
  const now = document.activeElement;
  if (!element || !(now === document.body || now?.disabled)) return;
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
}
