"""ReadItem: mark one item of my inbox read."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from notifications import store
from notifications.domain.items import Announce, Item, numbered
from twolamps_chassis.db import Transaction
from twolamps_chassis.errors import NotFound


@dataclass(frozen=True)
class ReadItem:
    """An item of mine."""

    item_id: UUID


def read_item(announce: Announce) -> Callable[[ReadItem, Transaction], Awaitable[Item]]:
    """The use case, with whom to tell once it has committed."""

    async def read(command: ReadItem, tx: Transaction) -> Item:
        """My item, read from now on; reading it again changes nothing. Raises NotFound. Nobody else learns of it."""
        heads = await store.lock_heads(tx, [tx.me])
        item = await store.save_read(tx, command.item_id)
        if item is None:
            page = await store.list_inbox(tx, None, [command.item_id], "", 1)
            if not page.items:
                raise NotFound
            return page.items[0][1]
        changes = numbered(heads, [(tx.me, "changed", item.id, item)])
        await store.save_changes(tx, changes)
        tx.on_commit(lambda: announce(changes))
        return item

    return read
