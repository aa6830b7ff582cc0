"""Kafka stops, is killed, is wiped or is not there yet: commands go on, and afterwards everything has arrived."""

import asyncio

from tests.faults.kafka.house import FAULTLESS, TallyHouse
from tests.faults.kafka.replicas import carrying
from tests.faults.ledger import long_or, note
from twolamps_chassis.kafka_relay import cluster_id
from twolamps_testkit.kafka_process import KafkaProcess
from twolamps_testkit.outbox_house import firsts, read_topic

STOPPED_S = long_or(10.0, 60.0)


async def test_a_broker_stopped_for_a_while_holds_up_no_command_and_is_given_everything_after(
    own_kafka: KafkaProcess, own_house: TallyHouse
) -> None:
    house = own_house
    async with carrying(house):
        async with house.commands():
            await house.goes_on()
            await asyncio.to_thread(own_kafka.stop)
            await asyncio.sleep(STOPPED_S)
            assert await house.waiting() > 20 * STOPPED_S
            await asyncio.to_thread(own_kafka.start)
            await house.goes_on()
        verdict = await house.judged(90)
    note(f"a broker stopped for {STOPPED_S:.0f} s", 1, verdict)
    assert verdict == FAULTLESS


async def test_a_broker_that_is_killed_and_started_again_loses_nothing(
    own_kafka: KafkaProcess, own_house: TallyHouse
) -> None:
    house = own_house
    async with carrying(house):
        async with house.commands():
            await house.goes_on()
            await asyncio.to_thread(own_kafka.signal, 1, "KILL")
            await asyncio.to_thread(own_kafka.start)
            await house.goes_on()
        assert await house.judged() == FAULTLESS


async def test_a_cluster_wiped_while_relay_and_consumer_run_is_given_all_that_is_kept(
    own_kafka: KafkaProcess, own_house: TallyHouse
) -> None:
    house, kafka, topic = own_house, own_kafka.kafka, own_house.address.topic
    async with carrying(house):
        async with house.commands():
            await house.goes_on()
            before = await cluster_id(kafka.servers)
            await asyncio.to_thread(own_kafka.wipe)
            await asyncio.to_thread(own_kafka.start)
            assert await cluster_id(kafka.servers) != before
            for name in (topic, house.address.fence_topic):  # as who deploys does
                await kafka.make_topic(name=name)
            await house.goes_on()
        assert await house.judged() == FAULTLESS
    kept = firsts(await read_topic(kafka, topic))
    assert sum(len(numbers) for numbers in kept.values()) == await house.recorded()


async def test_a_broker_absent_at_the_start_of_relay_and_consumer_is_waited_for(
    own_kafka: KafkaProcess, own_house: TallyHouse
) -> None:
    house = own_house
    await asyncio.to_thread(own_kafka.stop)
    async with carrying(house):
        async with house.commands():
            await asyncio.sleep(2)
            assert await house.applied() == 0
            await asyncio.to_thread(own_kafka.start)
            await house.goes_on()
        assert await house.judged() == FAULTLESS
