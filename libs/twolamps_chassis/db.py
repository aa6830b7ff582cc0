"""How does code reach PostgreSQL? Through a Transaction: a role, a person, one reading of the clock, locked streams.

Promises: state and events commit together or not at all; `now` is read from the database once per transaction; row
level security sees the person; nothing outside the chassis commits.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Self, TypeAlias
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from twolamps_chassis import clock, outbox
from twolamps_chassis.couples import Couple
from twolamps_chassis.keyring import Keyring, keep_connection
from twolamps_chassis.streams import Stream, lock_streams
from twolamps_chassis.tracing import Span, traceparent, traces
from twolamps_events.base import Event

Role = Literal["app", "worker"]
Row: TypeAlias = asyncpg.Record
# Each statement is planned once for a connection, by its indexes, whatever the statistics say: a plan made while a table was
# empty reads all of it later, and one that is made anew for each list of keys costs more than it saves. Measured: the lock
# and the events of a command take 0.05 ms to run and took 0.6 ms to plan.
PLANS = {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off", "jit": "off"}
OPEN = """
SELECT set_config('role', $1, true), set_config('app.person', $2, true), now() + $3::interval AS now
"""


class StreamNotLocked(Exception):
    """A programming error: an event was recorded on a stream that this transaction did not lock."""


@dataclass(slots=True)
class Transaction:
    """One transaction. `couple` is the connected couple of `person`, `session` their session, where a call has them."""

    conn: "PoolConnectionProxy[Row]"
    keyring: Keyring
    now: datetime
    person: UUID | None = None
    session: UUID | None = None
    couple: Couple | None = None
    past_couple: Couple | None = None
    streams: dict[UUID, Stream] = field(default_factory=dict)
    recorded: list[outbox.OutboxRow] = field(default_factory=list)
    kept: list[outbox.KeptReply] = field(default_factory=list)
    only_together: bool = False
    callbacks: list[tuple[Span, Callable[[], Awaitable[None] | None]]] = field(default_factory=list)

    @property
    def me(self) -> UUID:
        """The person of the call."""
        assert self.person is not None
        return self.person

    @property
    def us(self) -> Couple:
        """The connected couple of the call."""
        assert self.couple is not None
        return self.couple

    async def fetch(self, sql: str, *args: object) -> list[Row]:
        """All rows."""
        rows: list[Row] = await self.conn.fetch(sql, *args)
        return rows

    async def fetchrow(self, sql: str, *args: object) -> Row | None:
        """The first row, or None."""
        row: Row | None = await self.conn.fetchrow(sql, *args)
        return row

    async def fetchval(self, sql: str, *args: object) -> Any:
        """The first column of the first row, or None."""
        return await self.conn.fetchval(sql, *args)

    async def execute(self, sql: str, *args: object) -> str:
        """Run a statement; its command tag."""
        tag: str = await self.conn.execute(sql, *args)
        return tag

    async def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement for each row, in one round trip."""
        await self.conn.executemany(sql, rows)

    async def lock(self, keys: Iterable[UUID]) -> None:
        """Lock streams, all in one call: a second call could wait for who waits for us."""
        assert not self.streams, "streams are locked once"
        self.streams = await lock_streams(self.conn, keys)

    def record(self, key: UUID, event: Event) -> None:
        """Record an event on a locked stream; raises ValueError where its body is too large."""
        stream = self.streams.get(key)
        if stream is None:
            raise StreamNotLocked(event.ce_type())
        stream.seq += 1
        row = outbox.OutboxRow(key, stream.seq, stream.epoch, event.ce_type(), event.body(), traceparent())
        self.recorded.append(row)

    def only_while_together(self) -> None:
        """Commit only if pairing itself says, when all else is done, that the two are still a couple. For what nothing can
        take back: an end may not have reached this process yet."""
        self.only_together = True

    def on_commit(self, callback: Callable[[], Awaitable[None] | None]) -> None:
        """Call back once this transaction has committed; never if it has not."""
        self.callbacks.append((Span(traces.get()), callback))


class Database:
    """A service's own schema, under its own login."""

    def __init__(self, pool: "asyncpg.Pool[Row]", schema: str, roles: dict[Role, str], keyring: Keyring) -> None:
        self.pool, self.schema, self.roles, self.keyring = pool, schema, roles, keyring
        self.committed = asyncio.Event()
        self.due = asyncio.Event()

    @classmethod
    async def connect(cls, dsn: str, schema: str, keyring: Keyring, size: int = 12) -> Self:
        """Open the pool of a service's login, <database>_<service>; its roles are named after it."""
        settings = {
            **PLANS,
            "search_path": schema,
            "lock_timeout": "2s",
            "statement_timeout": "10s",
            "idle_in_transaction_session_timeout": "5s",
            "application_name": f"twolamps-{schema}",
        }
        pool = await asyncpg.create_pool(
            dsn, min_size=1, max_size=size, server_settings=settings, reset=keep_connection, command_timeout=15,
            connect=_connect,
        )  # fmt: skip
        login = await pool.fetchval("SELECT session_user::text")
        return cls(pool, schema, {"app": f"{login}_app", "worker": f"{login}_worker"}, keyring)

    async def close(self) -> None:
        """Wait for what runs, at most five seconds, then close."""
        try:
            await asyncio.wait_for(self.pool.close(), 5)
        except TimeoutError:
            self.pool.terminate()

    @asynccontextmanager
    async def begin(
        self, role: Role = "worker", person: UUID | None = None, *, readonly: bool = False, wakes: bool = True
    ) -> AsyncIterator[Transaction]:
        """A transaction that commits when its block ends, with the events it recorded, and rolls back on any error. It
        `wakes` who waits for due rows, but for one of that loop's own, which would never sleep."""
        async with self.pool.acquire() as conn, conn.transaction(readonly=readonly):
            row = await conn.fetchrow(OPEN, self.roles[role], str(person or ""), clock.offset())
            assert row is not None
            tx = Transaction(conn, self.keyring, row["now"], person)
            yield tx
            if tx.recorded or tx.kept:
                await outbox.flush(conn, tx.recorded, tx.streams, tx.now, tx.kept)
        if tx.recorded:
            self.committed.set()
        if wakes and not readonly:
            self.due.set()
        for work, callback in tx.callbacks:
            with work:
                result = callback()
                if inspect.isawaitable(result):
                    await result


async def _connect(*args: Any, **options: Any) -> "asyncpg.Connection[Row]":
    """A server that is away is one case, whether its port is closed, its socket is gone or its name is unknown."""
    try:
        return await asyncpg.connect(*args, **options)
    except OSError as error:
        raise ConnectionError(str(error)) from error
