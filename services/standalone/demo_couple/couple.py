"""How does a demo get its couple? Once for each data folder, while the platform of this process already answers.

Promises: the clock begins three weeks ago and ends at this machine's time, exactly; a folder whose story was lived is left
as it is, one whose story was cut short is begun anew.
"""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

import httpx

from standalone.demo_couple.clock import NotSettled, StoryClock, begin_at
from standalone.demo_couple.days import Days
from standalone.demo_couple.folder import CLOCK, claim, keep
from standalone.demo_couple.people import BOTH
from standalone.demo_couple.script import THREE_WEEKS, TODAY, scenes
from standalone.demo_couple.story import AFTER_THE_MINUTE, Story, live
from standalone.up import Platform
from standalone.welcome import host_of
from twolamps_chassis.settings import Settings
from twolamps_client import Twolamps, TwolampsError


class StoryCutShort(Exception):
    """The three weeks were not lived to their end."""


@dataclass(frozen=True)
class Demo:
    """A demo on a data folder: its couple `lived` there already, or lives there for `days.count` days."""

    settings: Settings
    days: Days
    lived: bool

    @classmethod
    def prepare(cls, settings: Settings, days: int = THREE_WEEKS) -> Self:
        """Before the platform starts. Raises NotADemo, or PostgresUnavailable where another process is at it."""
        demo = cls(settings, Days(datetime.now(UTC), days), claim(settings.data))
        if not demo.lived:
            first = min(demo.days.moment(each.on, each.at) for each in scenes(days))
            begin_at(settings.data / CLOCK, first)
        return demo

    async def live(self, platform: Platform, tell: Callable[[int], None]) -> None:
        """Live the days; `tell` is told the number of each as it goes by. Raises StoryCutShort."""
        clock = StoryClock(self.settings.data / CLOCK, platform.node)
        url = f"http://{host_of(self.settings)}:{platform.http_port}"
        try:
            async with AsyncExitStack() as open_:
                clients = {who.name: await open_.enter_async_context(Twolamps(url)) for who in BOTH}
                story = Story(self.days, clock, clients)
                await live(story, scenes(self.days.count), lambda index: tell(min(index, self.days.count)))
                await clock.go_to(self.days.just_now + AFTER_THE_MINUTE)  # so that what rings then is on time
                await clock.catch_up()
                await TODAY(story)
                await clock.catch_up()
        except (asyncio.CancelledError, NotSettled, TwolampsError, httpx.HTTPError) as error:
            why = f" ({error})" if str(error) else ""
            raise StoryCutShort(
                f"Noor and Sam's three weeks were cut short{why}; the next start begins them anew."
            ) from error
        keep(self.settings.data)
