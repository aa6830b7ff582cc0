"""Who lives the journeys? Ada and Ben, connected on a platform that really runs, whose clock can be moved ahead."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from standalone.demo.evening import Evening, begin
from standalone.demo.facts import Facts
from standalone.demo.meeting import deal, open_streams, pair, share, sign_up
from standalone.demo.people import Where
from tests.platform_process import RunningPlatform


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
