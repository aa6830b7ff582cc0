"""What do tests of scheduling act on? A stage that runs scheduling beside a pairing that knows of no couple by itself."""

import pytest

from scheduling.main import compose
from twolamps_testkit.stage import Stage
from twolamps_testkit.strangers import pairing


@pytest.fixture
async def evening(stage: Stage) -> Stage:
    """A stage with scheduling running; nobody is a couple yet."""
    await stage.start(scheduling=compose, pairing=pairing)
    return stage
