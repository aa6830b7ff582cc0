"""Do limits hold: in one process, over all processes through a real Redis, and while that fails?"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis as Client
from structlog.testing import capture_logs

from twolamps_chassis import limits_storage
from twolamps_chassis.errors import TooManyRequests
from twolamps_chassis.limits import Limit, Limiter
from twolamps_chassis.limits_storage import LimitStorage
from twolamps_testkit.redis_process import RedisProcess
from twolamps_testkit.servers import Redis
from twolamps_testkit.stage import eventually

FIVE = Limit("5/10 minutes", "person")


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis may be slow, as on a machine that is busy with other tests."""
    monkeypatch.setattr(limits_storage, "PATIENCE_S", 10.0)


@asynccontextmanager
async def limiters(url: str, prefix: str, count: int = 2) -> AsyncIterator[list[Limiter]]:
    """Limiters of as many processes."""
    storages = [LimitStorage(url, prefix) for _ in range(count)]
    try:
        yield [Limiter(storage) for storage in storages]
    finally:
        for storage in storages:
            await storage.close()


async def served(limiter: Limiter, times: int = 1, who: str = "sam", limit: Limit = FIVE) -> int:
    """How many of these attempts were served."""
    count = 0
    for _ in range(times):
        try:
            await limiter.hit(limit, "SignIn", who)
            count += 1
        except TooManyRequests:
            pass
    return count


async def test_attempt_n_is_served_and_the_next_says_when_to_come_back() -> None:
    limiter = Limiter()
    assert await served(limiter, 5) == 5
    with pytest.raises(TooManyRequests) as refused:
        await limiter.hit(FIVE, "SignIn", " SAM ")
    assert 590 < refused.value.retry_after_s <= 600
    assert await served(limiter, who="ann") == 1


@pytest.mark.usefixtures("patient")
async def test_a_limit_holds_over_two_processes(redis: Redis) -> None:
    async with limiters(redis.url, Redis.new_prefix()) as (one, two):
        assert await served(one, 3) + await served(two, 3) == 5
        with pytest.raises(TooManyRequests) as refused:
            await two.hit(FIVE, "SignIn", "sam")
        assert 590 < refused.value.retry_after_s <= 600
        assert await served(one, who="ann") == 1


@pytest.mark.usefixtures("patient")
async def test_attempts_at_once_in_two_processes_are_counted_once_each(redis: Redis) -> None:
    async with limiters(redis.url, Redis.new_prefix()) as (one, two):
        await served(one, who="first")  # both have found Redis
        await served(two, who="first")
        answers = await asyncio.gather(*(served((one, two)[n % 2]) for n in range(60)))
        assert sum(answers) == 5


@pytest.mark.usefixtures("patient")
async def test_what_redis_holds_names_nobody_and_goes_by_itself(redis: Redis) -> None:
    prefix = Redis.new_prefix()
    async with (
        limiters(redis.url, prefix, 1) as (limiter,),
        Client.from_url(redis.url, decode_responses=True) as client,
    ):
        await limiter.hit(Limit("5/10 minutes", "mail"), "SignIn", "sam@example.org 203.0.113.7")
        keys = [key async for key in client.scan_iter(f"{prefix}:*")]
        assert len(keys) == 1
        assert keys[0].startswith(f"{prefix}:limits:")
        assert not any(word in keys[0] for word in ("sam", "203.0.113.7"))
        assert 0 < await client.ttl(keys[0]) <= 600


async def test_without_redis_from_the_start_this_process_counts(redis_process: RedisProcess) -> None:
    redis_process.stop()
    async with limiters(redis_process.url, Redis.new_prefix(), 1) as (limiter,):
        began = time.monotonic()
        assert await served(limiter, 8) == 5
        assert time.monotonic() - began < 1


async def test_redis_stopped_lets_nobody_pass_uncounted_and_is_asked_again_after_a_while(
    redis_process: RedisProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits_storage, "AWAY_S", 0.3)
    with capture_logs() as logs:
        async with limiters(redis_process.url, Redis.new_prefix()) as (one, two):
            assert await served(one, 3) == 3
            redis_process.stop()
            assert await served(one, 8) == 2, "what Redis counted is known here"
            assert await served(two, 8) == 5
            redis_process.start()
            await asyncio.sleep(0.31)
            assert await served(one, 3) + await served(two, 3) == 0
            assert await served(one, 3, "ann") + await served(two, 3, "ann") == 5
    said = [line["event"] for line in logs]
    assert said == ["redis.away", "redis.away", "redis.back", "redis.back"], "each process once"


@pytest.mark.usefixtures("patient")
async def test_redis_flushed_breaks_no_call_and_gives_no_fresh_tries_where_they_were_made(
    redis_process: RedisProcess,
) -> None:
    async with (
        limiters(redis_process.url, Redis.new_prefix()) as (one, two),
        Client.from_url(redis_process.url) as client,
    ):
        tries = {one: 0, two: 0}
        for _ in range(8):
            for limiter in tries:
                tries[limiter] += await served(limiter, 2)
            await client.flushall()
            await client.script_flush()
        assert tries == {one: 5, two: 5}, "each process by its own count"


@pytest.mark.usefixtures("patient")
async def test_who_tries_on_while_redis_refuses_is_not_kept_out_for_longer(redis: Redis) -> None:
    brief = Limit("2/1 second", "person")
    async with limiters(redis.url, Redis.new_prefix()) as (one, two):
        assert await served(one, 2, limit=brief) == 2
        assert await served(two, 5, limit=brief) == 0
        assert not two.storage._memory.events


async def test_what_is_over_is_forgotten_here_though_it_is_looked_for_but_now_and_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits_storage, "RESTS_S", 0.3)
    limiter, brief = Limiter(), Limit("1/1 second", "person")
    for n in range(50):
        await served(limiter, who=str(n), limit=brief)
    memory = limiter.storage._memory
    assert len(memory.events) == 50

    async def left() -> int:
        await served(limiter, who="last", limit=brief)
        return len(memory.events)

    await eventually(left, 5, until=lambda count: count == 1)


async def test_redis_that_hangs_delays_one_call_by_three_tenths_of_a_second(redis_process: RedisProcess) -> None:
    async with limiters(redis_process.url, Redis.new_prefix(), 1) as (limiter,):
        await served(limiter)
        with redis_process.hung():
            waits = [await timed(lambda: served(limiter)) for _ in range(10)]
        assert max(waits) < 0.45
        assert sum(waits[1:]) < 0.1


async def test_one_call_tries_redis_again_while_the_others_do_not_wait(
    redis_process: RedisProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits_storage, "AWAY_S", 0.5)
    async with limiters(redis_process.url, Redis.new_prefix(), 1) as (limiter,):
        await served(limiter)
        with redis_process.hung():
            await served(limiter)
            await asyncio.sleep(0.55)
            waits = await asyncio.gather(*(timed(lambda: served(limiter)) for _ in range(50)))
        assert [wait > 0.2 for wait in waits].count(True) == 1
        await asyncio.sleep(0.6)
        assert await served(limiter, who="ann", times=6) == 5


async def timed(call: Callable[[], Awaitable[object]]) -> float:
    """The seconds that a call took."""
    began = time.monotonic()
    await call()
    return time.monotonic() - began
