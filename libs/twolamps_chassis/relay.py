"""How do recorded events get out? One leader per service reads the outbox in order, hands on, then marks what it sent.

Promises: order per stream is commit order; only what was handed on is marked, by id, so a crash in between repeats and
never loses; two relays on one database take turns. A stall is waited out.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import asyncpg

from twolamps_chassis.db import Database
from twolamps_chassis.records import Record
from twolamps_chassis.telemetry import RELAYED, log, origin

Deliver = Callable[[Sequence[Record]], Awaitable[None]]
"""Hands a batch on; returns when every one of it is safe at the other side, raises to have all of it sent again."""
BATCH = 1_000
SWEEP_S = 1.0
LOCK = "SELECT pg_try_advisory_lock(720810, hashtext(current_database() || current_schema()))"
READ = f"""SELECT id, key, seq, epoch, type, time, traceparent, body FROM outbox
           WHERE published_at IS NULL ORDER BY id LIMIT {BATCH}"""
MARK = "UPDATE outbox SET published_at = now() WHERE id = ANY($1::bigint[])"
FORGET = """DELETE FROM outbox WHERE id IN (
                SELECT id FROM outbox WHERE published_at < now() - interval '7 days' ORDER BY published_at LIMIT 5000)"""


class Relay:
    """The relay of one service, on a session of its own that holds the leader's lock, reads and marks."""

    def __init__(self, dsn: str, database: Database, deliver: Deliver) -> None:
        self.dsn, self.database, self.deliver = dsn, database, deliver

    async def run(self) -> None:
        """Lead, or wait to lead, until cancelled; a lost session is taken anew."""
        while True:
            try:
                await self._session()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
                log().warning("relay.session_lost", service=self.database.schema, **origin(error))
                await asyncio.sleep(0.5)

    async def _session(self) -> None:
        settings = {
            "search_path": self.database.schema,
            "statement_timeout": "10s",
            "application_name": "twolamps-relay",
        }
        conn = await asyncpg.connect(self.dsn, server_settings=settings, command_timeout=15)
        try:
            await conn.execute(f'SET ROLE "{self.database.roles["worker"]}"')
            while not await conn.fetchval(LOCK):  # noqa: ASYNC110 - the lock lives in the database
                await asyncio.sleep(SWEEP_S)
            log().debug("relay.leads", service=self.database.schema)
            while True:
                self.database.committed.clear()
                if not await self._pass(conn):
                    await conn.execute(FORGET)
                    with suppress(TimeoutError):
                        async with asyncio.timeout(SWEEP_S):
                            await self.database.committed.wait()
        finally:
            conn.terminate()

    async def _pass(self, conn: "asyncpg.Connection[asyncpg.Record]") -> bool:
        """One batch, sent until it is safe, then marked; False when nothing waits."""
        rows = await conn.fetch(READ)
        if not rows:
            return False
        records = [Record(self.database.schema, *(row[1:])) for row in map(tuple, rows)]
        pause = 0.05
        while True:
            try:
                await self.deliver(records)
                break
            except Exception as error:
                log().warning("relay.stalled", service=self.database.schema, count=len(records), **origin(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
                await conn.fetchval("SELECT 1")  # a leader that lost its session stops sending
        await conn.execute(MARK, [row["id"] for row in rows])
        RELAYED.labels(self.database.schema).inc(len(rows))
        return True
