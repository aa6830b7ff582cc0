"""The cluster changes under load: a leader dies or hangs on three nodes, and a topic is given more partitions."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic

from tests.faults.kafka.house import FAULTLESS, TallyHouse
from tests.faults.kafka.replicas import carrying
from tests.faults.ledger import long_or, note
from twolamps_testkit.kafka_process import KafkaProcess
from twolamps_testkit.outbox_house import firsts, read_topic
from twolamps_testkit.servers import Kafka, Postgres
from twolamps_testkit.stage import eventually

NODES, ROUNDS = 3, long_or(1, 15)
HANGS_S = long_or(8.0, 20.0)  # longer than Kafka takes to miss it


@asynccontextmanager
async def admin_of(kafka: Kafka) -> AsyncIterator[AIOKafkaAdminClient]:
    """An admin client."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.servers)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


@pytest.fixture
async def replicated(postgres: Postgres, three_nodes: KafkaProcess) -> AsyncIterator[TallyHouse]:
    """A house whose topics lie on three nodes; a record is safe when two have it."""
    topics = [f"test.{secrets.token_hex(6)}.v1" for _ in range(2)]
    async with admin_of(three_nodes.kafka) as admin:
        await admin.create_topics([NewTopic(topic, 2 * NODES, NODES) for topic in topics])
    async with TallyHouse.open(postgres, three_nodes.kafka, *topics) as made:
        yield made


async def leaders(house: TallyHouse) -> set[int]:
    """The nodes that lead a partition."""
    async with admin_of(Kafka(house.address.servers)) as admin:
        (topic,) = await admin.describe_topics([house.address.topic])
        return {place["leader"] for place in topic["partitions"]}


async def test_a_leader_killed_on_three_nodes_loses_nothing(three_nodes: KafkaProcess, replicated: TallyHouse) -> None:
    house = replicated
    async with carrying(house):
        async with house.commands():
            for turn in range(ROUNDS):
                await house.goes_on()
                node = max(await leaders(house)) if turn % 2 else min(await leaders(house))
                await asyncio.to_thread(three_nodes.signal, node, "KILL")
                await house.goes_on()
                await asyncio.to_thread(three_nodes.start)
        verdict = await house.judged()
    note("a leader killed on three nodes", ROUNDS, verdict)
    assert verdict == FAULTLESS


async def test_a_leader_stopped_by_sigstop_on_three_nodes_loses_nothing(
    three_nodes: KafkaProcess, replicated: TallyHouse
) -> None:
    house = replicated
    async with carrying(house):
        async with house.commands():
            for turn in range(ROUNDS):
                await house.goes_on()
                node = max(await leaders(house)) if turn % 2 else min(await leaders(house))
                await asyncio.to_thread(three_nodes.signal, node, "STOP")
                await asyncio.sleep(HANGS_S)
                await house.goes_on()
                await asyncio.to_thread(three_nodes.signal, node, "CONT")
        verdict = await house.judged()
    note("a leader stopped by SIGSTOP on three nodes", ROUNDS, verdict)
    assert verdict == FAULTLESS


async def test_partitions_raised_from_four_to_eight_under_load_lose_nothing(house: TallyHouse) -> None:
    kafka, topic = Kafka(house.address.servers), house.address.topic

    async def used() -> set[int]:
        return {raw.partition for raw in await read_topic(kafka, topic)}

    async with carrying(house):
        async with house.commands(60):
            await house.goes_on()
            assert await used() == set(range(4))
            async with admin_of(kafka) as admin:
                await admin.create_partitions({topic: NewPartitions(8)})
            await eventually(used, 60, until=lambda found: found == set(range(8)))
            await house.goes_on()
        assert await house.judged() == FAULTLESS
    assert sum(len(numbers) for numbers in firsts(await read_topic(kafka, topic)).values()) == await house.recorded()
