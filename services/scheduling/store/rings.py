"""Where is kept what rings, for whom and when? Occurrences, the rings of each person, and when a series is topped up.

Promises: an occurrence and each person's ring of it exist once, however often they are planned; a ring waits to be
claimed exactly while it is pending or snoozed; whoever writes here holds the stream of the reminder's owner.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from scheduling.domain.invite_view import Words
from scheduling.domain.reminder_view import ReminderSeen, seen
from scheduling.domain.reminders import Ring
from scheduling.domain.series import Plan, Series
from twolamps_chassis.db import Row, Transaction

RING: Final = "reminder_id, person, local, planned_at, due_at, shown, late"
OPEN: Final = "('pending', 'ringing', 'snoozed')"
ADD_OCCURRENCES: Final = """
INSERT INTO occurrences (reminder_id, local, fold, at)
SELECT * FROM unnest($1::uuid[], $2::timestamp[], $3::int[], $4::timestamptz[])
ON CONFLICT DO NOTHING
"""
ADD_RINGS: Final = """
INSERT INTO rings (reminder_id, person, local, planned_at, due_at, shown, late, zone, stream_key)
SELECT v.* FROM unnest($1::uuid[], $2::uuid[], $3::timestamp[], $4::timestamptz[], $4::timestamptz[], $5::text[],
                       $6::boolean[], $7::text[], $8::uuid[]) AS v(reminder_id, person, local)
WHERE NOT EXISTS (
    SELECT 1 FROM reminders r JOIN rings done ON done.reminder_id = r.id
    WHERE r.id = v.reminder_id AND r.audience = 'either' AND done.local = v.local AND done.shown = 'completed')
ON CONFLICT DO NOTHING
"""
EXTEND_LATER: Final = """
INSERT INTO extensions (reminder_id, stream_key, due_at, bookmark) VALUES ($1, $2, $3, $4)
ON CONFLICT (reminder_id) DO UPDATE SET due_at = excluded.due_at, bookmark = excluded.bookmark
"""
MOVE_EXTENSIONS: Final = """
UPDATE extensions SET due_at = v.due_at, bookmark = v.bookmark
FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamp[]) AS v(reminder_id, due_at, bookmark)
WHERE extensions.reminder_id = v.reminder_id
"""
EXTEND_NO_MORE: Final = "DELETE FROM extensions WHERE reminder_id = ANY($1::uuid[])"
MOVE_RINGS: Final = """
UPDATE rings SET shown = v.shown, due_at = v.due_at, late = v.late
FROM unnest($1::uuid[], $2::uuid[], $3::timestamp[], $4::text[], $5::timestamptz[], $6::boolean[])
     AS v(reminder_id, person, local, shown, due_at, late)
WHERE (rings.reminder_id, rings.person, rings.local) = (v.reminder_id, v.person, v.local)
"""
LIST: Final = f"""
SELECT {RING} FROM rings
WHERE reminder_id = $1 AND person = $2 AND (shown IN {OPEN} OR local = $3 OR local = (
    SELECT max(local) FROM rings WHERE reminder_id = $1 AND person = $2 AND shown = 'completed'))
"""
LIST_SHOWN: Final = f"""
SELECT shown_now.* FROM unnest($1::uuid[]) AS asked(id) CROSS JOIN LATERAL (
    (SELECT {RING} FROM rings WHERE reminder_id = asked.id AND person = $2 AND shown IN ('ringing', 'snoozed')
     ORDER BY local DESC LIMIT 2)
    UNION ALL
    (SELECT {RING} FROM rings WHERE reminder_id = asked.id AND person = $2 AND shown = 'pending'
     ORDER BY local LIMIT 3)
) AS shown_now ORDER BY reminder_id, shown = 'pending', local
"""
LIST_OVERDUE: Final = f"""
SELECT {RING} FROM rings
WHERE (reminder_id, person) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) AND state = 'pending' AND due_at <= $3
"""
FIND: Final = f"SELECT {RING} FROM rings WHERE reminder_id = $1 AND person = $2 AND local = $3"
STOP: Final = f"""
UPDATE rings SET shown = 'skipped'
WHERE reminder_id = $1 AND person = ANY($2::uuid[]) AND shown IN {OPEN} RETURNING {RING}
"""
STOP_ALL: Final = f"""
UPDATE rings SET shown = 'skipped' FROM reminders
WHERE reminders.owner = $1 AND rings.reminder_id = reminders.id AND rings.shown IN {OPEN}
"""
EXTEND_NONE: Final = "DELETE FROM extensions USING reminders WHERE reminders.owner = $1 AND reminder_id = reminders.id"


@dataclass(frozen=True, slots=True)
class DueRing:
    """A claimed ring, the IANA zone of its local time, and the stream it rings on."""

    ring: Ring
    zone: str
    stream: UUID


def due_ring(row: Row) -> DueRing:
    """A ring from the row that was claimed."""
    return DueRing(_ring(row), row["zone"], row["stream_key"])


async def save_plan(tx: Transaction, series: Series, plan: Plan) -> None:
    """Write down what a reminder's plan names, and when to go on."""
    await _save_times(tx, [(series, plan)])
    if plan.extend_at is None:
        await extend_no_more(tx, [series.reminder.id])
    else:
        await tx.execute(EXTEND_LATER, series.reminder.id, series.owner, plan.extend_at, plan.bookmark)


