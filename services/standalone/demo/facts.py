"""What must hold? Facts in plain sentences: each is told when it holds, the first that does not ends the story.

Promises: a fact that takes a moment is waited for, for a bounded time; one that is broken names itself and what was
found instead.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

Found = TypeVar("Found")
PATIENCE_S = 10.0
FOUND_SHOWN = 500


class FactBroken(Exception):
    """A fact of the evening does not hold."""

    def __init__(self, sentence: str, found: object = "") -> None:
        shown = str(found)[:FOUND_SHOWN]
        super().__init__(f"{sentence}. Found: {shown}" if shown else sentence)
        self.sentence = sentence


class Facts:
    """Checks facts and tells those that hold to `tell`."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def holds(self, sentence: str, truth: bool, found: object = "") -> None:
        """The fact holds. Raises FactBroken."""
        if not truth:
            raise FactBroken(sentence, found)
        self._tell(sentence)

    async def comes(
        self,
        sentence: str,
        look: Callable[[], Awaitable[Found | None]],
        *,
        within_s: float = PATIENCE_S,
        told: bool = True,
        found: object = "",
    ) -> Found:
        """What `look` gives as soon as it is not None. Raises FactBroken when it stays None."""
        deadline = asyncio.get_running_loop().time() + within_s
        while (seen := await look()) is None:
            if asyncio.get_running_loop().time() > deadline:
                raise FactBroken(sentence, found or f"nothing within {within_s:.0f} s")
            await asyncio.sleep(0.02)
        if told:
            self._tell(sentence)
        return seen

    def nothing_of(self, sentence: str, words: Iterable[str], bytes_seen: Iterable[bytes]) -> None:
        """None of the words is anywhere in what was seen. Raises FactBroken."""
        sought = [word.encode() for word in words]
        hits = [seen for seen in bytes_seen if any(word in seen for word in sought)]
        self.holds(sentence, not hits, hits[:1])
