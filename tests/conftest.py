"""What do journeys and fault tests act on? A platform of their own, running for as long as the tests of this worker do."""

from collections.abc import Iterator

import pytest

from tests.platform_process import PlatformProcess


@pytest.fixture(scope="session")
def platform(own_platform: PlatformProcess) -> PlatformProcess:
    """What tests act on, unless a folder of theirs says otherwise."""
    return own_platform


@pytest.fixture(scope="session")
def own_platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlatformProcess]:
    """`twolamps up` on an embedded PostgreSQL; its clock may be moved forward, never back."""
    running = PlatformProcess(tmp_path_factory.mktemp("platform"))
    running.start()
    try:
        yield running
    finally:
        running.stop()
