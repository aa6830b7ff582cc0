"""The pytest plugin: which servers do tests use? `postgres`, `kafka` and `redis` for a session, `stage` for a test.

Each server is, in this order: the one that TWOLAMPS_TEST_POSTGRES, TWOLAMPS_TEST_KAFKA or TWOLAMPS_TEST_REDIS names; a
container, where a Docker engine answers; for PostgreSQL the embedded one, which goes before a container unless
TWOLAMPS_TEST_CONTAINERS=1, since it starts in half the time and needs nothing. Without a server the test is skipped with
one line on how to get it; with TWOLAMPS_TEST_REQUIRE_REAL=1 it fails, and the embedded PostgreSQL does not count.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
import structlog

from twolamps_chassis.lifecycle import allow_many_streams
from twolamps_testkit.containers import Containers, NoContainers, engine_answers
from twolamps_testkit.redis_process import HOW_TO_GET_REDIS_SERVER, RedisProcess, find_redis_server
from twolamps_testkit.servers import Kafka, Postgres, Redis
from twolamps_testkit.stage import Stage

HOW_TO_GET = "needs a real {}: start Docker, or name one in {}"
EMBEDDED, CONTAINER, NONE = "the embedded one", "a container", "none"


def _variable(name: str) -> str:
    return f"TWOLAMPS_TEST_{name.upper()}"


def _source(name: str) -> str:
    """Where a server comes from."""
    if os.environ.get(_variable(name)):
        return f"the one of {_variable(name)}"
    real = os.environ.get("TWOLAMPS_TEST_REQUIRE_REAL") or os.environ.get("TWOLAMPS_TEST_CONTAINERS")
    if name == "postgres" and not real:
        return EMBEDDED
    return CONTAINER if engine_answers() else NONE


def lacking(how_to_get: str) -> NoReturn:
    """Skip a test for want of a real server; where real servers are required, fail it."""
    if os.environ.get("TWOLAMPS_TEST_REQUIRE_REAL"):
        pytest.fail(how_to_get)
    pytest.skip(how_to_get)


def _named_or_started(name: str, start: Callable[[], str]) -> str:
    """The address of a server that the environment names, else of a container."""
    if address := os.environ.get(_variable(name)):
        return address
    try:
        return start()
    except NoContainers as error:
        lacking(f"{HOW_TO_GET.format(name, _variable(name))} ({error})")


@pytest.fixture(scope="session")
def containers() -> Iterator[Containers]:
    """Real servers in containers, each started when a test first asks for it; they are gone after the run."""
    made = Containers()
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """A PostgreSQL server with a migrated template."""
    address = ""
    if _source("postgres") != EMBEDDED:
        address = _named_or_started("postgres", request.getfixturevalue("containers").postgres)
    server = Postgres.open(address)
    try:
        asyncio.run(server.prepare())
        yield server
    finally:
        asyncio.run(server.close())


@pytest.fixture(scope="session")
def kafka(containers: Containers) -> Kafka:
    """A real Kafka."""
    return Kafka(_named_or_started("kafka", containers.kafka))


@pytest.fixture(scope="session")
def redis(containers: Containers) -> Redis:
    """A real Redis."""
    return Redis(_named_or_started("redis", containers.redis))


@pytest.fixture
def redis_process() -> Iterator[RedisProcess]:
    """A Redis of this test alone, to stop, hang and bring back; it runs."""
    if find_redis_server() is None:
        lacking(HOW_TO_GET_REDIS_SERVER)
    process = RedisProcess()
    try:
        process.start()
        yield process
    finally:
        process.stop()


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
    """Tests open many streams, client and server in one process, and call commands beside services that log: what
    services say goes to the real stderr, since a command's runner takes sys.stdout and sys.stderr for itself."""
    allow_many_streams()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.__stderr__))


def pytest_report_header() -> str:
    """Say which servers a run takes, if its tests ask for them."""
    return "twolamps: " + ", ".join(f"{name}: {_source(name)}" for name in ("postgres", "kafka", "redis"))
