// What becomes of items? They are read one at a time or all, older ones are fetched; nobody else learns any of it.

import { api } from "../api.js";
import { act, getState, life, load, putValue } from "../store.js";
import { isUnread } from "./inbox_words.js";

const change = (changed) => {
  const inbox = getState().inbox.value;
  if (inbox) putValue("inbox", { ...inbox, ...changed(inbox) });
};
const drop = (id) => change(({ items }) => ({ items: items.filter((each) => each.id !== id) }));

export async function markRead(item) {
  if (!isUnread(item)) return;
  try {
    const read = await act("inbox", (key) => api.readItem(item.id, key));
    change(({ items }) => ({ items: items.map((each) => (each.id === item.id ? read : each)) }));
  } catch (problem) {
    if (problem.reason !== "not_found") throw problem;
    drop(item.id); // it was pulled back meanwhile
  }
}

export async function showMore() {
  const page = await act("inbox", () => api.listInbox(getState().inbox.value.nextPageToken));
  change(({ items }) => {
    const known = new Set(items.map((each) => each.id));
    const older = page.items.filter((each) => !known.has(each.id));
    return { items: [...items, ...older], nextPageToken: page.nextPageToken };
  });
}

// All that is unread, also on the pages that were not shown yet.
export async function markAllRead() {
  const mine = life();
  while (life() === mine) {
    const inbox = getState().inbox.value;
    const next = inbox?.items.find(isUnread);
    if (next) await patiently(() => markRead(next));
    else if (inbox?.nextPageToken) await patiently(showMore);
    else return;
  }
}

// The reminder that rang is done; its item leaves the inbox with it.
export async function complete({ id, subject, facts }) {
  await act("inbox", (key) => api.completeReminder(subject.id, facts?.occurrence, key));
  drop(id);
  load("reminders");
}

async function patiently(run) {
  for (let wait = 2000; ; wait = Math.min(2 * wait, 30_000)) {
    try {
      return await run();
    } catch (problem) {
      if (problem.reason !== "too_many_requests") throw problem;
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}
