"""Does the evening go as promised? The demo's own story, from the files the demo plays; and does it notice what it must?"""

from pathlib import Path

from rich.console import Console

from standalone.demo.evening import begin
from standalone.demo.facts import Facts
from standalone.demo.people import Where
from standalone.demo.story import EVENING, play
from standalone.demo.telling import Telling
from tests.platform_process import RunningPlatform


async def test_the_first_evening_goes_as_promised(platform: RunningPlatform, tmp_path: Path) -> None:
    telling = Telling(Console(quiet=True), quiet=True)
    async with begin(Where(platform.url, platform.grpc), tmp_path, Facts(telling.fact)) as evening:
        await play(evening, telling)
    assert len(telling.chapters) == len(EVENING)
    assert evening.rang_at is not None
