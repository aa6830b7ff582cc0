"""What do tests of prompts act on? A stage that runs prompts beside a pairing that knows of no couple by itself."""

import pytest

from prompts.main import compose
from twolamps_testkit.stage import Stage
from twolamps_testkit.strangers import pairing


@pytest.fixture
async def played(stage: Stage) -> Stage:
    """A stage with prompts running; nobody is a couple yet."""
    await stage.start(prompts=compose, pairing=pairing)
    return stage
