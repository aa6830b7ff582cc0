"""RingReminders: their time has come."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from scheduling.domain.reminders import Ring, collapse_late
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
    due = {_named(each.ring): each for each in command.due}
    rings = [each.ring for each in command.due]
    late = {(ring.series, ring.person) for ring in rings if ring.due_at + GRACE < tx.now}
    if late:
        rings += [ring for ring in await list_overdue_rings(tx, late) if _named(ring) not in due]
    fired = collapse_late(rings, tx.now, GRACE)
    await save_rings(tx, (ring for ring in (*fired.on_time, *fired.late) if _named(ring) in due))
    for ring in (*fired.on_time, *fired.late_notices):
        if (claimed := due.get(_named(ring))) is None:
            continue
        told = ReminderRang(
            reminder_id=ring.series,
            person_id=ring.person,
            ring_id=ring.id,
            occurrence=ring.local.isoformat(),
            zone=claimed.zone,
            due_at=ring.due_at,
            late=ring.late,
        )
        tx.record(claimed.stream, told)


def _named(ring: Ring) -> tuple[UUID, UUID, datetime]:
    return ring.series, ring.person, ring.local
