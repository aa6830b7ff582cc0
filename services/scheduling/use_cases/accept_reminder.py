"""AcceptReminder: what the other offers me rings for me too."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from scheduling.domain.reminder_view import ReminderSeen
from scheduling.domain.reminders import decide_answer, require_lead
from scheduling.domain.series import plan_from_now
from scheduling.store.reminders import load_living_reminder, require_room, save_over, save_reminder
from scheduling.store.rings import save_plan, see_reminder
from twolamps_chassis.db import Transaction
from twolamps_events.scheduling import ReminderAccepted


@dataclass(frozen=True)
class AcceptReminder:
    """Say yes to an offer; it rings for me `lead` before each time."""

    reminder_id: UUID
    lead: timedelta | None


async def streams_of_acceptance(command: AcceptReminder, tx: Transaction) -> Iterable[UUID]:
    """My own stream too: how many reminders I have is counted under it."""
    return (tx.me,)


async def accept_reminder(command: AcceptReminder, tx: Transaction) -> ReminderSeen:
    """The accepted reminder; from now on I am rung too, for nothing that lies behind.

    Raises NotFound, NotYoursToAnswer, OfferAlreadyAnswered, ReminderStopped, OfferLapsed, LeadOutOfRange, LimitReached.
    """
    series, words = await load_living_reminder(tx, command.reminder_id)
    lead = command.lead or timedelta(0)
    require_lead(lead)
    reminder = decide_answer(series.reminder, tx.me, "accepted", tx.now)
    await require_room(tx)
    series = replace(series, reminder=reminder, partner_lead=lead)
    plan = plan_from_now(series, tx.now)
    await save_reminder(tx, series)
    await save_over(tx, [(reminder.id, plan.over_at)])
    await save_plan(tx, series, plan)
    tx.record(tx.us.id, ReminderAccepted(couple_id=tx.us.id, reminder_id=reminder.id, by=tx.me, to=reminder.maker))
    return await see_reminder(tx, series, words)
