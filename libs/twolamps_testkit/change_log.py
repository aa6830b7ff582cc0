"""What does the hub read in a test? A change log in memory, that keeps the promises of `ReadLog` and `AskHeads`.

The hub's contract is with these two functions, so a list serves as well as a database; the SQL behind them is tested
where it lives.
"""

import asyncio
from uuid import UUID

from twolamps.notifications.v1.notifications_pb2 import OP_ADDED, Change, Item, WatchResponse
from twolamps_chassis.hub_log import Head, Hint, Page, Row
from twolamps_chassis.log_cursor import encode_cursor


class MemoryLog:
    """Per-person rows 1, 2, 3, ...; `kept` is the place from which on they are still there. A reading takes `seconds`."""

    def __init__(self, page_size: int = 20, seconds: float = 0) -> None:
        self.log_epoch, self.page_size, self.seconds = "log1", page_size, seconds
        self.people: dict[UUID, list[Row]] = {}
        self.kept: dict[UUID, int] = {}
        self.ended_sessions: set[UUID] = set()
        self.places_asked: list[int] = []  # one count a reading

    def append(self, person: UUID, item: str = "") -> Hint:
        """Commits one change; the hint is for the caller to deliver, or not."""
        rows = self.people.setdefault(person, [])
        seq = len(rows) + 1
        change = Change(op=OP_ADDED, item=Item(id=item))
        rows.append(Row(seq, WatchResponse(cursor=self.cursor(seq), change=change).SerializeToString()))
        return Hint(person, self.log_epoch, seq - 1, seq, rows[-1].response)

    def cursor(self, seq: int) -> str:
        return encode_cursor(self.log_epoch, seq)

    def head(self, person: UUID) -> int:
        return len(self.people.get(person, ()))

    def restore(self, log_epoch: str, seq: int) -> None:
        """The log is another one now, and nobody's is longer than `seq`."""
        self.log_epoch = log_epoch
        for person, rows in self.people.items():
            self.people[person] = []
            for _ in rows[:seq]:
                self.append(person)
            self.kept[person] = 0

    async def read(self, places: list[tuple[UUID, int]]) -> list[Page]:
        self.places_asked.append(len(places))
        if self.seconds:
            await asyncio.sleep(self.seconds)
        return [self._page(person, seq) for person, seq in places]

    async def heads(self, streams: list[tuple[UUID, UUID]]) -> list[Head]:
        return [Head(p, s, self.log_epoch, self.head(p), s in self.ended_sessions) for p, s in streams]

    def _page(self, person: UUID, seq: int) -> Page:
        rows = self.people.get(person, [])[seq : seq + self.page_size]
        return Page(person, self.log_epoch, rows, self.head(person), reload=seq < self.kept.get(person, 0))
