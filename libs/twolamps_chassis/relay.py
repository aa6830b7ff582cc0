"""How do recorded events get out? One leader per service reads the outbox in order, hands on, then marks what it sent.

Promises: order per stream is commit order; only what was handed on is marked, by id, so a crash in between repeats and
never loses; two relays on one database take turns, and who does not lead wakes who does. A stall is waited out. Where the
other side keeps a log that can be wiped, a new log is given everything that is still here.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import asyncpg

from twolamps_chassis.db import PLANS, Database
from twolamps_chassis.pace import Pace
from twolamps_chassis.records import Record
from twolamps_chassis.replay import unmark
from twolamps_chassis.telemetry import LEADS, RELAYED, log, origin
from twolamps_chassis.tracing import span

Deliver = Callable[[Sequence[Record]], Awaitable[None]]
"""Hands a batch on; returns when every one of it is safe at the other side, raises to have all of it sent again."""
LogId = Callable[[], Awaitable[str]]
"""Which log is at the other side; raises where it does not answer."""
BATCH = 1_000
SWEEP_S = 1.0
LOOK_S = 5.0
WAKE_S = 0.01
LOCK = "SELECT pg_try_advisory_lock(720810, hashtext(current_database() || current_schema()))"
READ = f"""SELECT id, key, seq, epoch, type, time, traceparent, body FROM outbox
           WHERE published_at IS NULL ORDER BY id LIMIT {BATCH}"""
MARK = "UPDATE outbox SET published_at = now() WHERE id = ANY($1::bigint[])"
FORGET = """DELETE FROM outbox WHERE id IN (
                SELECT id FROM outbox WHERE published_at < now() - interval '7 days' ORDER BY published_at LIMIT 5000)"""
KNOWN = "SELECT id FROM event_log"
KNOW = """INSERT INTO event_log (id) VALUES ($1)
          ON CONFLICT (one) DO UPDATE SET id = excluded.id WHERE event_log.id = $2"""


class LogChanged(Exception):
    """The other side lost its log, so what waits has to be read anew."""


class LogUnknown(Exception):
    """The other side does not say which log it has, so nothing may be sent: behind a wipe the old must come before the new."""


async def _this_process() -> str:
    """There is no log: what is handed on is applied."""
    return "process"


class Relay:
    """The relay of one service, on a session of its own that holds the leader's lock, reads and marks. It looks every
    five seconds, and when it comes to lead, whether the log is still the one it filled, and no replay was asked for."""

    def __init__(self, dsn: str, database: Database, deliver: Deliver, log_id: LogId = _this_process) -> None:
        self.dsn, self.database, self.deliver, self.log_id = dsn, database, deliver, log_id
        self.look_at = self.forget_at = 0.0
        self.log_is_known = False  # since the last look, and since anything failed
        self.passing, self.pace = asyncio.Lock(), Pace()

    async def run(self) -> None:
        """Lead, or wait to lead, until cancelled; a lost session is taken anew."""
        while True:
            try:
                await self._session()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
                log().warning("relay.session_lost", service=self.database.schema, **origin(error))
                await asyncio.sleep(0.5)

    async def drain(self) -> None:
        """Begin no other pass, and wait for the one under way: broken off, it would be handed on again by the next leader."""
        await self.passing.acquire()

    async def _session(self) -> None:
        settings = {
            **PLANS,
            "search_path": self.database.schema,
            "statement_timeout": "10s",
            "synchronous_commit": "off",  # a mark that a crash takes away is made again; what it marks is safe
            "idle_session_timeout": "20s",
            "application_name": "twolamps-relay",
        }
        conn = await asyncpg.connect(self.dsn, server_settings=settings, command_timeout=15)
        try:
            await conn.execute(f'SET ROLE "{self.database.roles["worker"]}"')
            await self._wait_to_lead(conn)
            log().debug("relay.leads", service=self.database.schema)
            LEADS.labels(self.database.schema).set(1)
            self.look_at = 0.0
            while True:
                self.database.committed.clear()
                with suppress(LogUnknown):  # told where it was found; sending looks again
                    await self._look(conn)
                async with self.passing:
                    more = await self._pass(conn)
                if not more:
                    await self._forget(conn)
                    await self.pace.keep()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(SWEEP_S):
                            await self.database.committed.wait()
        finally:
            LEADS.labels(self.database.schema).set(0)
            conn.terminate()

    async def _wait_to_lead(self, conn: "asyncpg.Connection[asyncpg.Record]") -> None:
        """Meanwhile tell the leader what this process committed: on this session, since NOTIFY in a transaction that writes
        would make all commits wait for one another, and not more often than every 10 ms."""
        channel, committed, try_at = f"outbox_{self.database.schema}", self.database.committed, 0.0
        while True:
            if committed.is_set():
                committed.clear()
                await conn.execute("SELECT pg_notify($1, '')", channel)
                await asyncio.sleep(WAKE_S)
            if time.monotonic() >= try_at:
                if await conn.fetchval(LOCK):
                    break
                try_at = time.monotonic() + SWEEP_S
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, try_at - time.monotonic())):
                    await committed.wait()
        await conn.add_listener(channel, lambda *_: committed.set())

    async def _forget(self, conn: "asyncpg.Connection[asyncpg.Record]") -> None:
        """Once in a while, so that it does not double the work of every pass."""
        if time.monotonic() >= self.forget_at:
            self.forget_at = time.monotonic() + SWEEP_S
            await conn.execute(FORGET)

    async def _pass(self, conn: "asyncpg.Connection[asyncpg.Record]") -> bool:
        """One batch, sent until it is safe, then marked; whether more may wait."""
        rows = await conn.fetch(READ)
        if not rows:
            return False
        service, given = self.database.schema, [row["traceparent"] for row in rows]
        with span("relay", given, kind="producer", service=service, count=len(rows)) as work:
            records = [
                Record(service, key, seq, epoch, kind, at, trace, body)
                for (_, key, seq, epoch, kind, at, _, body), trace in zip(rows, work.traceparents, strict=True)
            ]
            if not await self._send(records, conn):
                return True
        await conn.execute(MARK, [row["id"] for row in rows])
        RELAYED.labels(service).inc(len(rows))
        return len(rows) == BATCH

    async def _send(self, records: Sequence[Record], conn: "asyncpg.Connection[asyncpg.Record]") -> bool:
        """Until they are safe; False where the log has changed, and more is to be sent than these."""
        pause = 0.05
        while True:
            try:
                if await self._look(conn, at_once=not self.log_is_known):
                    return False
                await self._hand_on(records, conn)
                return True
            except LogChanged:
                return False
            except Exception as error:
                log().warning("relay.stalled", service=self.database.schema, count=len(records), **origin(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
                await conn.fetchval("SELECT 1")  # a leader that lost its session stops sending
                self.log_is_known = False  # what failed may have met a new log

    async def _hand_on(self, records: Sequence[Record], conn: "asyncpg.Connection[asyncpg.Record]") -> None:
        """Send, as long as it takes; meanwhile the log may change or be gone, or this relay may lead no more."""
        sending = asyncio.ensure_future(self.deliver(records))
        try:
            while not (await asyncio.wait([sending], timeout=LOOK_S))[0]:
                await conn.fetchval("SELECT 1")
                if await self._look(conn):
                    raise LogChanged
            sending.result()
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _look(self, conn: "asyncpg.Connection[asyncpg.Record]", at_once: bool = False) -> bool:
        """Where it is time: is this another log than the one that was filled? Then all that is kept is to be sent.
        Raises LogUnknown."""
        if time.monotonic() < self.look_at and not at_once:
            return False
        self.look_at, self.log_is_known = time.monotonic() + LOOK_S, False
        try:
            found = await self.log_id()
        except Exception as error:
            log().warning("relay.log_unknown", service=self.database.schema, **origin(error))
            raise LogUnknown from error
        self.log_is_known = True
        known = await conn.fetchval(KNOWN)
        if found == known:
            return False
        if known is not None:
            log().warning("relay.replays", service=self.database.schema, count=await unmark(conn))
        await conn.execute(
            KNOW, found, known
        )  # only now, so that a crash before it begins anew; and not over a new wish
        return known is not None
