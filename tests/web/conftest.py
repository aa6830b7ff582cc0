"""Who opens the app in tests? Visitors with a browser each, on one platform and in one Chromium."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.platform_process import RunningPlatform
from tests.web.browser import HOW_TO_GET_CHROMIUM, Device, Open, find_chromium, new_device, opened
from twolamps_testkit.plugin import lacking


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests here share one event loop, since they share one browser."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@dataclass
class GivenPlatform:
    """A platform that runs already, at TWOLAMPS_TEST_URL; its clock is not ours to move."""

    url: str
    ahead_s: float = 0.0


@pytest.fixture(scope="session")
def platform(request: pytest.FixtureRequest) -> object:
    """The given platform, or one of this worker's own."""
    given = os.environ.get("TWOLAMPS_TEST_URL", "").rstrip("/")
    return GivenPlatform(given) if given else request.getfixturevalue("own_platform")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, for all tests of this worker."""
    if (program := find_chromium()) is None:
        lacking(HOW_TO_GET_CHROMIUM)
    async with opened(program) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def device(browser: Browser, platform: RunningPlatform) -> AsyncIterator[Open]:
    """Makes browsers of their own, as `new_device` does; nothing may break in any of their pages."""
    made: list[Device] = []

    async def make(**wishes: Any) -> Device:
        made.append(await new_device(browser, platform, **wishes))
        return made[-1]

    yield make
    for each in made:
        for page in each.context.pages:
            await page.unroute_all(behavior="ignoreErrors")  # what a test still holds back is let go
        await each.context.close()
    assert [fault for each in made for fault in each.faults] == []
