"""Do hints reach the streams of other processes over a real Redis, and is its silence noticed in time?"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from redis.asyncio import Redis as Client
from structlog.testing import capture_logs

from twolamps.internal.v1.hints_pb2 import Hint as SentHint
from twolamps.internal.v1.hints_pb2 import Hints as Message
from twolamps.notifications.v1.notifications_pb2 import WatchResponse
from twolamps_chassis.hub import Hub, Pace
from twolamps_chassis.hub_log import Hint
from twolamps_chassis.log_cursor import FROM_NOW
from twolamps_chassis.redis_hints import MOST_BYTES, RedisHints
from twolamps_testkit.change_log import MemoryLog
from twolamps_testkit.redis_process import RedisProcess
from twolamps_testkit.servers import Redis

ME, SESSION = uuid4(), uuid4()
NOTICED_S = 2 + 2  # promised, and what a machine that is busy with other tests adds
SELDOM = Pace(heads=timedelta(hours=1))


class Process:
    """What one process has: hints and a hub, on a log that all share."""

    def __init__(self, url: str, prefix: str, log: MemoryLog) -> None:
        self.log, self.hints, self.hub = log, RedisHints(url, prefix), Hub(log.read, log.heads, bytes, pace=SELDOM)
        self.hints.hubs.append(self.hub)
        self.heard: list[str] = []

    def commit(self, item: str) -> None:
        self.hints.publish([self.log.append(ME, item)])

    async def listen(self, person: UUID = ME, session: UUID = SESSION) -> None:
        async for message in self.hub.watch(person, session, FROM_NOW, datetime.now(UTC) + timedelta(minutes=10)):
            response = WatchResponse.FromString(message)
            self.heard.append(response.change.item.id or response.drain.reason or "ready")


@asynccontextmanager
async def processes(url: str, count: int = 2) -> AsyncIterator[list[Process]]:
    """Processes whose streams are ready and whose hints are proven."""
    log, prefix = MemoryLog(), Redis.new_prefix()
    made = [Process(url, prefix, log) for _ in range(count)]
    async with AsyncExitStack() as stack:
        for one in made:
            for loop in (one.hub.run(), one.hints.run(), one.listen()):
                task = asyncio.create_task(loop)
                stack.push_async_callback(asyncio.wait, [task])
                stack.callback(task.cancel)
        await until(lambda: all(one.hub.hints_healthy and one.heard == ["ready"] for one in made))
        yield made


async def until(fact: Callable[[], bool], within_s: float = 5) -> float:
    """Waits for a fact; the seconds that took."""
    began = time.monotonic()
    async with asyncio.timeout(within_s):
        while not fact():  # noqa: ASYNC110
            await asyncio.sleep(0.002)
    return time.monotonic() - began


async def test_a_hint_reaches_the_streams_of_every_process_once(redis: Redis) -> None:
    async with processes(redis.url, 3) as (one, two, three):
        readings = len(one.log.places_asked)
        for n in range(50):
            (one, two)[n % 2].commit(f"item {n}")
        items = [f"item {n}" for n in range(50)]
        for process in (one, two, three):
            await until(lambda process=process: len(process.heard) > 50)  # type: ignore[misc]
            assert process.heard[0] == "ready"
            assert process.heard[1:] == items
        assert len(one.log.places_asked) - readings <= 50, "told, and seldom read"


async def test_a_person_elsewhere_hears_nothing(redis: Redis) -> None:
    async with processes(redis.url) as (one, two):
        one.hints.publish([one.log.append(uuid4(), "of somebody else")])
        one.commit("mine")
        await until(lambda: "mine" in two.heard)
        assert two.heard == ["ready", "mine"]


async def test_the_end_of_a_session_ends_its_streams_in_every_process(redis: Redis) -> None:
    async with processes(redis.url) as (one, two):
        one.hints.end_streams(ME, uuid4())
        one.hints.end_streams(ME, SESSION)
        took = await until(lambda: one.heard[-1] == two.heard[-1] == "reauthenticate")
        assert took < 1


async def test_platforms_with_other_prefixes_hear_nothing_of_each_other(redis: Redis) -> None:
    async with processes(redis.url, 1) as (ours,), processes(redis.url, 1) as (others,):
        ours.commit("ours")
        others.commit("others")
        await until(lambda: len(ours.heard) == len(others.heard) == 2)
        assert (ours.heard[1], others.heard[1]) == ("ours", "others")


async def test_what_cannot_be_read_is_dropped_and_the_next_hint_is_heard(redis: Redis) -> None:
    async with processes(redis.url, 1) as (one,), Client.from_url(redis.url) as stranger:
        for junk in (b"\xff\xff\xff", b"", b"\x0a\x03\x0a\x01x"):
            assert await stranger.publish(one.hints.channel, junk) == 1
        one.commit("after")
        await until(lambda: one.heard == ["ready", "after"])
        assert one.hub.hints_healthy


async def test_redis_stopped_is_noticed_at_once_gaps_are_found_by_heads_and_hints_come_back(
    redis_process: RedisProcess,
) -> None:
    with capture_logs() as logs:
        async with processes(redis_process.url) as (one, two):
            redis_process.stop()
            assert await until(lambda: not (one.hub.hints_healthy or two.hub.hints_healthy)) < NOTICED_S
            one.commit("while it is down")
            assert await until(lambda: one.heard[-1] == "while it is down") < 0.4, "the hubs here are told at once"
            assert await until(lambda: two.heard[-1] == "while it is down") < NOTICED_S
            redis_process.start()
            assert await until(lambda: one.hub.hints_healthy and two.hub.hints_healthy) < NOTICED_S
            await asyncio.sleep(0.6)  # the one question that follows is asked; then hints alone can bring news
            one.commit("back")
            await until(lambda: two.heard[-1] == "back")
            assert two.heard == ["ready", "while it is down", "back"]
    said = Counter((line["event"], line["role"]) for line in logs)
    assert said[("redis.away", "hints.hearing")] == said[("redis.back", "hints.hearing")] == 2, "once in each process"


async def test_redis_that_hangs_is_noticed_within_two_seconds_and_telling_never_waits(
    redis_process: RedisProcess,
) -> None:
    async with processes(redis_process.url) as (one, two):
        with redis_process.hung():
            began = time.monotonic()
            one.commit("while it hangs")
            assert time.monotonic() - began < 0.05
            assert await until(lambda: not (one.hub.hints_healthy or two.hub.hints_healthy)) < NOTICED_S
            assert await until(lambda: two.heard[-1] == "while it hangs") < NOTICED_S
        assert await until(lambda: one.hub.hints_healthy and two.hub.hints_healthy) < NOTICED_S
        one.commit("back")
        await until(lambda: two.heard[-1] == "back")
        assert two.heard == ["ready", "while it hangs", "back"]


async def test_redis_flushed_mid_stream_breaks_nothing(redis_process: RedisProcess) -> None:
    async with processes(redis_process.url) as (one, two), Client.from_url(redis_process.url) as client:
        one.commit("before")
        await client.flushall()
        one.commit("after")
        await until(lambda: two.heard == ["ready", "before", "after"])
        assert two.hub.hints_healthy


async def test_a_hub_counts_on_no_hints_before_the_subscription_is_proven(redis_process: RedisProcess) -> None:
    redis_process.stop()
    process = Process(redis_process.url, Redis.new_prefix(), MemoryLog())
    running = asyncio.create_task(process.hints.run())
    assert await until(lambda: not process.hub.hints_healthy) < 1
    redis_process.start()
    await until(lambda: process.hub.hints_healthy)
    running.cancel()
    await asyncio.wait([running])


async def test_a_hub_that_comes_when_the_process_runs_already_hears_hints_too(redis: Redis) -> None:
    process = Process(redis.url, Redis.new_prefix(), MemoryLog())
    process.hints.hubs.remove(process.hub)
    running = asyncio.create_task(process.hints.run())
    await asyncio.sleep(0.1)
    process.hub.hints_healthy = False
    process.hints.hubs.append(process.hub)
    assert await until(lambda: process.hub.hints_healthy) < 2
    running.cancel()
    await asyncio.wait([running])


async def test_what_waits_for_redis_is_bounded_and_the_newest_hint_is_kept(redis_process: RedisProcess) -> None:
    redis_process.stop()
    hints = RedisHints(redis_process.url, Redis.new_prefix())
    for n in range(100):
        hints.publish([Hint(ME, "log1", n, n + 1, b"x" * (MOST_BYTES // 10))])
    assert sum(map(len, hints._unsent)) <= MOST_BYTES
    hints.publish([Hint(ME, "log1", 100, 101, b"the newest")])
    redis_process.start()
    async with Client.from_url(redis_process.url) as listener, listener.pubsub() as ear:
        await ear.subscribe(hints.channel)
        assert (await ear.get_message(timeout=5))["type"] == "subscribe"
        sending = asyncio.create_task(hints.run())
        sent: list[SentHint] = []
        async with asyncio.timeout(20):
            while not sent or sent[-1].seq != 101:
                if message := await ear.get_message(timeout=1):
                    sent += Message.FromString(message["data"]).hints
        sending.cancel()
        await asyncio.wait([sending])
    assert len({hint.seq for hint in sent}) < 12
    assert sent[-1].response == b"the newest"
