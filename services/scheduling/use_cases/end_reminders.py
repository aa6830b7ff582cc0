"""EndReminders: the two are a couple no more, so nothing shared rings."""

from dataclasses import dataclass
from uuid import UUID

from scheduling.store.reminders import release_reminders
from scheduling.store.rings import stop_couple_rings
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class EndReminders:
    """Stop what this couple shares."""

    couple_id: UUID


async def end_reminders(command: EndReminders, tx: Transaction) -> None:
    """None of theirs comes any more; each stays as it was, for both to read."""
    await stop_couple_rings(tx, command.couple_id)
    await release_reminders(tx, command.couple_id)
