"""F2 and F3: how late do timers ring? Scheduling's own due loop and handler on real rings, at a steady pace (F2) and all at
once (F3), with nothing else pending and with many; beside the bare claim of a due table, and other schedulers.

Lateness is the commit of what rang, its event in the outbox included, minus the due time; for a peer it is the moment its
job runs, before it has committed anything.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import quantiles

import asyncpg

from benchmarks.machine import Cpu
from benchmarks.servers import Servers
from scheduling.due_rows import on_rings_due
from scheduling.main import compose
from twolamps_chassis.db import Row, Transaction
from twolamps_chassis.due_rows import Due, DueLoop, Handler
from twolamps_testkit.stage import Stage
from twolamps_testkit.strangers import pairing

# Rings for both people of as many couples as half the rings; far ones, where asked for, years ahead.
FILL = """
WITH r AS (
    INSERT INTO scheduling.reminders
        (id, owner, maker, partner, audience, offer, first, zone, rrule, maker_lead, created_at, title, note)
    SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'both', 'accepted', '2027-01-01',
           'UTC', '', '0', now(), '', ''
    FROM generate_series(1, $1::int / 2) RETURNING id, owner, maker, partner
), s AS (
    INSERT INTO scheduling.streams (key) SELECT owner FROM r
), o AS (
    INSERT INTO scheduling.occurrences SELECT id, '2027-01-01', 0, '2027-01-01Z' FROM r
), both_of AS (
    SELECT id, owner, person, row_number() OVER () AS n FROM r, unnest(ARRAY[maker, partner]) AS person
)
INSERT INTO scheduling.rings (reminder_id, person, local, zone, stream_key, planned_at, due_at, late, shown)
SELECT id, person, '2027-01-01', 'UTC', owner, due, due, false, 'pending'
FROM both_of, LATERAL (SELECT $2::timestamptz + n * $3::interval AS due) AS d
"""
BARE = """
CREATE TABLE scheduling.bare (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream_key uuid NOT NULL, due_at timestamptz NOT NULL, state text NOT NULL DEFAULT 'pending'
);
INSERT INTO scheduling.bare (stream_key, due_at) SELECT stream_key, due_at FROM scheduling.rings;
CREATE INDEX bare_due ON scheduling.bare (due_at) WHERE state = 'pending';
GRANT SELECT, UPDATE ON scheduling.bare TO "{worker}";
"""
FILL_BARE = """
WITH s AS (
    INSERT INTO scheduling.streams (key) SELECT gen_random_uuid() FROM generate_series(1, $1::int / 2) RETURNING key
), both_of AS (
    SELECT key, row_number() OVER () AS n FROM s, generate_series(1, 2)
)
INSERT INTO scheduling.bare (stream_key, due_at) SELECT key, $2::timestamptz + n * $3::interval FROM both_of
"""
AT_ONCE, FAR = timedelta(), timedelta(days=400)


@dataclass
class Bell:
    """What rang, and how late its commit was."""

    handler: Handler
    count: int
    lateness_s: list[float] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, rows: Sequence[Row], tx: Transaction) -> None:
        await self.handler(rows, tx)
        tx.on_commit(lambda: self._rang([row["due_at"] for row in rows]))

    def _rang(self, due_at: Sequence[datetime]) -> None:
        now = time.time()
        self.lateness_s += [now - at.timestamp() for at in due_at]
        if len(self.lateness_s) >= self.count:
            self.done.set()


@dataclass(frozen=True)
class Rung:
    """Lateness in milliseconds, and microseconds of CPU a timer where that can be told."""

    p50: float
    p99: float
    last: float
    cpu_us: float | None


def cpus(found: Sequence[Rung]) -> list[float]:
    """The CPU of those of which it can be told."""
    return [one.cpu_us for one in found if one.cpu_us is not None]


async def claim_alone(rows: Sequence[Row], tx: Transaction) -> None:
    """The floor: claimed rows are marked, nothing is told."""
    await tx.execute("UPDATE bare SET state = 'done' WHERE id = ANY($1)", [row["id"] for row in rows])


@dataclass
class Tower:
    """Scheduling's database with nothing running on it, and as many rings far ahead as its `bare` due table has rows."""

    stage: Stage
    admin: "asyncpg.Connection[asyncpg.Record]"
    pending: int

    async def ring(self, count: int, apart: timedelta) -> Rung:
        """So many timers, one every `apart`."""
        return await self._rung(FILL, count, apart, "rings", on_rings_due)

    async def claim(self, count: int, apart: timedelta) -> Rung:
        """The floor: as many rows of the bare table."""
        return await self._rung(FILL_BARE, count, apart, "bare", claim_alone)

    async def _rung(self, fill: str, count: int, apart: timedelta, table: str, handler: Handler) -> Rung:
        first = datetime.now(UTC) + timedelta(seconds=4 + count / 10_000 + self.pending / 200_000)
        await self.admin.execute(fill, count, first, apart, timeout=120)
        await self.admin.execute("VACUUM ANALYZE", timeout=600)
        await self.admin.execute("CHECKPOINT")
        assert datetime.now(UTC) < first, "the first came due while they were written down"
        bell = Bell(handler, count)
        loop = DueLoop(self.stage.tables("scheduling"), [Due(table, bell, batch=1000)], [])
        cpu, task = Cpu(), asyncio.create_task(loop.run())
        try:
            async with asyncio.timeout(120 + count * apart.total_seconds()):
                await bell.done.wait()
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        assert len(bell.lateness_s) == count
        assert min(bell.lateness_s) >= 0
        points = quantiles(bell.lateness_s, n=100)
        return Rung(1e3 * points[49], 1e3 * points[98], 1e3 * max(bell.lateness_s), 1e6 * cpu.spent() / count)


@asynccontextmanager
async def tower(servers: Servers, pending: int) -> AsyncIterator[Tower]:
    """One with so many pending."""
    async with servers.stage() as stage:
        node = await stage.start(scheduling=compose, pairing=pairing)
        for task in node.lifecycle.tasks:
            task.cancel()
        await asyncio.gather(*node.lifecycle.tasks, return_exceptions=True)
        admin = await servers.superuser(stage)
        try:
            await admin.execute(FILL, pending, datetime.now(UTC) + FAR, timedelta(seconds=1), timeout=600)
            await admin.execute(BARE.format(worker=stage.tables("scheduling").roles["worker"]), timeout=600)
            await admin.execute("VACUUM ANALYZE", timeout=600)
            yield Tower(stage, admin, pending)
        finally:
            await admin.close()
