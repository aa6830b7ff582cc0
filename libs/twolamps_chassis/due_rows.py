"""What happens when its time has come? Rows whose due_at is past are claimed with their stream and handed over in lists.

Promises: never early (the database's clock decides), each once (the claim and what follows commit together), no waiting
for locks (a row in use is tried again after 20 ms), order by due time within a batch.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from twolamps_chassis.consumers import Consumer
from twolamps_chassis.db import Database, Row, Transaction
from twolamps_chassis.edge import passes
from twolamps_chassis.idempotency import forget_replies
from twolamps_chassis.lifecycle import Cancelled, is_told_to_stop
from twolamps_chassis.streams import Stream
from twolamps_chassis.telemetry import DUE, log, origin
from twolamps_chassis.tracing import span

Handler = Callable[[Sequence[Row], Transaction], Awaitable[None]]
LONGEST_SLEEP_S, AGAIN_S, SOONEST_S, RETRY_S = 1.0, 0.02, 0.004, 0.9
GATHER_S = 0.1
"""A row that is due sooner than this after it was written may be that late; a look at every commit costs more than commits."""


@dataclass(frozen=True, slots=True)
class Due:
    """A table with columns stream_key, due_at, state; rows in state 'pending' are claimed. The handler moves them on."""

    table: str
    handler: Handler
    batch: int = 500

    def claim(self, most: int, skip: int = 0) -> str:
        """Locks rows and their streams, passing by what others hold, and the first `skip` that failed."""
        return f"""SELECT due.*, streams.key AS locked_key, streams.epoch AS locked_epoch, streams.seq AS locked_seq
                   FROM {self.table} AS due JOIN streams ON streams.key = due.stream_key
                   WHERE due.state = 'pending' AND due.due_at <= $1 ORDER BY due.due_at LIMIT {most} OFFSET {skip}
                   FOR UPDATE OF due, streams SKIP LOCKED"""

    def next_in(self) -> str:
        """Time until the next row is due."""
        return f"SELECT min(due_at) - $1 FROM {self.table} WHERE state = 'pending'"


class DueLoop:
    """Claims the due rows of a service, retries what consumers parked, and forgets old replies."""

    def __init__(self, database: Database, dues: Sequence[Due], consumers: Sequence[Consumer]) -> None:
        self.database, self.dues, self.consumers = database, dues, consumers
        self.retry_at, self.handled = 0.0, 0

    async def run(self) -> None:
        """Until cancelled; an error is logged and the rows are claimed again."""
        pause = AGAIN_S
        while True:
            self.database.due.clear()
            try:
                sleep_s, pause = await self.turn(), AGAIN_S
            except Exception as error:
                log().warning("due_rows.failed", service=self.database.schema, **origin(error))
                sleep_s = pause = min(pause * 2, LONGEST_SLEEP_S)
            with suppress(TimeoutError):
                async with asyncio.timeout(sleep_s):
                    await self.database.due.wait()
                    await asyncio.sleep(GATHER_S)  # one look for all that commits meanwhile

    async def turn(self) -> float:
        """Handle everything that is due now; seconds until the next look."""
        sleep_s, before = LONGEST_SLEEP_S, self.handled
        for due in self.dues:
            if not await self._all_due(due):
                continue  # what failed is tried again after the longest sleep
            async with self.database.begin(readonly=True) as tx:
                wait: timedelta | None = await tx.fetchval(due.next_in(), tx.now)
            if wait is not None:  # what is due and could not be claimed is in use
                in_use = wait <= timedelta() and self.handled == before
                sleep_s = min(sleep_s, max(wait.total_seconds(), AGAIN_S if in_use else SOONEST_S))
        if time.monotonic() >= self.retry_at:
            self.retry_at = time.monotonic() + RETRY_S
            for consumer in self.consumers:
                await consumer.retry_parked()
        return sleep_s

    async def tidy(self) -> None:
        """Hourly: forget what need not be kept."""
        while True:
            async with self.database.begin() as tx:
                await forget_replies(tx)
            await asyncio.sleep(3600)

    async def _all_due(self, due: Due) -> bool:
        """Handle all that is due. A row that fails for its own sake is passed by, so that it stops no other; then False."""
        try:
            await self._in_lanes(due)
            return True
        except ExceptionGroup as lanes:
            self._tell("due_rows.batch_failed", due, lanes.exceptions[0])
        failed, most = 0, due.batch
        while True:
            try:
                if await self._batch(due, most, failed) < most:
                    return not failed
                most = min(most * 2, due.batch)
            except Exception as error:
                self._tell("due_rows.row_failed" if most == 1 else "due_rows.batch_failed", due, error)
                failed += most == 1
                most = max(most // 2, 1)

    async def _in_lanes(self, due: Due) -> None:
        """Batch after batch until one is not full; from the first full claim on in two lanes, of which one computes while
        the other waits for SQL."""
        full = asyncio.Event()

        async def lane() -> None:
            while await self._batch(due, due.batch, full=full) == due.batch:
                pass

        async def lane_beside() -> None:
            await full.wait()
            await lane()

        async with asyncio.TaskGroup() as lanes:
            beside = lanes.create_task(lane_beside())
            await asyncio.wait([lanes.create_task(lane())])
            if not full.is_set():
                beside.cancel()

    def _tell(self, what: str, due: Due, error: Exception) -> None:
        if passes(error):
            raise error
        log().error(what, service=self.database.schema, table=due.table, **origin(error))

    async def _batch(self, due: Due, most: int, skip: int = 0, full: asyncio.Event | None = None) -> int:
        async with self.database.begin(wakes=False) as tx:
            rows = await tx.fetch(due.claim(most, skip), tx.now)
            tx.streams = {r["locked_key"]: Stream(r["locked_epoch"], r["locked_seq"]) for r in rows}
            if full is not None and len(rows) == most:
                full.set()
            if rows:
                with span(f"due {due.table}", service=self.database.schema, count=len(rows)):
                    try:
                        await due.handler(rows, tx)
                    except asyncio.CancelledError as error:
                        if is_told_to_stop():
                            raise
                        raise Cancelled from error
                observe = DUE.labels(due.table).observe
                for row in rows:
                    observe(max(0.0, (tx.now - row["due_at"]).total_seconds()))
        self.handled += len(rows)
        return len(rows)
