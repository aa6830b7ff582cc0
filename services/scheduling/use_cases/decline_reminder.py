"""DeclineReminder: no to an offer; to the other it looks like waiting."""

from dataclasses import dataclass, replace
from uuid import UUID

from scheduling.domain.reminder_view import ReminderSeen
from scheduling.domain.reminders import decide_answer
from scheduling.store.reminders import load_living_reminder, save_reminder
from scheduling.store.rings import see_reminder
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class DeclineReminder:
    """Say no to an offer, without a reason."""

    reminder_id: UUID


async def decline_reminder(command: DeclineReminder, tx: Transaction) -> ReminderSeen:
    """The declined reminder. Nothing is recorded: a fact of its own would be one the maker could find.

    Raises NotFound, NotYoursToAnswer, OfferAlreadyAnswered, ReminderStopped, OfferLapsed.
    """
    series, words = await load_living_reminder(tx, command.reminder_id)
    series = replace(series, reminder=decide_answer(series.reminder, tx.me, "declined", tx.now))
    await save_reminder(tx, series)
    return await see_reminder(tx, series, words)
