"""The pytest plugin: `postgres` and `kafka` for a session, `stage` for a test."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from twolamps_chassis.lifecycle import allow_many_streams
from twolamps_testkit.servers import HOW_TO_GET_KAFKA, Kafka, Postgres
from twolamps_testkit.stage import Stage


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server with a migrated template: the one of TWOLAMPS_TEST_POSTGRES, else the embedded one."""
    server = Postgres.open()
    try:
        asyncio.run(server.prepare())
        yield server
    finally:
        asyncio.run(server.close())


@pytest.fixture(scope="session")
def kafka() -> Kafka:
    """The real Kafka of TWOLAMPS_TEST_KAFKA; without one the test is skipped, or fails where real servers are required."""
    if address := os.environ.get("TWOLAMPS_TEST_KAFKA"):
        return Kafka(address)
    if os.environ.get("TWOLAMPS_TEST_REQUIRE_REAL"):
        pytest.fail(HOW_TO_GET_KAFKA)
    pytest.skip(HOW_TO_GET_KAFKA)


@pytest.fixture
async def stage(postgres: Postgres, tmp_path: Path) -> AsyncIterator[Stage]:
    """A stage with a database of its own."""
    name = await postgres.copy()
    made = Stage(postgres, name, tmp_path)
    try:
        yield made
    finally:
        await made.close()
        await postgres.drop(name)


def pytest_configure() -> None:
    """Tests open many streams, client and server in one process."""
    allow_many_streams()


def pytest_report_header() -> str:
    """Say which servers a run takes."""
    real = "the server of TWOLAMPS_TEST_POSTGRES" if os.environ.get("TWOLAMPS_TEST_POSTGRES") else "embedded PostgreSQL"
    kafka = "the Kafka of TWOLAMPS_TEST_KAFKA" if os.environ.get("TWOLAMPS_TEST_KAFKA") else "no Kafka"
    return f"twolamps: {real}, {kafka}"
