"""How does a change reach the open streams of a process, each exactly once? Each stream is a place in its person's log.

A stream is *live* (a hint that follows its place is written at once) or *behind* (it reads the log from its place, page
by page). A new stream, a resumed one, a lost hint and a reader that was slow are all the same case: behind.

Promises, for every stream:
- First heard, then read: it hears hints before it first reads, so nothing falls between the log and the hints.
- A hint is written only if prev <= place < seq; a place before prev reads the log. So never a hole, never twice, or
  one `reload` where the history after the place is gone. `ready`, with the stream's own place, comes first.
- It ends with `drain`: `reauthenticate` when its token expires or its session has ended (looked up before `ready`),
  `restart` at shutdown, `slow` when it took nothing for two keep-alives (a socket is cut there instead).
- It never holds up another: a write never waits, and reads that are due together are one call for many people.

Hints may be lost, doubled, late or out of order. Heads, asked every few seconds, find what they missed.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from twolamps.notifications.v1.notifications_pb2 import Drain, Ready, Reload, WatchResponse
from twolamps_chassis.clock import utc_now
from twolamps_chassis.hub_log import AskHeads, Hint, Page, ReadLog
from twolamps_chassis.hub_streams import Reader, Room, Watcher
from twolamps_chassis.log_cursor import LogPlace, encode_cursor
from twolamps_chassis.presence import Presence

log = logging.getLogger(__name__)

MOST_PLACES, MOST_HEADS = 500, 1_000  # in one question, as ListChanges and Heads state
STRIDE = 100  # streams served before others get a turn


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the hub does what it does by time."""

    keep_alive: timedelta = timedelta(seconds=15)
    heads: timedelta = timedelta(seconds=5)
    heads_without_hints: timedelta = timedelta(milliseconds=500)
    expiry: timedelta = timedelta(seconds=1)
    retry: timedelta = timedelta(milliseconds=500)


