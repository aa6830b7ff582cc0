"""Replicas come, go and are killed: nothing is lost, applied twice or out of order."""

import asyncio
from contextlib import ExitStack

from tests.faults.kafka.house import FAULTLESS, TallyHouse
from tests.faults.kafka.replicas import consumer, relay, replica
from twolamps_testkit.outbox_house import read_topic
from twolamps_testkit.servers import Kafka


async def test_order_per_couple_holds_through_two_replicas_and_their_rebalances(house: TallyHouse) -> None:
    with ExitStack() as running:
        for _ in range(2):
            running.enter_context(replica(relay, house.address))
        first, second = [running.enter_context(replica(consumer, house.address)) for _ in range(2)]
        async with house.commands():
            await house.goes_on()
            third = running.enter_context(replica(consumer, house.address))  # joins
            await house.goes_on()
            first.terminate()
            await house.goes_on()
            second.kill()
            await house.goes_on()
        assert await house.judged() == FAULTLESS
        assert third.is_alive()
        assert first.exitcode == 0


async def test_a_relay_killed_between_send_and_mark_is_followed_by_one_that_repeats_and_loses_nothing(
    house: TallyHouse,
) -> None:
    with ExitStack() as running:
        running.enter_context(replica(consumer, house.address))
        async with house.commands():
            for passes in (1, 2, 5):
                dying = running.enter_context(replica(relay, house.address, passes))
                await asyncio.to_thread(dying.join)
                assert dying.exitcode == -9
        running.enter_context(replica(relay, house.address))
        assert await house.judged() == FAULTLESS
    repeated = len(await read_topic(Kafka(house.address.servers), house.address.topic)) - await house.recorded()
    assert repeated > 0


async def test_a_consumer_killed_between_commit_and_offset_is_followed_by_one_that_applies_nothing_twice(
    house: TallyHouse,
) -> None:
    with ExitStack() as running:
        running.enter_context(replica(relay, house.address))
        async with house.commands():
            for batches in (1, 3):
                dying = running.enter_context(replica(consumer, house.address, batches))
                await asyncio.to_thread(dying.join)
                assert dying.exitcode == -9
        running.enter_context(replica(consumer, house.address))
        assert await house.judged() == FAULTLESS
