"""CancelReminder: no more; for everybody when its maker says so, for themselves when the other does."""

from dataclasses import dataclass, replace
from uuid import UUID

from scheduling.domain.reminder_view import ReminderSeen
from scheduling.domain.reminders import concerns_partner, decide_cancel, rings_for
from scheduling.store.reminders import load_living_reminder, save_reminder
from scheduling.store.rings import extend_no_more, see_reminder, stop_rings
from twolamps_chassis.db import Transaction
from twolamps_events.scheduling import ReminderCancelled, RingsSettled


@dataclass(frozen=True)
class CancelReminder:
    """Stop a reminder."""

    reminder_id: UUID


async def cancel_reminder(command: CancelReminder, tx: Transaction) -> ReminderSeen:
    """The stopped reminder. Its maker learns nothing when the other stops it for themselves. Twice is once.

    Raises NotFound, NotConnected.
    """
    series, words = await load_living_reminder(tx, command.reminder_id)
    before, after = series.reminder, decide_cancel(series.reminder, tx.me, tx.now)
    if after != before:
        series = replace(series, reminder=after)
        await save_reminder(tx, series)
        stopped = await stop_rings(tx, after.id, rings_for(before) - rings_for(after))
        # Only what has rung has a notice to take back.
        if rung := [ring for ring in stopped if ring.planned_at <= tx.now]:
            ids, people = [ring.id for ring in rung], [ring.person for ring in rung]
            tx.record(series.owner, RingsSettled(reminder_id=after.id, ring_ids=ids, person_ids=people))
        if after.cancelled_at:
            await extend_no_more(tx, [after.id])
            if after.partner and concerns_partner(after, tx.now):
                told = ReminderCancelled(couple_id=series.owner, reminder_id=after.id, by=tx.me, to=after.partner)
                tx.record(series.owner, told)
    return await see_reminder(tx, series, words)