async def save_further_plans(tx: Transaction, plans: Sequence[tuple[Series, Plan]]) -> None:
    """Write down what the plans of claimed extensions name, and when each goes on."""
    await _save_times(tx, plans)
    on = [(series.reminder.id, plan.extend_at, plan.bookmark) for series, plan in plans if plan.extend_at]
    await tx.execute(MOVE_EXTENSIONS, [each[0] for each in on], [each[1] for each in on], [each[2] for each in on])
    await extend_no_more(tx, [series.reminder.id for series, plan in plans if plan.extend_at is None])


async def extend_no_more(tx: Transaction, reminder_ids: Sequence[UUID]) -> None:
    """These series have nothing more to come."""
    await tx.execute(EXTEND_NO_MORE, reminder_ids)


async def list_rings(tx: Transaction, reminder_id: UUID, person: UUID, local: datetime | None) -> list[Ring]:
    """The rings of a person that can be meant: all not done, the one named by `local`, the last completed."""
    return [_ring(row) for row in await tx.fetch(LIST, reminder_id, person, local)]


async def find_ring(tx: Transaction, reminder_id: UUID, person: UUID, local: datetime) -> Ring | None:
    """A person's ring of an occurrence."""
    row = await tx.fetchrow(FIND, reminder_id, person, local)
    return None if row is None else _ring(row)


async def list_shown_rings(tx: Transaction, reminder_ids: Sequence[UUID], person: UUID) -> dict[UUID, list[Ring]]:
    """What rings for a person now, at most two a reminder, then what comes next, at most three; by reminder."""
    found: dict[UUID, list[Ring]] = {id: [] for id in reminder_ids}
    for row in await tx.fetch(LIST_SHOWN, reminder_ids, person):
        found[row["reminder_id"]].append(_ring(row))
    return found


async def see_reminder(tx: Transaction, series: Series, words: Words) -> ReminderSeen:
    """A reminder with its rings, as the caller sees it."""
    shown = await list_shown_rings(tx, [series.reminder.id], tx.me)
    return seen(series, words, shown[series.reminder.id], tx.me, tx.now)


async def list_overdue_rings(tx: Transaction, of: Iterable[tuple[UUID, UUID]]) -> list[Ring]:
    """Every ring that is due, of these (reminder, person); read without locks, so nobody waits for anybody here."""
    pairs = list(of)
    rows = await tx.fetch(LIST_OVERDUE, [each[0] for each in pairs], [each[1] for each in pairs], tx.now)
    return [_ring(row) for row in rows]


async def save_rings(tx: Transaction, rings: Iterable[Ring]) -> None:
    """Keep what became of these rings."""
    moved = list(rings)
    await tx.execute(
        MOVE_RINGS, [r.series for r in moved], [r.person for r in moved], [r.local for r in moved],
        [r.state for r in moved], [r.due_at for r in moved], [r.late for r in moved],
    )  # fmt: skip


async def stop_rings(tx: Transaction, reminder_id: UUID, people: Iterable[UUID]) -> list[Ring]:
    """None of these people's rings of this reminder comes any more; those that were open."""
    return [_ring(row) for row in await tx.fetch(STOP, reminder_id, list(people))]


async def stop_couple_rings(tx: Transaction, couple_id: UUID) -> None:
    """Nothing shared rings for this couple any more, and no series of theirs goes on."""
    await tx.execute(STOP_ALL, couple_id)
    await tx.execute(EXTEND_NONE, couple_id)


async def _save_times(tx: Transaction, plans: Sequence[tuple[Series, Plan]]) -> None:
    times = [(series.reminder.id, each) for series, plan in plans for each in plan.instants]
    await tx.execute(
        ADD_OCCURRENCES, [id for id, _ in times], [each.local for _, each in times], [each.fold for _, each in times],
        [each.at for _, each in times],
    )  # fmt: skip
    rings = [(series, ring) for series, plan in plans for ring in plan.rings]
    await tx.execute(
        ADD_RINGS, [r.series for _, r in rings], [r.person for _, r in rings], [r.local for _, r in rings],
        [r.due_at for _, r in rings], [r.state for _, r in rings], [r.late for _, r in rings],
        [series.zone for series, _ in rings], [series.owner for series, _ in rings],
    )  # fmt: skip


def _ring(row: Row) -> Ring:
    return Ring(
        series=row["reminder_id"],
        person=row["person"],
        local=row["local"],
        planned_at=row["planned_at"],
        due_at=row["due_at"],
        state=row["shown"],
        late=row["late"],
    )
