"""DeliverNews: events of one kind become items of inboxes, and take others back."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from uuid import uuid4

from notifications import store
from notifications.domain.items import Change, Item, numbered, party
from notifications.domain.kinds import Fields, news_of, text_of
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class DeliverNews:
    """The fields of events, in their order, all of one kind."""

    kind: str
    events: Sequence[Fields]


async def deliver_news(command: DeliverNews, tx: Transaction) -> list[Change]:
    """Write what the events mean into every inbox they concern, in one set; what has changed."""
    members = await store.list_members(tx)
    events = [{"members": members.get(e["couple_id"]), **e} if "couple_id" in e else e for e in command.events]
    notices, pulled = news_of(command.kind, events)
    if not notices and not pulled:
        return []
    # Everyone in this batch at once: later runs of it then wait for nobody, and two batches cannot wait for each other.
    batch = chain(tx.streams, *members.values())
    heads = await store.lock_heads(tx, [*(n.person for n in notices), *(p.person for p in pulled)], batch)
    removed = await store.remove_pulled(tx, pulled) if pulled else []
    text = text_of(command.kind)
    items = [Item(uuid4(), n.kind, n.subject, party(n.by, n.person), n.facts, text, "unread", tx.now) for n in notices]
    changes = numbered(
        heads,
        chain(
            ((person, "removed", item_id, None) for person, item_id in removed),
            ((n.person, "added", item.id, item) for n, item in zip(notices, items, strict=True)),
        ),
    )
    if notices:
        await store.save_items(tx, notices, changes[len(removed) :])
    if changes:
        await store.save_changes(tx, changes)
    return changes
