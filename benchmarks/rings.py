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
PLAIN = """
CREATE TABLE scheduling.plain (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream_key uuid NOT NULL, due_at timestamptz NOT NULL, state text NOT NULL DEFAULT 'pending'
);
INSERT INTO scheduling.plain (stream_key, due_at) SELECT stream_key, due_at FROM scheduling.rings;
CREATE INDEX plain_due ON scheduling.plain (due_at) WHERE state = 'pending';
GRANT SELECT, UPDATE ON scheduling.plain TO "{worker}";
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
    """Lateness in milliseconds, and microseconds of CPU a timer."""

    p50: float
    p99: float
    last: float
    cpu_us: float


async def claim_alone(rows: Sequence[Row], tx: Transaction) -> None:
    """The floor: claimed rows are marked, nothing is told."""
    await tx.execute("UPDATE plain SET state = 'done' WHERE id = ANY($1)", [row["id"] for row in rows])


async def ring(servers: Servers, count: int, apart: timedelta, pending: int = 0, plain: bool = False) -> Rung:
    """So many timers, one every `apart`, with `pending` others far ahead."""
    async with _quiet_stage(servers) as stage:
        database = stage.tables("scheduling")
        admin = await servers.superuser(stage)
        if pending:
            await admin.execute(FILL, pending, datetime.now(UTC) + FAR, timedelta(seconds=1), timeout=600)
        lead = timedelta(seconds=4 + count / 10_000 + pending / 200_000)
        await admin.execute(FILL, count, datetime.now(UTC) + lead, apart, timeout=120)
        if plain:
            await admin.execute(PLAIN.format(worker=database.roles["worker"]), timeout=120)
        await admin.execute("VACUUM ANALYZE", timeout=600)
        await admin.execute("CHECKPOINT")
        await admin.close()
        bell = Bell(claim_alone if plain else on_rings_due, count)
        loop = DueLoop(database, [Due("plain" if plain else "rings", bell, batch=1000)], [])
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
async def _quiet_stage(servers: Servers) -> AsyncIterator[Stage]:
    """Scheduling's database on a stage, with nothing running on it."""
    async with servers.stage() as stage:
        node = await stage.start(scheduling=compose, pairing=pairing)
        for task in node.lifecycle.tasks:
            task.cancel()
        await asyncio.gather(*node.lifecycle.tasks, return_exceptions=True)
        yield stage
