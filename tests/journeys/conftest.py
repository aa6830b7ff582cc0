"""Who lives the journeys? Ada and Ben, connected on a platform that really runs, whose clock can be moved ahead."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from standalone.demo.evening import Evening, begin
from standalone.demo.facts import Facts
from standalone.demo.meeting import deal, open_streams, pair, share, sign_up
from standalone.demo.people import Where
from tests.fleet import Fleet
from tests.platform_process import PlatformProcess, RunningPlatform


@pytest.fixture(scope="session", params=["in one process", "in many"])
def platform(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPlatform]:
    """The platform as `twolamps up` on an embedded PostgreSQL, and as a fleet on Kafka, PostgreSQL and Redis. Its clock may
    be moved forward, never back."""
    if request.param == "in one process":
        running: PlatformProcess | Fleet = PlatformProcess(tmp_path_factory.mktemp("platform"))
    else:
        postgres, kafka, redis = (request.getfixturevalue(name) for name in ("postgres", "kafka", "redis"))
        database = asyncio.run(postgres.copy())
        running = Fleet(tmp_path_factory.mktemp("fleet"), postgres, database, kafka.servers, redis.url)
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
async def couple(platform: RunningPlatform, tmp_path: Path) -> AsyncIterator[Evening]:
    """Ada and Ben, connected, sharing when they are free; their first prompts are dealt."""
    where = Where(platform.url, platform.grpc)
    async with begin(where, tmp_path, Facts(lambda _: None)) as evening:
        for chapter in (sign_up, pair, share, deal):
            await chapter(evening)
        evening.ahead = timedelta(seconds=platform.ahead_s)
        yield evening


@pytest.fixture
async def listening(couple: Evening) -> Evening:
    """The same two, each with a live stream from here on."""
    await open_streams(couple)
    return couple


@pytest.fixture
def later(platform: RunningPlatform, couple: Evening) -> Callable[[timedelta], None]:
    """Lets time go by for everybody on the platform."""

    def move(by: timedelta) -> None:
        platform.move_clock(by.total_seconds())
        couple.ahead += by

    return move
