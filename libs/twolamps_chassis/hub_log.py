"""What does the hub know of the change log? Pages of rows, heads and hints, and the two questions it asks.

Promises: these are facts of a log, as its owner stated them; a place (`seq`) means something only within its log epoch.
"""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Row:
    """One change: its place and its serialized WatchResponse, with cursor."""

    seq: int
    response: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """What follows a place, oldest first, and the head, in one snapshot; `reload` if what follows is no longer kept."""

    person: UUID
    log_epoch: str
    rows: Sequence[Row]
    head: int
    reload: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """The newest place of a person's log, and whether the session of a stream has ended."""

    person: UUID
    session: UUID
    log_epoch: str
    seq: int
    closed: bool


@dataclass(frozen=True, slots=True)
class Hint:
    """A committed change: `prev` is the place before it, `response` its serialized WatchResponse, with cursor."""

    person: UUID
    log_epoch: str
    prev: int
    seq: int
    response: bytes


class ReadLog(Protocol):
    """The next rows after each place: a `Page` for each person (at most 500, each once). Has a deadline of its own."""

    def __call__(self, places: list[tuple[UUID, int]], /) -> Awaitable[list[Page]]: ...


class AskHeads(Protocol):
    """The heads of (person, session) pairs, at most 1,000 of them. Has a deadline of its own."""

    def __call__(self, streams: list[tuple[UUID, UUID]], /) -> Awaitable[list[Head]]: ...
