"""What is an event on its way from one service to another?"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

UNREADABLE = ""
"""The type of a record that does not say what it is; its body is what arrived."""


@dataclass(frozen=True, slots=True)
class Record:
    """An event as it travels: its envelope, and its body not yet read."""

    source: str
    key: UUID
    seq: int
    epoch: int
    type: str
    time: datetime
    traceparent: str
    body: bytes
