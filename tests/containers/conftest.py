"""The servers of these tests: containers, also where the environment names other servers."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from twolamps_testkit.containers import Containers, NoContainers
from twolamps_testkit.plugin import lacking
from twolamps_testkit.servers import Kafka, Postgres, Redis
from twolamps_testkit.stage import Stage


@pytest.fixture(scope="session")
def contained(containers: Containers) -> Containers:
    """All three, running."""
    try:
        containers.redis(), containers.postgres(), containers.kafka()
    except NoContainers as error:
        lacking(f"needs containers: {error}; install and start Docker")
    return containers


@pytest.fixture(scope="session")
def postgres(contained: Containers) -> Iterator[Postgres]:
    """A PostgreSQL in a container, with a migrated template."""
    server = Postgres.open(contained.postgres())
    try:
        asyncio.run(server.prepare())
        yield server
    finally:
        asyncio.run(server.close())


@pytest.fixture
def kafka(contained: Containers) -> Kafka:
    """A Kafka in a container."""
    return Kafka(contained.kafka())


@pytest.fixture
def redis(contained: Containers) -> Redis:
    """A Redis in a container."""
    return Redis(contained.redis())


@pytest.fixture
async def stage(postgres: Postgres, tmp_path: Path) -> AsyncIterator[Stage]:
    """A stage on the PostgreSQL of the container."""
    name = await postgres.copy()
    made = Stage(postgres, name, tmp_path)
    try:
        yield made
    finally:
        await made.close()
        await postgres.drop(name)
