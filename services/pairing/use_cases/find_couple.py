"""FindCouple: who is with whom, for other services."""

from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from pairing.store.couples import find_couple as row_of_couple
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class FindCouple:
    """Ask for the connected couple of a person."""

    person_id: UUID


@dataclass(frozen=True)
class FoundCouple:
    """A couple; everything is empty where there is none."""

    couple_id: UUID | None = None
    inviter_id: UUID | None = None
    invitee_id: UUID | None = None
    epoch: int = 0
    zone: str = ""
    day_start: time | None = None
    week_start: int = 0
    calendar_version: int = 0
    shares: tuple[str, ...] = ()
    shares_version: int = 0
    paired_at: datetime | None = None


async def find_couple(command: FindCouple, tx: Transaction) -> FoundCouple:
    """The connected couple of a person."""
    couple = await row_of_couple(tx, command.person_id)
    if couple is None:
        return FoundCouple()
    people = (couple.id, couple.inviter, couple.invitee, couple.epoch)
    calendar = (couple.zone, couple.day_start, couple.week_start, couple.calendar_version)
    return FoundCouple(*people, *calendar, tuple(sorted(couple.shares)), couple.shares_version, couple.paired_at)
