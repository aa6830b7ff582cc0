"""What happens in the evening, and in which order? The chapters, each with its facts; the first broken one ends it."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import httpx

from standalone.demo.daily_reminder import offer_reminder, ring
from standalone.demo.evening import Evening
from standalone.demo.facts import FactBroken
from standalone.demo.meeting import deal, open_streams, pair, share, sign_up
from standalone.demo.parting import end, own_life, try_everything, what_stays
from standalone.demo.sealed_words import answer
from standalone.demo.streams import every_notice_once
from standalone.demo.time_together import agree, find_slots, more_ideas
from twolamps_client import TwolampsError

Chapter = Callable[[Evening], Awaitable[None]]
EVENING: Sequence[Chapter] = (
    sign_up, open_streams, pair, share, deal, answer, find_slots, agree, offer_reminder, more_ideas, ring,
    every_notice_once, end, try_everything, what_stays, own_life, every_notice_once,
)  # fmt: skip


class Teller(Protocol):
    """Who tells the story."""

    def chapter(self, title: str) -> AbstractContextManager[None]:
        """What is said in this context belongs to that chapter."""
        ...


class StoryBroken(Exception):
    """The evening did not go as it should: the chapter, and what failed in it."""

    def __init__(self, chapter: Chapter, cause: Exception) -> None:
        super().__init__(f"“{title(chapter)}” This does not hold: {str(cause) or type(cause).__name__}")
        self.chapter = chapter
        self.sentence = cause.sentence if isinstance(cause, FactBroken) else str(cause)


def title(chapter: Chapter) -> str:
    """What a chapter is about, in a sentence."""
    return (chapter.__doc__ or "").partition("\n")[0]


async def play(evening: Evening, teller: Teller, chapters: Sequence[Chapter] = EVENING) -> None:
    """Live the chapters in order. Raises StoryBroken at the first thing that is not as it should be."""
    for chapter in chapters:
        try:
            with teller.chapter(title(chapter)):
                await chapter(evening)
        except (FactBroken, TwolampsError, httpx.HTTPError, TimeoutError) as cause:
            raise StoryBroken(chapter, cause) from cause
