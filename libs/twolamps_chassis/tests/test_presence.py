"""Has a person twenty streams and not one more, over all hubs and processes, whatever befalls Redis or a process?"""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis as Client

from twolamps_chassis import presence
from twolamps_chassis.hub import Hub
from twolamps_chassis.hub_streams import Watcher
from twolamps_chassis.limits import hashed
from twolamps_chassis.log_cursor import FROM_NOW
from twolamps_chassis.presence import Presence, RedisPresence, TooManyStreams
from twolamps_testkit.change_log import MemoryLog
from twolamps_testkit.redis_process import RedisProcess
from twolamps_testkit.servers import Redis
from twolamps_testkit.stage import eventually

ME = uuid4()
OTHER_PROCESS = """
import asyncio, sys
from uuid import UUID
from twolamps_chassis import presence
async def hold(url, prefix, person, count):
    presence.KEPT_S, presence.RENEWED_S = 2, 0.5
    here = presence.RedisPresence(url, prefix)
    running = asyncio.create_task(here.run())
    while not here.shared:
        await asyncio.sleep(0.01)
    for stream in range(int(count)):
        await here.enter(UUID(person), f"stream {stream}")
    print("holds", flush=True)
    await running
asyncio.run(hold(*sys.argv[1:]))
"""


class Stream:
    """Whatever is counted."""


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis may be slow, as on a machine that is busy with other tests."""
    monkeypatch.setattr(presence, "PATIENCE_S", 10.0)


@asynccontextmanager
async def counting(url: str, prefix: str) -> AsyncIterator[RedisPresence]:
    """What one process counts, shared with the others."""
    here = RedisPresence(url, prefix)
    task = asyncio.create_task(here.run())
    await until(lambda: here.shared)
    try:
        yield here
    finally:
        task.cancel()
        await asyncio.wait([task])


async def until(fact: Callable[[], bool], within_s: float = 10) -> float:
    """Waits for a fact; the seconds that took."""
    began = time.monotonic()
    async with asyncio.timeout(within_s):
        while not fact():  # noqa: ASYNC110
            await asyncio.sleep(0.002)
    return time.monotonic() - began


async def fill(here: Presence, count: int, person: UUID = ME) -> list[Stream]:
    streams = [Stream() for _ in range(count)]
    for stream in streams:
        await here.enter(person, stream)
    return streams


async def refuses(here: Presence) -> bool:
    """Whether one more is refused; it does not stay."""
    stream = Stream()
    try:
        await here.enter(ME, stream)
    except TooManyStreams:
        return True
    here.leave(ME, stream)
    return False


async def admits(here: Presence) -> bool:
    """Whether one more is admitted; it does not stay."""
    return not await refuses(here)


async def test_the_hubs_of_a_process_count_together() -> None:
    log, here = MemoryLog(), Presence(3)
    grpc, sse = Hub(log.read, log.heads, bytes, presence=here), Hub(log.read, log.heads, bytes, presence=here)
    later = datetime.now(UTC) + timedelta(minutes=10)
    readers = [Watcher(hub, ME, uuid4(), FROM_NOW, later) for hub in (grpc, sse, grpc, sse)]
    for reader in readers[:3]:
        await reader.hub.admit(reader)
    with pytest.raises(TooManyStreams):
        await sse.admit(readers[3])
    grpc.leave(readers[0])
    grpc.leave(readers[0])
    await sse.admit(readers[3])
    assert len(here.open[ME]) == 3


@pytest.mark.usefixtures("patient")
async def test_the_twenty_first_stream_over_two_processes_is_refused_until_one_leaves_anywhere(redis: Redis) -> None:
    prefix = Redis.new_prefix()
    async with counting(redis.url, prefix) as one, counting(redis.url, prefix) as two:
        streams = await fill(one, 12)
        await fill(two, 8)
        assert await refuses(one)
        assert await refuses(two)
        await fill(two, 1, uuid4())
        one.leave(ME, streams[0])
        await fill(one, 1)
        assert await refuses(two)
        one.leave(ME, streams[1])
        await eventually(lambda: admits(two))
        await fill(two, 1)
        assert await refuses(one)


@pytest.mark.usefixtures("patient")
async def test_who_come_at_once_in_two_processes_are_admitted_up_to_twenty(redis: Redis) -> None:
    prefix = Redis.new_prefix()
    async with counting(redis.url, prefix) as one, counting(redis.url, prefix) as two:
        answers = await asyncio.gather(
            *((one, two)[n % 2].enter(ME, Stream()) for n in range(40)), return_exceptions=True
        )
        assert [type(answer) for answer in answers if answer] == [TooManyStreams] * 20
        assert sum(len(here.open.get(ME, ())) for here in (one, two)) == 20


@pytest.mark.usefixtures("patient")
async def test_who_goes_while_being_asked_for_is_not_counted(redis: Redis) -> None:
    async with counting(redis.url, Redis.new_prefix()) as here:
        for turns in range(6):
            task = asyncio.create_task(here.enter(ME, Stream()))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
        assert not here.open
        await fill(here, 20)


@pytest.mark.usefixtures("patient")
async def test_the_streams_of_a_killed_process_count_while_it_lives_and_are_forgotten_after(redis: Redis) -> None:
    prefix = Redis.new_prefix()
    other = subprocess.Popen(  # noqa: ASYNC220 (its end is what is tested)
        [sys.executable, "-c", OTHER_PROCESS, redis.url, prefix, str(ME), "15"], stdout=subprocess.PIPE
    )
    try:
        assert other.stdout is not None
        assert await asyncio.to_thread(other.stdout.readline) == b"holds\n"
        async with counting(redis.url, prefix) as here:
            await fill(here, 5)
            assert await refuses(here)
            await asyncio.sleep(3)
            assert await refuses(here), "renewed while it lives"
            other.kill()
            other.wait()
            await eventually(lambda: admits(here), 4)
    finally:
        other.kill()
        other.wait()


async def test_without_redis_each_process_counts_for_itself_and_with_it_they_count_together_again(
    redis_process: RedisProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "RENEWED_S", 0.2)
    prefix = Redis.new_prefix()
    async with counting(redis_process.url, prefix) as one, counting(redis_process.url, prefix) as two:
        await fill(one, 15)
        redis_process.stop()
        await until(lambda: not (one.shared or two.shared), 2)
        began = time.monotonic()
        await fill(two, 20)
        assert time.monotonic() - began < 0.5
        assert await refuses(two)
        await fill(one, 1)
        redis_process.start()
        await until(lambda: one.shared and two.shared)
        assert await refuses(one)


async def test_redis_that_hangs_holds_the_head_of_a_stream_up_once_for_three_tenths_of_a_second(
    redis_process: RedisProcess,
) -> None:
    async with counting(redis_process.url, Redis.new_prefix()) as here:
        await fill(here, 1)
        with redis_process.hung():
            waits = []
            for _ in range(10):
                began = time.monotonic()
                await fill(here, 1)
                waits.append(time.monotonic() - began)
            assert max(waits) < 0.4
            assert sum(waits) < 0.8
        await until(lambda: here.shared)
        await fill(here, 9)
        assert await refuses(here)


async def test_redis_flushed_breaks_nothing_and_soon_knows_all_again(
    redis_process: RedisProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "RENEWED_S", 0.2)
    prefix = Redis.new_prefix()
    async with counting(redis_process.url, prefix) as one, counting(redis_process.url, prefix) as two:
        await fill(one, 20)
        async with Client.from_url(redis_process.url) as client:
            await client.flushall()
        stream = Stream()
        await two.enter(ME, stream)
        two.leave(ME, stream)
        await eventually(lambda: refuses(two), 2)


@pytest.mark.usefixtures("patient")
async def test_what_was_left_is_not_kept_in_redis_and_no_key_names_a_person(redis: Redis) -> None:
    prefix, person = Redis.new_prefix(), UUID(int=7)
    key = f"{prefix}:streams:{hashed(str(person))}"
    async with counting(redis.url, prefix) as here, Client.from_url(redis.url) as client:
        for stream in await fill(here, 3, person):
            here.leave(person, stream)
        await eventually(lambda: client.exists(key), 2, until=lambda there: not there)
        await fill(here, 1, person)
        assert 0 < await client.ttl(key) <= 60
        assert [found async for found in client.scan_iter(f"{prefix}:*")] == [key.encode()]
