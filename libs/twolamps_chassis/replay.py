"""How is everything that is kept sent once more? Who asks leaves a mark; the relay that leads finds it and begins anew.

Promises: it is the leader who takes the marks off, between two passes, so a log that lost everything gets each stream in
its order again; a crash in the middle begins anew; consumers know what they had by its seq.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:
    from twolamps_chassis.db import Database

BATCH = 5_000
ASKED = ""
"""Known in place of the log's id where a replay was asked for: no log has it."""
ASK = "INSERT INTO event_log (id) VALUES ($1) ON CONFLICT (one) DO UPDATE SET id = excluded.id"
UNMARK = """
WITH batch AS MATERIALIZED (SELECT id FROM outbox WHERE id > $1 ORDER BY id LIMIT {}),
     freed AS (UPDATE outbox SET published_at = NULL FROM batch
               WHERE outbox.id = batch.id AND outbox.published_at IS NOT NULL RETURNING 1)
SELECT (SELECT max(id) FROM batch) AS last, (SELECT count(*) FROM freed) AS freed
"""


@dataclass(frozen=True, slots=True)
class ReplayState:
    """How far a replay is: whether it still waits for the leader, and how many events wait to be sent."""

    asked: bool
    waiting: int


async def ask_replay(database: "Database") -> int:
    """Have all that is kept sent again, by whichever relay leads, within five seconds; how many events that is."""
    async with database.begin() as tx:
        await tx.execute(ASK, ASKED)
        return int(await tx.fetchval("SELECT count(*) FROM outbox"))


async def replay_state(database: "Database") -> ReplayState:
    """How far the replay is."""
    async with database.begin(readonly=True) as tx:
        known = await tx.fetchval("SELECT id FROM event_log")
        return ReplayState(known == ASKED, await tx.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL"))


async def unmark(conn: "asyncpg.Connection[asyncpg.Record]") -> int:
    """Make all that is kept unsent, in batches that each commit; for the leader alone, before it reads. How many were."""
    last: int | None = 0
    count = 0
    while last is not None:
        row = await conn.fetchrow(UNMARK.format(BATCH), last)  # told, as a plan has to know it
        assert row is not None
        last, count = row["last"], count + row["freed"]
    return count
