"""What do two people notice when Kafka or Redis is away? Commands go on, nothing is lost, and what waits comes in order."""

import asyncio
import time
from pathlib import Path

import pytest

from tests.faults.kafka.ledger import long_or
from tests.faults.platform.conftest import MakeFleet
from tests.faults.platform.two import couple, invite, is_told, seconds_until_told
from tests.fleet import ONE_OF_EACH
from twolamps_testkit.kafka_process import KafkaProcess
from twolamps_testkit.redis_process import RedisProcess

LIVE_WITHOUT_REDIS_S = 2.0
BROKER_STOPPED_S = long_or(10.0, 60.0)


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
        print(
            f"{len(made)} commands accepted of {len(made)}; told {time.monotonic() - back:.1f} s after Kafka was back"
        )


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


@pytest.mark.parametrize("fault", ["stopped", "hung"])
async def test_without_redis_streams_go_on_within_two_seconds_and_miss_nothing(
    fleets: MakeFleet, redis_process: RedisProcess, tmp_path: Path, fault: str
) -> None:
    fleet = await fleets(ONE_OF_EACH, redis=redis_process.url)
    async with couple(fleet, tmp_path) as evening:
        made, took = [], []
        with redis_process.stopped() if fault == "stopped" else redis_process.hung():
            for n in range(15):
                made.append(await invite(evening, evening.ada, n))
                took.append(await seconds_until_told(evening.ben, made[-1], 10))
        for n in range(15, 20):
            made.append(await invite(evening, evening.ada, n))
            await seconds_until_told(evening.ben, made[-1], 10)
        await is_told(evening.ben, made, 10)
        late = sorted(took)
        print(f"Redis {fault}: told after {late[len(late) // 2]:.2f} s, at most {late[-1]:.2f} s, n = {len(late)}")
        assert late[len(late) // 2] < LIVE_WITHOUT_REDIS_S


async def test_a_redis_flushed_mid_stream_costs_nothing(
    fleets: MakeFleet, redis_process: RedisProcess, tmp_path: Path
) -> None:
    fleet = await fleets(ONE_OF_EACH, redis=redis_process.url)
    async with couple(fleet, tmp_path) as evening:
        made = []
        for n in range(10):
            made.append(await invite(evening, evening.ada, n))
            await redis_process.flush()
        await is_told(evening.ben, made, 10)
