"""ListSlots: times that suit us both."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from scheduling.domain.slots import FARTHEST, Slot, mutual_slots
from scheduling.domain.windows import Availability
from scheduling.domain.zones import known_zone
from scheduling.store.invites import list_taken
from scheduling.store.windows import list_availabilities
from twolamps_chassis.db import Transaction

SHARE: Final = "availability"
AN_HOUR, TWO_WEEKS, FEW = timedelta(hours=1), timedelta(weeks=2), 5


@dataclass(frozen=True)
class ListSlots:
    """At most `limit` slots of `duration` between `starts_after` and `ends_before`; what is absent has its default."""

    duration: timedelta | None
    starts_after: datetime | None
    ends_before: datetime | None
    limit: int


@dataclass(frozen=True)
class SlotsSeen:
    """The slots, best first; none where availability is not shared at the moment."""

    shared: bool
    slots: tuple[Slot, ...]


async def list_slots(command: ListSlots, tx: Transaction) -> SlotsSeen:
    """Mutual slots, the same for both who ask, while both share their availability.

    Reads both people's windows, therefore as `worker`: what it reads is scoped to `tx.us` here, and leaves through
    `mutual_slots` only. Raises SlotSpanOutOfRange, SlotLengthOutOfRange.
    """
    if SHARE not in tx.us.shares:
        return SlotsSeen(False, ())
    from_at = max(command.starts_after or tx.now, tx.now)
    to_at = command.ends_before or min(from_at, tx.now + FARTHEST) + TWO_WEEKS
    couple_zone = known_zone(tx.us.zone)
    kept = await list_availabilities(tx, tx.us.members)
    first, second = (kept.get(person, Availability(couple_zone, ())) for person in tx.us.members)
    slots = mutual_slots(
        first,
        second,
        await list_taken(tx, tx.us.id, from_at, to_at),
        couple_zone=couple_zone,
        from_at=from_at,
        to_at=to_at,
        length=command.duration or AN_HOUR,
        limit=command.limit or FEW,
        now=tx.now,
    )
    return SlotsSeen(True, tuple(slots))
