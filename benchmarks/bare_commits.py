"""What does PostgreSQL itself ask for a command? A transaction with as many statements as CreateInvite has, and nothing
around it: no HTTP, no gRPC, no rules, no events.

As the invite it opens, looks up a couple, locks a row, looks for an earlier reply and counts what was proposed; writes
five rows, moves the locked one, and commits as carefully.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self
from uuid import uuid4

import asyncpg

from benchmarks.servers import Servers

CONNECTIONS = 12  # as a service has
STREAMS, READS, WRITES = 2_000, 4, 5
MAKE = f"""
CREATE TABLE streams (key int PRIMARY KEY, seq bigint NOT NULL) WITH (fillfactor = 70);
CREATE TABLE rows (id uuid PRIMARY KEY, key int NOT NULL, body bytea NOT NULL);
INSERT INTO streams SELECT n, 0 FROM generate_series(0, {STREAMS - 1}) AS n;
"""
BODY = bytes(200)


@dataclass(frozen=True)
class BareCommits:
    """A database with two tables, and connections to it."""

    pool: "asyncpg.Pool[asyncpg.Record]"

    @classmethod
    @asynccontextmanager
    async def open(cls, servers: Servers) -> AsyncIterator[Self]:
        """On the run's own PostgreSQL, dropped afterwards."""
        name = f"bare_{uuid4().hex[:8]}"
        admin = await asyncpg.connect(servers.postgres.admin_dsn)
        await admin.execute(f"CREATE DATABASE {name}")
        try:
            async with asyncpg.create_pool(
                servers.postgres.dsn(name), min_size=CONNECTIONS, max_size=CONNECTIONS
            ) as pool:
                await pool.execute(MAKE)
                yield cls(pool)
        finally:
            await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
            await admin.close()

    async def one(self) -> None:
        """One transaction."""
        key = random.randrange(STREAMS)
        async with self.pool.acquire() as conn, conn.transaction():
            for _ in range(READS):
                await conn.fetchrow("SELECT body FROM rows WHERE id = $1", uuid4())
            await conn.fetchrow("SELECT seq FROM streams WHERE key = $1 FOR UPDATE", key)
            for _ in range(WRITES):
                await conn.execute("INSERT INTO rows VALUES ($1, $2, $3)", uuid4(), key, BODY)
            await conn.execute("UPDATE streams SET seq = seq + 1 WHERE key = $1", key)

    async def pace(self, seconds: float) -> float:
        """Transactions a second that all connections together hold."""
        began, done = time.perf_counter(), 0

        async def work() -> None:
            nonlocal done
            while time.perf_counter() - began < seconds:
                await self.one()
                done += 1

        await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
        return done / (time.perf_counter() - began)
