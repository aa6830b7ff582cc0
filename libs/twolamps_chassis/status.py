"""How is a role doing? What waits in its outbox, what is overdue, what is parked; as numbers, never as content."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from twolamps_chassis.db import Database, Transaction
from twolamps_chassis.due_rows import Due
from twolamps_chassis.telemetry import HELD, OUTBOX_AGE, PARKED

REASONS = ("gap", "failed", "behind")
MOST_PARKED = 1_000
"""So many are listed at once."""


@dataclass(frozen=True, slots=True)
class RoleStatus:
    """Numbers of one role. `lag` counts events not yet handed on; ages are seconds."""

    role: str
    lag: int
    oldest_event_s: float
    overdue: int
    most_overdue_s: float
    parked: dict[str, int]


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """A parked event: its place and why it lies there. No body: an operator needs none."""

    service: str
    source: str
    key: UUID
    seq: int
    type: str
    reason: str
    error: str
    attempts: int
    retry_at: datetime | None
    parked_at: datetime


async def role_status(database: Database, dues: Sequence[Due]) -> RoleStatus:
    """Read a role's numbers, and set its gauges."""
    async with database.begin(readonly=True) as tx:
        sql = "SELECT count(*), coalesce(extract(epoch FROM $1 - min(time)), 0) FROM outbox WHERE published_at IS NULL"
        waiting = await tx.fetchrow(sql, tx.now)
        assert waiting is not None
        rows = await tx.fetch("SELECT reason, count(*), min(parked_at) AS since FROM parked GROUP BY reason")
        overdue = [await _overdue(tx, due) for due in dues]
    parked = dict.fromkeys(REASONS, 0) | {row["reason"]: row["count"] for row in rows}
    oldest_s = max(0.0, float(waiting[1]))
    OUTBOX_AGE.labels(database.schema).set(oldest_s)
    held_since = next((row["since"] for row in rows if row["reason"] == "gap"), tx.now)
    HELD.labels(database.schema).set(max(0.0, (tx.now - held_since).total_seconds()))
    for reason, count in parked.items():
        PARKED.labels(database.schema, reason).set(count)
    counts, ages = [count for count, _ in overdue], [age for _, age in overdue]
    return RoleStatus(
        database.schema, waiting[0], round(oldest_s, 3), sum(counts), round(max(ages, default=0.0), 3), parked
    )


async def list_parked(database: Database, reason: str = "", key: str = "") -> list[ParkedRow]:
    """What is parked in a role, for one reason or on one stream where that is given: what failed first, then what has lain
    longest; no more than MOST_PARKED."""
    async with database.begin(readonly=True) as tx:
        sql = """SELECT source, key, seq, type, reason, error, attempts, retry_at, parked_at FROM parked
                 WHERE $1 IN ('', reason) AND $2 IN ('', key::text)
                 ORDER BY reason <> 'failed', parked_at, source, key, seq LIMIT $3"""
        rows = await tx.fetch(sql, reason, key, MOST_PARKED)
        return [ParkedRow(database.schema, *row) for row in map(tuple, rows)]


async def _overdue(tx: Transaction, due: Due) -> tuple[int, float]:
    sql = f"""SELECT count(*), coalesce(extract(epoch FROM $1 - min(due_at)), 0) FROM {due.table}
              WHERE state = 'pending' AND due_at <= $1"""
    row = await tx.fetchrow(sql, tx.now)
    assert row is not None
    return row[0], float(row[1])