class Hub:
    """The open streams of one process. `encode` turns a serialized WatchResponse into what this process writes, once
    for all its streams; `presence` is one for all hubs of a process. Set `hints_healthy` to False while no hints can
    come in."""

    def __init__(
        self,
        read: ReadLog,
        heads: AskHeads,
        encode: Callable[[bytes], bytes],
        *,
        pace: Pace | None = None,
        presence: Presence | None = None,
    ) -> None:
        self._read, self._ask_heads, self._encode = read, heads, encode
        self._pace = pace or Pace()
        self._presence = presence or Presence()
        self._rooms: dict[UUID, Room] = {}
        self._behind: dict[Reader, None] = {}  # in the order they fell behind
        self._fell_behind = asyncio.Event()
        self._batch_size = MOST_PLACES
        self._draining = False
        self.hints_healthy = True

    async def run(self) -> None:
        """Serves until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_reading())
            tasks.create_task(self._keep_heads())
            tasks.create_task(self._keep_alive())
            tasks.create_task(self._keep_to_expiry())

    @property
    def open_streams(self) -> int:
        return sum(len(room.readers) for room in self._rooms.values())

    def hears(self, person: UUID) -> bool:
        """Whether this person has a stream open here."""
        return person in self._rooms

    def publish(self, hint: Hint) -> None:
        """Writes a change to the live streams of its person. May be called with any hint any number of times."""
        room = self._rooms.get(hint.person)
        if room is None:
            return
        room.hear_of(hint.log_epoch, hint.seq)
        messages: list[bytes] = []
        for reader in room.readers:
            if not reader.live:
                continue
            if reader.log_epoch != hint.log_epoch or reader.place < hint.prev:
                self.fetch(reader)
            elif reader.place < hint.seq:
                messages = messages or [self._encode(hint.response)]
                reader.place = hint.seq
                reader.write(messages)

    async def watch(
        self, person: UUID, session: UUID, place: LogPlace, expires_at: datetime
    ) -> AsyncGenerator[bytes, None]:
        """One stream as encoded messages, `ready` to `drain`, for a caller that applies back-pressure by not asking for
        the next. The task that iterates is cancelled if it stays stuck. Raises `TooManyStreams` at the first step."""
        watcher = Watcher(self, person, session, place, expires_at)
        await self.admit(watcher)
        try:
            self.join(watcher)
            while (message := await watcher.next()) is not None:
                yield message
        finally:
            self.leave(watcher)

    async def admit(self, reader: Reader) -> None:
        """Raises `TooManyStreams` if it would be one too many. Who is admitted may `join`, and must `leave`."""
        await self._presence.enter(reader.person, reader)

    def join(self, reader: Reader) -> None:
        """From here on the stream is heard, and reads the log from its place."""
        self._rooms.setdefault(reader.person, Room()).readers.add(reader)
        self.fetch(reader)
        if self._draining:
            self.end(reader, "restart")

    def leave(self, reader: Reader) -> None:
        """The stream is gone, or never came."""
        reader.live, reader.ended = False, True
        self._behind.pop(reader, None)
        self._presence.leave(reader.person, reader)
        if room := self._rooms.get(reader.person):
            room.readers.discard(reader)
            if not room.readers:
                del self._rooms[reader.person]

    def fetch(self, reader: Reader) -> None:
        """The stream is behind: it reads the log from its place before it hears hints again."""
        reader.live = False
        if not (reader.ended or reader.slow):
            self._behind[reader] = None
            self._fell_behind.set()

    def end(self, reader: Reader, reason: str) -> None:
        """Ends a stream with `drain(reason)`; its cursor is the place the client has when it has read that far."""
        if not reader.ended:
            reader.live, reader.ended = False, True
            self._behind.pop(reader, None)
            reader.close(self._say(reader, drain=Drain(reason=reason)))

    def drain(self) -> None:
        """Shutdown: every stream, and every one that still comes, ends with `drain(restart)`."""
        self._draining = True
        for reader in self._all():
            self.end(reader, "restart")

    def end_session(self, person: UUID, session: UUID) -> None:
        """A session was ended: its streams end now."""
        for reader in list(room.readers) if (room := self._rooms.get(person)) else ():
            if reader.session == session:
                self.end(reader, "reauthenticate")

    async def check_heads(self, readers: Iterable[Reader] | None = None) -> None:
        """Ends the streams of ended sessions and lets those read that missed a hint. All streams if none are named."""
        streams = list({(reader.person, reader.session) for reader in (self._all() if readers is None else readers)})
        for first in range(0, len(streams), MOST_HEADS):
            for head in await self._ask_heads(streams[first : first + MOST_HEADS]):
                room = self._rooms.get(head.person)
                for reader in room.readers if room else ():
                    if head.closed and reader.session == head.session:
                        self.end(reader, "reauthenticate")
                    elif reader.live and (reader.log_epoch != head.log_epoch or reader.place != head.seq):
                        self.fetch(reader)

    def _all(self) -> list[Reader]:
        return [reader for room in self._rooms.values() for reader in room.readers]

    def _say(self, reader: Reader, **event: Ready | Reload | Drain) -> bytes:
        cursor = encode_cursor(reader.log_epoch, reader.place) if reader.log_epoch else ""
        return self._encode(WatchResponse(cursor=cursor, **event).SerializeToString())  # type: ignore[arg-type]

    def _take_batch(self) -> list[Reader]:
        """The next streams to read for, in turn, with one place for each person."""
        places: dict[UUID, int] = {}
        batch: list[Reader] = []
        for reader in self._behind:
            if places.setdefault(reader.person, reader.place) == reader.place:
                batch.append(reader)
                if len(batch) >= self._batch_size:
                    break
        for reader in batch:
            del self._behind[reader]
        return batch

    async def _keep_reading(self) -> None:
        """One reading at a time: only here does a stream that is behind move on."""
        while True:
            await self._fell_behind.wait()
            self._fell_behind.clear()
            while batch := self._take_batch():
                try:
                    await self._catch_up(batch)
                    self._batch_size = MOST_PLACES
                except Exception as error:
                    log.warning("the change log cannot be read (%s); %d streams wait", type(error).__name__, len(batch))
                    for reader in batch:
                        if not reader.live:
                            self.fetch(reader)
                    self._batch_size = max(1, len(batch) // 2)  # it may have asked for too much at once
                    await asyncio.sleep(self._pace.retry.total_seconds())

    async def _catch_up(self, batch: list[Reader]) -> None:
        if newcomers := [reader for reader in batch if not reader.ready]:
            await self.check_heads(newcomers)
        places = {reader.person: reader.place for reader in batch if not reader.ended}
        heard = {person: self._rooms[person].head for person in places}
        pages = {page.person: page for page in await self._read(list(places.items()))} if places else {}
        rows: dict[UUID, list[bytes]] = {}
        for n, reader in enumerate(batch, 1):
            if not (reader.ended or reader.slow):
                page = pages[reader.person]
                if reader.person not in rows:
                    rows[reader.person] = [self._encode(row.response) for row in page.rows]
                self._turn(reader, page, rows[reader.person], heard[reader.person])
            if n % STRIDE == 0:
                await asyncio.sleep(0)

    def _turn(self, reader: Reader, page: Page, rows: list[bytes], heard: int) -> None:
        """Writes a page to a stream, and decides whether it is live now or reads on."""
        room = self._rooms[reader.person]
        from_now, other_log = not reader.log_epoch, page.log_epoch != reader.log_epoch
        gone = other_log or page.reload or reader.place > page.head
        if from_now:
            reader.log_epoch, reader.place = page.log_epoch, page.head
        messages = [] if reader.ready else [self._say(reader, ready=Ready())]
        reader.ready = True
        if not gone and page.rows:
            messages += rows
            reader.place = page.rows[-1].seq
        elif gone and not from_now:
            reader.log_epoch, reader.place = page.log_epoch, page.head
            messages.append(self._say(reader, reload=Reload(reason="other_log" if other_log else "history_gone")))
        news = bool(page.rows) or gone or room.head != heard  # else the log has no more, whatever was heard before
        room.hear_of(page.log_epoch, page.head)
        if messages:
            reader.write(messages)
        if reader.slow:  # found in the writing
            return
        if reader.place >= room.head or not news:
            reader.live = True
            self._behind.pop(reader, None)
        else:
            self.fetch(reader)

    async def _keep_heads(self) -> None:
        """Asks the heads at their pace; while no hints come in, and once when they are back, at once."""
        waited, healthy = timedelta(), True
        while True:
            await asyncio.sleep(self._pace.heads_without_hints.total_seconds())
            waited += self._pace.heads_without_hints
            were_healthy, healthy = healthy, self.hints_healthy
            if waited >= self._pace.heads or not (healthy and were_healthy):
                waited = timedelta()
                try:
                    await self.check_heads()
                except Exception as error:
                    log.warning("the heads cannot be asked (%s)", type(error).__name__)

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(self._pace.keep_alive.total_seconds())
            for n, reader in enumerate(self._all(), 1):
                reader.tick()
                if n % STRIDE == 0:
                    await asyncio.sleep(0)

    async def _keep_to_expiry(self) -> None:
        while True:
            await asyncio.sleep(self._pace.expiry.total_seconds())
            now = utc_now()
            for reader in self._all():
                if reader.expires_at <= now:
                    self.end(reader, "reauthenticate")
