"""SnoozeReminder: ring again later, for me alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from scheduling.domain.reminder_view import ReminderSeen
from scheduling.domain.reminders import DEFAULT_SNOOZE, choose_ring, decide_snooze
from scheduling.store.reminders import load_living_reminder
from scheduling.store.rings import list_rings, save_rings, see_reminder
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class SnoozeReminder:
    """`occurrence` is the local time (naive) to put off, None: the one that rings; by `duration`, None: 10 minutes."""

    reminder_id: UUID
    occurrence: datetime | None
    duration: timedelta | None


async def snooze_reminder(command: SnoozeReminder, tx: Transaction) -> ReminderSeen:
    """The reminder. Nobody else's ring moves, and nobody is told.

    Raises NotFound, NotConnected, UnknownOccurrence, NothingRinging, AlreadyDone, NotYetRinging, SnoozeOutOfRange.
    """
    series, words = await load_living_reminder(tx, command.reminder_id)
    mine = await list_rings(tx, series.reminder.id, tx.me, command.occurrence)
    ring = choose_ring(mine, command.occurrence, tx.now)
    duration = DEFAULT_SNOOZE if command.duration is None else command.duration
    await save_rings(tx, [decide_snooze(ring, tx.now + duration, tx.now)])
    return await see_reminder(tx, series, words)
