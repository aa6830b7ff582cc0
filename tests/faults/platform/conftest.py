"""What do these tests break? A fleet of their own: its processes, and the Kafka or Redis that is theirs alone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.faults.kafka.conftest import one_node as one_node
from tests.faults.kafka.conftest import own_kafka as own_kafka
from tests.fleet import Fleet
from twolamps_testkit.servers import Kafka, Postgres, Redis

MakeFleet = Callable[..., Awaitable[Fleet]]


@pytest.fixture
async def fleets(postgres: Postgres, kafka: Kafka, redis: Redis, tmp_path: Path) -> AsyncIterator[MakeFleet]:
    """`await fleets(replicas, kafka=..., redis=...)` starts a fleet, on the common servers unless others are given."""
    made: list[Fleet] = []

    async def make(
        replicas: dict[str, int], *, kafka: str = kafka.servers, redis: str = redis.url, partitions: int = 8
    ) -> Fleet:
        folder = tmp_path / f"fleet{len(made)}"
        fleet = Fleet(folder, postgres, await postgres.copy(), kafka, redis, replicas, partitions=partitions)
        made.append(fleet)
        await asyncio.to_thread(fleet.start)
        return fleet

    try:
        yield make
    finally:
        for fleet in made:
            await asyncio.to_thread(fleet.stop)
            await postgres.drop(fleet.database)
