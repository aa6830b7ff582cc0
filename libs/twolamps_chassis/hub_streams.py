"""What is an open stream to the hub? A reader: whose it is, how far it has come, and a way to write to it.

Promises: `write`, `close` and `cut` return at once and never change who is in the hub; a reader that cannot take more
says so with `pause`, and is served again from its place after `resume`.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from twolamps_chassis.log_cursor import LogPlace

if TYPE_CHECKING:
    from twolamps_chassis.hub import Hub

MOST_WAITING = 256  # messages that wait for one caller; they are shared, so this is 2 kB
PATIENCE = 2  # keep-alives that a reader may take nothing


class Reader:
    """One open stream of a person and session, with the token's end as an aware UTC time. `log_epoch` and `place` are
    how far it was written to; the rest is the hub's business. Each transport says how to write."""

    __slots__ = ("ended", "expires_at", "hub", "live", "log_epoch", "person", "place", "ready", "session", "slow")

    def __init__(self, hub: "Hub", person: UUID, session: UUID, place: LogPlace, expires_at: datetime) -> None:
        self.hub, self.person, self.session, self.expires_at = hub, person, session, expires_at
        self.log_epoch, self.place = place
        self.live = self.ready = self.ended = False
        self.slow = 0  # 0: takes what it is given; else 1 + keep-alives that it did not

    def write(self, messages: Sequence[bytes]) -> None:
        """Writes these messages, in order."""
        raise NotImplementedError

    def close(self, last: bytes) -> None:
        """Writes the last message and ends the stream."""
        raise NotImplementedError

    def cut(self) -> None:
        """Ends a stream that does not take what it is given."""
        raise NotImplementedError

    def keep_alive(self) -> None:
        """Shows the client that the connection is whole."""

    def pause(self) -> None:
        """The reader cannot take more."""
        self.live, self.slow = False, 1

    def resume(self) -> None:
        """The reader takes more again, from its place in the log."""
        if self.slow:
            self.slow = 0
            self.hub.fetch(self)

    def tick(self) -> None:
        """One keep-alive interval has passed."""
        if not (self.slow or self.ended):
            return self.keep_alive()
        self.slow += 1
        if self.slow > PATIENCE:
            self.cut()


class Watcher(Reader):
    """A stream that its caller draws from; made in the task that does so."""

    __slots__ = ("_more", "_task", "_waiting")

    def __init__(self, hub: "Hub", person: UUID, session: UUID, place: LogPlace, expires_at: datetime) -> None:
        super().__init__(hub, person, session, place, expires_at)
        self._waiting: deque[bytes] = deque()
        self._more = asyncio.Event()
        self._task = asyncio.current_task()

    async def next(self) -> bytes | None:
        """The next message; None after the last."""
        while not self._waiting:
            if self.ended:
                return None
            self._more.clear()
            self.resume()
            await self._more.wait()
        return self._waiting.popleft()

    def write(self, messages: Sequence[bytes]) -> None:
        self._waiting.extend(messages)
        self._more.set()
        if len(self._waiting) >= MOST_WAITING:
            self.pause()

    def close(self, last: bytes) -> None:
        self._waiting.append(last)
        self._more.set()

    def cut(self) -> None:
        if not self.ended:
            self.hub.end(self, "slow")  # comes after what waits
        elif self._task is not None:
            self._task.cancel()  # its caller no longer asks


@dataclass(slots=True)
class Room:
    """The open streams of one person, and the newest place heard of."""

    readers: set[Reader] = field(default_factory=set)
    log_epoch: str = ""
    head: int = 0

    def hear_of(self, log_epoch: str, seq: int) -> None:
        """Heads only rise, within one log."""
        self.head = max(self.head, seq) if log_epoch == self.log_epoch else seq
        self.log_epoch = log_epoch
