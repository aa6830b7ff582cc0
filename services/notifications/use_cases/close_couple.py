"""CloseCouple: at a couple's end, news that can no longer be answered leaves both inboxes."""

from dataclasses import dataclass
from uuid import UUID

from notifications import store
from notifications.domain.items import Change, numbered
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class CloseCouple:
    """A couple that has ended; who ended it is not known here."""

    couple_id: UUID


async def close_couple(command: CloseCouple, tx: Transaction) -> list[Change]:
    """Pull by one rule for both, read or not, in one transaction: nothing of it depends on who ended. What has changed."""
    people = await store.list_people(tx, command.couple_id)
    heads = await store.lock_heads(tx, people)
    removed = await store.remove_of_couple(tx, command.couple_id)
    changes = numbered(heads, ((person, "removed", item_id, None) for person, item_id in removed))
    if changes:
        await store.save_changes(tx, changes)
    return changes
