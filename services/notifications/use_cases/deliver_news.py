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
    notices, pulled = news_of(command.kind, await _with_members(command.events, tx))
    if not notices and not pulled:
        return []
    heads = await store.lock_heads(tx, [*(n.person for n in notices), *(p.person for p in pulled)])
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
    if removed:
        await store.save_changes(tx, changes[: len(removed)])
    if notices:
        await store.save_added(tx, notices, changes[len(removed) :])
    return changes


async def _with_members(events: Sequence[Fields], tx: Transaction) -> Sequence[Fields]:
    """The same events, with both members where an event names its couple and only who acted."""
    lacking = {e["couple_id"] for e in events if {"members", "to"}.isdisjoint(e) and "by" in e}
    if not lacking:
        return events
    members = await store.list_members(tx, lacking)
    return [{**event, "members": members.get(event["couple_id"])} for event in events]
