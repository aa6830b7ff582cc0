"""What has a listening process handled? A line a stream event, written as the handling itself, with its cursor.

Promises: the place to go on from is that of the last whole line, so a process killed at any moment has handled each
event exactly once: a line is there with its cursor or not at all.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from google.protobuf.json_format import MessageToDict

from twolamps.notifications.v1.notifications_pb2 import OP_ADDED, OP_REMOVED
from twolamps_client import Change, Event, Ready


@dataclass(frozen=True, slots=True)
class Line:
    """One handled event: `what` is ready, added, changed, removed or reload; `at` is when it came, aware UTC."""

    what: str
    cursor: str
    process: int
    at: datetime
    id: str = ""
    kind: str = ""
    subject: str = ""
    occurrence: str = ""
    item: str = ""

    @property
    def notice(self) -> tuple[str, str]:
        """The kind of a notice and the id of what it is about."""
        return self.kind, self.subject


def line_of(event: Event, at: datetime) -> Line:
    """The line that says this event was handled."""
    if isinstance(event, Change):
        item = event.item
        what = {OP_ADDED: "added", OP_REMOVED: "removed"}.get(event.op, "changed")
        whole = json.dumps(MessageToDict(item), ensure_ascii=False)
        about = (item.id, item.kind, item.subject.id, item.facts.occurrence, whole)
        return Line(what, event.cursor, os.getpid(), at, *about)
    return Line("ready" if isinstance(event, Ready) else "reload", event.cursor, os.getpid(), at)


class Diary:
    """A diary in a file: what one process writes, others read. It is the cursor store of the one that writes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, event: Event) -> None:
        """Handle an event: the line and its cursor are on disk."""
        line = asdict(line_of(event, datetime.now(UTC)))
        with self.path.open("ab") as file:
            file.write(json.dumps(line, default=datetime.isoformat).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def load(self) -> str:
        """The cursor of the last whole line, empty without one; a torn last line is taken away."""
        whole, _, torn = self.whole().rpartition(b"\n")
        if torn:
            os.truncate(self.path, len(whole) + 1 if whole else 0)
        return next((line.cursor for line in reversed(list(self.lines())) if line.cursor), "")

    def save(self, cursor: str) -> None:
        """Nothing is left to do: a cursor is written with its line."""

    def whole(self) -> bytes:
        """Every byte that was written."""
        return self.path.read_bytes() if self.path.exists() else b""

    def lines(self) -> Iterator[Line]:
        """Every whole line, oldest first."""
        for text in self.whole().rpartition(b"\n")[0].splitlines():
            fields = json.loads(text)
            yield Line(**{**fields, "at": datetime.fromisoformat(fields["at"])})
