"""RingReminders: their time has come."""

from dataclasses import dataclass

from scheduling.domain.reminders import collapse_late
from scheduling.domain.series import GRACE
from scheduling.store.rings import DueRing, list_overdue_rings, save_rings
from twolamps_chassis.db import Transaction
from twolamps_events.scheduling import ReminderRang


@dataclass(frozen=True)
class RingReminders:
    """Ring these, which are due."""

    due: tuple[DueRing, ...]


async def ring_reminders(command: RingReminders, tx: Transaction) -> None:
    """Each is told once. Of what an outage missed all is recorded, and one notice a series and person is given: where
    more was missed than is rung at once, with the latest.
    """
    due = {each.ring.id: each for each in command.due}
    rings = {id: each.ring for id, each in due.items()}
    late = {(ring.series, ring.person) for ring in rings.values() if ring.due_at + GRACE < tx.now}
    more = {ring.id: ring for ring in await list_overdue_rings(tx, late)} if late else {}
    fired = collapse_late((more | rings).values(), tx.now, GRACE)
    await save_rings(tx, (ring for ring in (*fired.on_time, *fired.late) if ring.id in due))
    for ring in (*fired.on_time, *fired.late_notices):
        if ring.id in due:
            told = ReminderRang(
                reminder_id=ring.series,
                person_id=ring.person,
                ring_id=ring.id,
                occurrence=ring.local.isoformat(),
                zone=due[ring.id].zone,
                due_at=ring.due_at,
                late=ring.late,
            )
            tx.record(due[ring.id].stream, told)
