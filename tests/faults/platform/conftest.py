"""What do these tests break? A fleet of their own: its processes, and the Kafka or Redis that is theirs alone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.faults.kafka.conftest import one_node as one_node
from tests.faults.kafka.conftest import own_kafka as own_kafka
from tests.fleet import Fleet
from twolamps_chassis.postgres_server import PostgresServer
from twolamps_testkit.servers import Kafka, Postgres, Redis

MakeFleet = Callable[..., Awaitable[Fleet]]


@pytest.fixture
async def own_postgres(tmp_path: Path) -> AsyncIterator[Postgres]:
    """A PostgreSQL of this test alone, to stop and start; it loses nothing that was committed."""
    server = await asyncio.to_thread(PostgresServer.start, tmp_path / "postgres")
    made = Postgres(server.superuser_dsn("postgres"), server, tmp_path)
    try:
        await made.prepare()
        yield made
    finally:
        await made.close()


@pytest.fixture
async def fleets(postgres: Postgres, kafka: Kafka, redis: Redis, tmp_path: Path) -> AsyncIterator[MakeFleet]:
    """`await fleets(replicas, kafka=..., redis=..., on=...)` starts a fleet, on the common servers unless others are given."""
    made: list[Fleet] = []

    async def make(
        replicas: dict[str, int], *, kafka: str = kafka.servers, redis: str = redis.url, on: Postgres = postgres,
        partitions: int = 8,
    ) -> Fleet:  # fmt: skip
        folder = tmp_path / f"fleet{len(made)}"
        fleet = Fleet(folder, on, await on.copy(), kafka, redis, replicas, partitions=partitions)
        made.append(fleet)
        await asyncio.to_thread(fleet.start)
        return fleet

    try:
        yield make
    finally:
        for fleet in made:
            await asyncio.to_thread(fleet.stop)
            print(*fleet.complaints()[-100:], sep="\n")  # shown beside what failed
            await fleet.postgres.drop(fleet.database)
