"""Does any order of events cost a stream a change? Random interleavings of commits, hints that are lost, doubled and
late, held and failing reads, slow readers, reconnects, trimmed histories and restored databases."""

import asyncio
import os
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from twolamps.notifications.v1.notifications_pb2 import WatchResponse
from twolamps_chassis.hub import Hub, Pace
from twolamps_chassis.hub_log import Hint, Page
from twolamps_chassis.hub_streams import Reader
from twolamps_chassis.log_cursor import FROM_NOW, LogPlace, decode_cursor
from twolamps_chassis.presence import Presence
from twolamps_testkit.change_log import MemoryLog

NEVER = timedelta(hours=1)
PEOPLE = [uuid4(), uuid4()]
LATER = datetime.now(UTC) + timedelta(days=1)


class Client:
    """What one client saw and stored; it checks every event as it comes."""

    def __init__(self, log: MemoryLog, person: UUID) -> None:
        self.log, self.person, self.place, self.ready = log, person, FROM_NOW, False
        self.started = self.here()

    def here(self) -> LogPlace:
        return LogPlace(self.log.log_epoch, self.log.head(self.person))

    def begin(self) -> None:
        self.ready, self.started = False, self.here()

    def take(self, message: bytes) -> None:
        response = WatchResponse.FromString(message)
        place, event = decode_cursor(response.cursor), response.WhichOneof("event")
        assert (event == "ready") != self.ready, "ready comes first, and once"
        if event == "ready":
            self.ready = True
            if self.place is FROM_NOW:
                assert place.log_epoch != self.started.log_epoch or place.seq >= self.started.seq
            else:
                assert place == self.place, "ready repeats the place the client has"
        elif event == "change":
            assert place == (self.place.log_epoch, self.place.seq + 1), "each change once, in order, without a hole"
        else:
            lost = self.place.seq < self.log.kept.get(self.person, 0) or self.place.log_epoch != self.log.log_epoch
            assert (event, lost) == ("reload", True), "reload only where history is gone"
        self.place = place


class Socket(Reader):
    """A transport with room for three messages; the client takes them when the test says so."""

    def __init__(self, hub: Hub, client: Client) -> None:
        super().__init__(hub, client.person, uuid4(), client.place, LATER)
        self.client, self.buffer = client, deque[bytes]()
        client.begin()
        hub.join(self)

    def write(self, messages: Sequence[bytes]) -> None:
        assert not self.slow, "nothing is written to a reader that can take no more"
        self.buffer.extend(messages)
        if len(self.buffer) > 3:
            self.pause()

    async def drain(self) -> None:
        while self.buffer:
            self.client.take(self.buffer.popleft())
        self.resume()

    def stop(self) -> None:
        self.hub.leave(self)


class Call:
    """A gRPC call; its client takes a message when the test says so."""

    def __init__(self, hub: Hub, client: Client) -> None:
        self.client, self.permits = client, asyncio.Semaphore(0)
        client.begin()
        self.task = asyncio.get_running_loop().create_task(self._serve(hub))

    async def _serve(self, hub: Hub) -> None:
        async for message in hub.watch(self.client.person, uuid4(), self.client.place, LATER):
            await self.permits.acquire()
            self.client.take(message)

    async def drain(self) -> None:
        for _ in range(50):
            self.permits.release()
        await asyncio.sleep(0)
        assert not self.task.done() or self.task.result() is None

    def stop(self) -> None:
        self.task.cancel()


class Play:
    """A hub, its log, hints on their way, and clients that come and go. Each act takes a number to choose by."""

    def __init__(self) -> None:
        self.log = MemoryLog(page_size=2)
        self.hints: list[Hint] = []
        self.open: list[Socket | Call] = []
        self.gone: list[Client] = []
        self.may_read, self.fail = asyncio.Event(), False
        self.may_read.set()
        pace = Pace(keep_alive=NEVER, heads=NEVER, heads_without_hints=NEVER, expiry=NEVER, retry=timedelta())
        self.hub = Hub(self.read, self.log.heads, bytes, pace=pace, presence=Presence(1_000))

    async def read(self, places: list[tuple[UUID, int]]) -> list[Page]:
        assert len({person for person, _ in places}) == len(places)
        pages = await self.log.read(places)
        await self.may_read.wait()  # the answer is on its way
        if self.fail:
            self.fail = False
            raise ConnectionError
        return pages

    def commit(self, n: int) -> None:
        hint = self.log.append(PEOPLE[n % 2])
        if n % 3:
            self.hub.publish(hint)
        if n % 3 != 1:
            self.hints.append(hint)  # late, or doubled; or lost, when it is never delivered

    def deliver(self, n: int) -> None:
        if self.hints:
            self.hub.publish(self.hints.pop(n % len(self.hints)))

    def connect(self, n: int) -> None:
        client = self.gone.pop(n % len(self.gone)) if n % 4 and self.gone else Client(self.log, PEOPLE[n % 2])
        self.open.append((Socket if n % 3 else Call)(self.hub, client))

    async def disconnect(self, n: int) -> None:
        if self.open:
            stream = self.open.pop(n % len(self.open))
            stream.stop()
            await turns(3)
            self.gone.append(stream.client)

    async def take(self, n: int) -> None:
        if self.open:
            await self.open[n % len(self.open)].drain()

    async def wait(self, n: int) -> None:
        await turns(n % 12)

    def hold_or_free_reads(self, n: int) -> None:
        self.may_read.clear() if self.may_read.is_set() else self.may_read.set()

    def fail_a_read(self, n: int) -> None:
        self.fail = True

    def trim(self, n: int) -> None:
        self.log.kept[PEOPLE[n % 2]] = self.log.head(PEOPLE[n % 2])

    def restore(self, n: int) -> None:
        self.log.restore(f"log{int(self.log.log_epoch[3:]) + 1}", n % 8)

    async def check_heads(self, n: int) -> None:
        await self.hub.check_heads()

    async def heal(self) -> None:
        self.may_read.set()
        for _ in range(20):
            await self.hub.check_heads()
            await turns(20)
            for stream in self.open:
                await stream.drain()
        for stream in self.open:
            assert stream.client.ready
            assert stream.client.place == stream.client.here(), "healed, every stream is at the head"


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


OFTEN = [Play.commit] * 8 + [Play.wait] * 5 + [Play.take] * 5 + [Play.deliver] * 3 + [Play.connect] * 3
SELDOM = [Play.disconnect, Play.disconnect, Play.hold_or_free_reads, Play.hold_or_free_reads, Play.fail_a_read]
RARE = [Play.check_heads, Play.trim, Play.restore]
ACTS = st.tuples(st.sampled_from([*OFTEN, *SELDOM, *RARE]), st.integers(0, 99))


@settings(max_examples=int(os.environ.get("TWOLAMPS_TEST_EXAMPLES", "150")), deadline=None)
@given(st.lists(ACTS, min_size=40, max_size=160))
def test_any_interleaving_gives_each_stream_contiguous_changes_exactly_once(
    acts: list[tuple[Callable[[Play, int], Awaitable[None] | None], int]],
) -> None:
    async def playing() -> None:
        play = Play()
        serving = asyncio.create_task(play.hub.run())
        try:
            for n in range(6):
                play.commit(n)
                play.connect(n)
            for act, n in acts:
                if work := act(play, n):
                    await work
            await play.heal()
        finally:
            for stream in play.open:
                stream.stop()
            serving.cancel()
            await turns(10)
        assert play.hub.open_streams == 0
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(playing())
