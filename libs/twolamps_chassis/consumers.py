"""How does a service take in events? In order per stream, each once, a batch in one transaction, a large one in two.

Promises: the cursor, read under lock, is the dedupe; a record that came early waits aside while others pass; one that
fails for its own sake is parked with all that follow it on its key; what passes by itself is raised, for the caller to
send the batch again. What is never done in time is tried in smaller and smaller parts; a record that is not even alone
has failed. Nothing that is held aside lies at or below its stream's next place. Handlers take lists.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from twolamps_chassis import parked
from twolamps_chassis.couples import Couples
from twolamps_chassis.db import Database, Transaction
from twolamps_chassis.edge import passes
from twolamps_chassis.records import UNREADABLE, Record
from twolamps_chassis.telemetry import CONSUMED, log, origin
from twolamps_chassis.tracing import Facts, Span, span
from twolamps_events.base import Event
from twolamps_events.catalog import EVENTS
from twolamps_events.pairing import (
    CalendarChanged,
    CoupleEnded,
    CoupleFormed,
    CoupleSnapshot,
    SessionEnded,
    SharesChanged,
)

Handler = Callable[[Sequence[Any], Transaction], Awaitable[None]]
BATCH = 2_000
LARGE, LANES = 200, 2
LATE = (asyncpg.QueryCanceledError, asyncpg.IdleInTransactionSessionTimeoutError, TimeoutError)
"""It took longer than it may: this passes by itself too, but perhaps not for as much at once."""
CALM_S = 120.0  # what is never done in time comes again sooner, though other partitions' batches come in between


class RecordUnreadable(Exception):
    """It does not say where it belongs or what it is; nothing can apply it, so it stays parked."""


class NotFailed(Exception):
    """It did not fail: it came early, or waits behind one that failed. Only what failed can be dropped."""


class Consumer:
    """A service's group for one source. `handlers` by event class; what is not in it only moves the cursor."""

    def __init__(
        self, database: Database, source: str, couples: Couples, handlers: Mapping[type[Event], Handler]
    ) -> None:
        self.database, self.source, self.couples, self.handlers = database, source, couples, dict(handlers)
        self.late, self.late_at = 0, 0.0
        self.projected: dict[type[Event], Handler] = {
            CoupleFormed: couples.on_couple_formed,
            CoupleSnapshot: couples.on_couple_snapshot,
            CalendarChanged: couples.on_calendar_changed,
            SharesChanged: couples.on_shares_changed,
            CoupleEnded: couples.on_couple_ended,
            SessionEnded: couples.on_session_ended,
        }

    async def handle(self, records: Sequence[Record]) -> None:
        """Settle every record: applied, skipped, held aside or parked. Raises only what passes by itself."""
        if time.monotonic() - self.late_at > CALM_S:
            self.late = 0
        lanes = LANES if len(records) >= LARGE else 1  # while one waits for SQL the other computes
        parts = ([record for record in records if record.key.int % lanes == lane] for lane in range(lanes))
        outcomes = await asyncio.gather(*map(self._settle_all, parts), return_exceptions=True)
        errors = [outcome for outcome in outcomes if outcome is not None]
        if any(isinstance(error, LATE) for error in errors):
            self.late, self.late_at = self.late + (self._most() > 0), time.monotonic()
        for error in errors:
            raise error

    async def _settle_all(self, records: Sequence[Record]) -> None:
        most = max(self._most(), 1)
        for start in range(0, len(records), most):
            await self._settle_or_park(records[start : start + most])

    def _most(self) -> int:
        """How many at once: a quarter for each time that it took too long; none where one alone has been given its time."""
        return BATCH >> 2 * self.late

    async def _settle_or_park(self, records: Sequence[Record]) -> None:
        try:
            await self._settle(records)
        except Exception as error:
            if passes(error) and (self._most() or not isinstance(error, LATE)):
                raise
            facts = {"service": self.database.schema, "source": self.source, **origin(error)}
            if len(records) == 1:
                await self._settle(records, type(error).__name__)
                first = records[0]
                log().error("consumer.parked", key=str(first.key), seq=first.seq, type=first.type, **facts)
                return
            log().warning("consumer.batch_failed", **facts)
            for record in records:
                await self._settle_or_park([record])

    async def retry_parked(self) -> int:
        """Try again what failed and is due for it, and go on at a snapshot that has waited too long for what is before it;
        how many streams were tried."""
        async with self.database.begin(readonly=True) as tx:
            due = await parked.list_due(tx, self.source)
        for key, reason in due:
            if reason == "gap":
                await self._jump(key)
            await self.replay(key)
        return len(due)

    async def replay(self, key: UUID) -> bool:
        """Apply what failed on a stream and what is behind it, in order, as far as it goes; True when nothing is left."""
        most = 1  # the first is the one that failed
        while True:
            try:
                if await self._replay(key, most) < most:
                    return True
                most = min(2 * most, BATCH)
            except Exception as error:
                if passes(error) and not isinstance(error, LATE):
                    raise
                log().warning("consumer.replay_failed", service=self.database.schema, source=self.source, key=str(key),
                              **origin(error))  # fmt: skip
                if most == 1:
                    async with self.database.begin() as tx:
                        await parked.count_attempt(tx, self.source, key, type(error).__name__)
                    return False
                most = 1  # to find the next that fails

    async def drop(self, key: UUID, seq: int) -> bool:
        """Give up a record that failed: what is behind it is next to be tried. False where no record lies there. Raises
        NotFailed for one that waits for another."""
        async with self.database.begin() as tx:
            await tx.lock([key])
            await parked.lock_cursors(tx, self.source, [key])
            reason = await parked.find_reason(tx, self.source, key, seq)
            if reason is None:
                return False
            if reason != "failed":
                raise NotFailed
            await parked.remove(tx, self.source, [(key, seq)])
            await parked.promote(tx, self.source, key)
        log().warning("consumer.dropped", service=self.database.schema, source=self.source, key=str(key), seq=seq)
        return True

    async def _jump(self, key: UUID) -> None:
        """Give up what is before the first snapshot that is held: its history is gone, and it tells what still holds. The
        snapshot and what follows it are left as what failed and is due at once."""
        async with self.database.begin() as tx:
            await tx.lock([key])
            cursor = (await parked.lock_cursors(tx, self.source, [key]))[key]
            start = await parked.find_snapshot(tx, self.source, key)
            if start is None:
                return
            last = max(row["seq"] for row in await parked.list_held_behind(tx, self.source, [(key, start - 1)]))
            await parked.forget_before(tx, self.source, key, start)
            await parked.release(tx, self.source, key, start, last)
            await parked.save_cursors(tx, self.source, {key: last})
        log().warning("consumer.jumped", service=self.database.schema, source=self.source, key=str(key), seq=start,
                      count=start - cursor - 1)  # fmt: skip

    async def _replay(self, key: UUID, most: int) -> int:
        """Apply the first of what failed and is behind it, at most so many; how many it were."""
        async with self.database.begin() as tx:
            await tx.lock([key])
            await parked.lock_cursors(tx, self.source, [key])
            first = [Record(self.source, *row) for row in await parked.list_failed(tx, self.source, key, most)]
            await self._apply(first, tx)
            await parked.remove(tx, self.source, [(r.key, r.seq) for r in first])
            await parked.promote(tx, self.source, key)
        return len(first)

    async def _settle(self, records: Sequence[Record], error: str = "") -> None:
        """Move each stream on over what comes next: these records and what was held for them. With an `error` that they
        had, it is parked instead of applied; which of them it was, the next try shows."""
        async with self.database.begin() as tx:
            keys = sorted({record.key for record in records})
            await tx.lock(keys)
            before = await parked.lock_cursors(tx, self.source, keys)
            cursors = dict(before)
            reasons = await parked.list_reasons(tx, self.source, keys)
            failing = {key for key, reason in reasons.items() if reason != "gap"}
            moving = {r.key for r in records if r.key in reasons and r.seq == before[r.key] + 1}
            places = [(r.key, r.seq) for r in records if r.key in moving]
            held = [Record(self.source, *row) for row in await parked.list_held_behind(tx, self.source, places)]
            ready: list[tuple[int, Record]] = []
            failed, behind, early = [], [], []
            for record in sorted({(r.key, r.seq): r for r in (*held, *records)}.values(), key=lambda r: r.seq):
                if record.seq == cursors[record.key] + 1:
                    cursors[record.key] = record.seq
                    if record.key in failing:
                        behind.append(record)
                    elif error:
                        failed.append(record)
                        failing.add(record.key)
                    else:
                        ready.append((record.seq - before[record.key], record))
                elif record.seq > cursors[record.key]:
                    early.append(record)
            await self._apply([r for _, r in sorted(ready, key=lambda pair: (pair[0], pair[1].type))], tx)
            await parked.remove(tx, self.source, [(r.key, r.seq) for r in held if r.seq <= cursors[r.key]])
            await parked.park(tx, early, "gap")
            await parked.park(tx, failed, "failed", error)
            await parked.park(tx, behind, "behind")
            await parked.save_cursors(tx, self.source, {k: seq for k, seq in cursors.items() if seq != before[k]})
        count = CONSUMED.labels
        count(self.database.schema, self.source, "applied").inc(len(ready))
        count(self.database.schema, self.source, "aside").inc(len(early) + len(failed) + len(behind))
        count(self.database.schema, self.source, "again").inc(sum(r.seq <= before[r.key] for r in records))

    async def _apply(self, records: Iterable[Record], tx: Transaction) -> None:
        """Hand runs of one type to their handler; a later epoch proves the couple's end, an earlier one is over."""
        run: list[tuple[Event, str]] = []
        for record in records:
            if record.type == UNREADABLE:
                raise RecordUnreadable
            stream = tx.streams[record.key]
            kind = EVENTS.get(record.type)
            if record.epoch > stream.epoch or (run and type(run[0][0]) is not kind):
                await self._hand_over(run, tx)
                run = []
            if record.epoch > stream.epoch:
                with self._span("end", [record.traceparent]):
                    await self.couples.end(tx, record.key, record.epoch)
            if kind is not None and record.epoch == stream.epoch and (kind in self.handlers or kind in self.projected):
                run.append((kind.read(record.body), record.traceparent))
        await self._hand_over(run, tx)

    async def _hand_over(self, run: Sequence[tuple[Event, str]], tx: Transaction) -> None:
        if run:
            events = [event for event, _ in run]
            with self._span(f"consume {events[0].ce_type()}", [trace for _, trace in run]):
                for handlers in (self.projected, self.handlers):
                    if (handler := handlers.get(type(events[0]))) is not None:
                        await handler(events, tx)

    def _span(self, name: str, parents: Sequence[str]) -> Span:
        facts: Facts = {"service": self.database.schema, "source": self.source, "count": len(parents)}
        return span(name, parents, kind="consumer", **facts)
