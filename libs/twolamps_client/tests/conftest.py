"""Which servers and clients do the tests share?"""

from collections.abc import AsyncIterator

import pytest

from twolamps_client import Twolamps
from twolamps_client.tests.scripted_platform import QUICK, Platform


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    """A platform that serves."""
    platform = Platform()
    async with platform.serving():
        yield platform


@pytest.fixture
async def client(platform: Platform) -> AsyncIterator[Twolamps]:
    """A client of it that is signed in."""
    async with Twolamps(platform.url, grpc=platform.grpc_address, patience=QUICK) as client:
        await client.sign_in("ada@example.org", "a long password")
        yield client
