"""The Kafka of these tests: the common one for what befalls its clients, one of their own for what befalls it."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.faults.kafka.house import TallyHouse
from twolamps_testkit.kafka_process import HOW_TO_GET_IT, KafkaProcess
from twolamps_testkit.servers import Kafka, Postgres


def started(folder: Path, nodes: int) -> Iterator[KafkaProcess]:
    """A running cluster, or the test is skipped."""
    process = KafkaProcess.open(folder, nodes)
    if process is None:
        if os.environ.get("TWOLAMPS_TEST_REQUIRE_REAL"):
            pytest.fail(HOW_TO_GET_IT)
        pytest.skip(HOW_TO_GET_IT)
    try:
        process.start()
        yield process
    finally:
        process.close()


@pytest.fixture(scope="session")
def one_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaProcess]:
    """A cluster of one node."""
    yield from started(tmp_path_factory.mktemp("one"), 1)


@pytest.fixture(scope="module")
def three_nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaProcess]:
    """A cluster of three nodes that keeps every record on at least two."""
    yield from started(tmp_path_factory.mktemp("three"), 3)


@pytest.fixture
async def own_kafka(one_node: KafkaProcess) -> KafkaProcess:
    """The cluster of one node, running, whatever the test before did to it."""
    await asyncio.to_thread(one_node.start)
    return one_node


@pytest.fixture
async def house(postgres: Postgres, kafka: Kafka) -> AsyncIterator[TallyHouse]:
    """A house on the common Kafka."""
    async with TallyHouse.open(postgres, kafka, *[await kafka.make_topic() for _ in range(2)]) as made:
        yield made


@pytest.fixture
async def own_house(postgres: Postgres, own_kafka: KafkaProcess) -> AsyncIterator[TallyHouse]:
    """A house on a Kafka that the test may stop, wipe and kill."""
    topics = [await own_kafka.kafka.make_topic() for _ in range(2)]
    async with TallyHouse.open(postgres, own_kafka.kafka, *topics) as made:
        yield made
