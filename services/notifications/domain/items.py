"""What is in an inbox, and how does it change? Items as their owner sees them, and the numbered changes of a person.

Promises: an item holds ids, kinds, times and zones, never words of a person; changes of a person are numbered without
gaps from the head on, in the order in which they are given.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

Party = Literal["me", "partner", "twolamps"]
Op = Literal["added", "changed", "removed"]


@dataclass(frozen=True, slots=True)
class Subject:
    """What an item is about: prompt, invite, reminder, pairing, couple or session."""

    type: str
    id: UUID


@dataclass(frozen=True, slots=True)
class Facts:
    """Times and zones that go with a kind: aware UTC times, an IANA zone, a local time and a date as ISO texts."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    zone: str = ""
    occurrence: str = ""
    day: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """An item of an inbox as its owner sees it. `state` is unread or read."""

    id: UUID
    kind: str
    subject: Subject
    by: Party
    facts: Facts
    text: str
    state: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """Change number `seq` of a person's inbox, in the log named `log_epoch`. A removal names the id and no item."""

    log_epoch: str
    person: UUID
    seq: int
    op: Op
    item_id: UUID
    item: Item | None


Announce = Callable[[Sequence[Change]], None]
"""Tells open streams what has committed."""


@dataclass(frozen=True, slots=True)
class Heads:
    """The newest change of each person, in one log."""

    log_epoch: str
    seqs: Mapping[UUID, int]


def party(by: UUID | None, reader: UUID) -> Party:
    """Who did it, from the reader's side."""
    if by is None:
        return "twolamps"
    return "me" if by == reader else "partner"


def numbered(heads: Heads, changes: Iterable[tuple[UUID, Op, UUID, Item | None]]) -> list[Change]:
    """These changes (person, op, item's id, item) with their numbers, behind each person's head."""
    seqs = dict(heads.seqs)
    result = []
    for person, op, item_id, item in changes:
        seqs[person] += 1
        result.append(Change(heads.log_epoch, person, seqs[person], op, item_id, item))
    return result
