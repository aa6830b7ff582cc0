"""CompleteReminder: it is done."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from scheduling.domain.reminder_view import ReminderSeen
from scheduling.domain.reminders import choose_to_complete, decide_complete
from scheduling.store.reminders import load_living_reminder
from scheduling.store.rings import find_ring, list_rings, save_rings, see_reminder
from twolamps_chassis.db import Transaction
from twolamps_events.scheduling import RingsSettled


@dataclass(frozen=True)
class CompleteReminder:
    """`occurrence` is the local time (naive) that is done; None: the one that rings."""

    reminder_id: UUID
    occurrence: datetime | None


async def complete_reminder(command: CompleteReminder, tx: Transaction) -> ReminderSeen:
    """The reminder; for either it is done for both, and the second to say so changes nothing.

    Raises NotFound, NotConnected, UnknownOccurrence, NothingRinging, AlreadyDone (it was skipped).
    """
    series, words = await load_living_reminder(tx, command.reminder_id)
    reminder = series.reminder
    mine = await list_rings(tx, reminder.id, tx.me, command.occurrence)
    ring = choose_to_complete(mine, command.occurrence, tx.now)
    other = None
    if reminder.audience == "either":
        other = await find_ring(tx, reminder.id, tx.us.other(tx.me), ring.local)
    changed = decide_complete(reminder.audience, ring, [other] if other else [])
    if changed:
        await save_rings(tx, changed)
        tx.record(
            series.owner,
            RingsSettled(
                reminder_id=reminder.id,
                ring_ids=[each.id for each in changed],
                person_ids=[each.person for each in changed],
            ),
        )
    return await see_reminder(tx, series, words)
