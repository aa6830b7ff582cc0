"""CreateReminder: something to be rung for, by me, by the other, by both, or by whoever does it first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from scheduling.domain.invite_view import clean_words
from scheduling.domain.recurrence import parse_rule
from scheduling.domain.reminder_view import ReminderSeen
from scheduling.domain.reminders import OFFER_OPEN_FOR, Audience, Reminder, require_first, require_lead
from scheduling.domain.series import Series, plan_from_now
from scheduling.store.reminders import require_offer_budget, require_room, save_new_reminder
from scheduling.store.rings import save_plan, see_reminder
from twolamps_chassis.db import Transaction
from twolamps_chassis.errors import NotConnected
from twolamps_events.scheduling import ReminderOffered


@dataclass(frozen=True)
class CreateReminder:
    """Ring `lead` before `first` (naive, local to the IANA `zone`), and again as `rrule` says; empty: once."""

    title: str
    note: str
    audience: Audience
    first: datetime
    zone: str
    rrule: str
    lead: timedelta | None


async def create_reminder(command: CreateReminder, tx: Transaction) -> ReminderSeen:
    """A new reminder; it rings for me at once unless it is for the other, to whom it is an offer.

    Raises NotConnected (for anyone but me), LimitReached, TitleNotAllowed, LeadOutOfRange, RecurrenceNotAllowed,
    UnknownZone, TimeOutOfRange, StartNotInRule, StartInPast.
    """
    shared = command.audience != "me"
    if shared and tx.couple is None:
        raise NotConnected
    words, lead = clean_words(command.title, command.note), command.lead or timedelta(0)
    require_lead(lead)
    rule = parse_rule(command.rrule) if command.rrule else None
    require_first(rule, command.first, command.zone, tx.now)
    await require_room(tx)
    if shared:
        await require_offer_budget(tx)
    reminder = Reminder(
        id=uuid4(),
        maker=tx.me,
        partner=tx.us.other(tx.me) if shared else None,
        audience=command.audience,
        offer="offered" if shared else "none",
        created_at=tx.now,
    )
    series = Series(
        reminder=reminder,
        owner=tx.us.id if shared else tx.me,
        first=command.first,
        zone=command.zone,
        rrule=rule.text if rule else "",
        maker_lead=lead,
    )
    plan = plan_from_now(series, tx.now)
    if plan.rings:
        await save_new_reminder(tx, series, words, plan.over_at)
        await save_plan(tx, series, plan)
    else:
        await save_new_reminder(tx, series, words, tx.now + OFFER_OPEN_FOR)
    if reminder.partner:
        event = ReminderOffered(couple_id=tx.us.id, reminder_id=reminder.id, by=tx.me, to=reminder.partner)
        tx.record(tx.us.id, event)
    return await see_reminder(tx, series, words)
