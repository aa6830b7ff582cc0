"""ListChanges: what follows a place in the change logs of many people, for processes that hold their streams."""

from dataclasses import dataclass
from uuid import UUID

from notifications import store
from notifications.channels.in_app import encode_change
from notifications.store import LogPage
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class Place:
    """How far a person's log is known."""

    person_id: UUID
    seq: int


@dataclass(frozen=True)
class ListChanges:
    """Places, and how many changes each person gets at most."""

    places: tuple[Place, ...]
    limit: int


@dataclass(frozen=True)
class ChangeRow:
    """A change as its serialized WatchResponse."""

    seq: int
    response: bytes


@dataclass(frozen=True)
class PersonChanges:
    """What follows a place, oldest first, and the head; `reload` where what followed is no longer kept."""

    person_id: UUID
    reload: bool
    rows: tuple[ChangeRow, ...]
    head: int


@dataclass(frozen=True)
class Changes:
    """One answer for each place, in one snapshot of the log named `log_epoch`."""

    people: tuple[PersonChanges, ...]
    log_epoch: str


async def list_changes(command: ListChanges, tx: Transaction) -> Changes:
    """The changes after each place, read by one query."""
    places = [(place.person_id, place.seq) for place in command.places]
    log_epoch, pages = await store.list_changes(tx, places, command.limit)
    return Changes(tuple(_answer(seq, page) for (_, seq), page in zip(places, pages, strict=True)), log_epoch)


def _answer(place: int, page: LogPage) -> PersonChanges:
    first = page.changes[0].seq if page.changes else page.head + 1
    rows = tuple(ChangeRow(change.seq, encode_change(change)) for change in page.changes)
    return PersonChanges(page.person, place < first - 1, rows, page.head)
