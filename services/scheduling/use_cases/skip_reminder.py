"""SkipReminder: leave this time out, for me alone."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from scheduling.domain.reminder_view import ReminderSeen
from scheduling.domain.reminders import choose_ring, decide_skip
from scheduling.store.reminders import load_living_reminder
from scheduling.store.rings import list_rings, save_rings, see_reminder
from twolamps_chassis.db import Transaction
from twolamps_events.scheduling import RingsSettled


@dataclass(frozen=True)
class SkipReminder:
    """`occurrence` is the local time (naive) to leave out, also one ahead; None: the one that rings."""

    reminder_id: UUID
    occurrence: datetime | None


async def skip_reminder(command: SkipReminder, tx: Transaction) -> ReminderSeen:
    """The reminder; the other's ring stays as it is, and they are not told.

    Raises NotFound, NotConnected, UnknownOccurrence, NothingRinging, AlreadyDone (it was completed).
    """
    series, words = await load_living_reminder(tx, command.reminder_id)
    mine = await list_rings(tx, series.reminder.id, tx.me, command.occurrence)
    ring = choose_ring(mine, command.occurrence, tx.now)
    skipped = decide_skip(ring)
    if skipped != ring:
        await save_rings(tx, [skipped])
        settled = RingsSettled(reminder_id=series.reminder.id, ring_ids=[ring.id], person_ids=[tx.me])
        tx.record(series.owner, settled)
    return await see_reminder(tx, series, words)
