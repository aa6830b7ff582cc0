"""Would the demo notice? The whole evening through the proxy, once with each fault: it must fail, and where it should."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from standalone.demo.evening import begin
from standalone.demo.facts import Facts
from standalone.demo.parting import try_everything
from standalone.demo.people import Where
from standalone.demo.proxy import Fault, NoticeLost, OldReplyReplayed, SealedAnswerLeaks, proxied
from standalone.demo.sealed_words import answer
from standalone.demo.story import Chapter, StoryBroken, play
from standalone.demo.telling import Telling
from standalone.demo.time_together import agree

FAULTS: dict[type[Fault], Chapter] = {SealedAnswerLeaks: answer, NoticeLost: agree, OldReplyReplayed: try_everything}
"""Each fault, and the chapter that must notice it."""


async def self_test(where: Where, telling: Telling, say: Callable[[str], None]) -> bool:
    """Whether every fault was noticed."""
    noticed = [await _notices(where, telling, fault, chapter, say) for fault, chapter in FAULTS.items()]
    return all(noticed)


async def _notices(
    where: Where, telling: Telling, fault: type[Fault], expected: Chapter, say: Callable[[str], None]
) -> bool:
    sentence = (fault.__doc__ or "").strip()
    with tempfile.TemporaryDirectory() as folder:
        async with (
            proxied(where.url, fault()) as url,
            begin(Where(url, ""), Path(folder), Facts(telling.fact), ada_listens="sse") as evening,
        ):
            try:
                await play(evening, telling)
            except StoryBroken as broken:
                say(f"{sentence} The demo noticed that this does not hold: {broken.sentence}.")
                return broken.chapter is expected
    say(f"{sentence} The demo noticed nothing.")
    return False
