"""What does one of two see of their couple? Who the other is, their calendar, what is shared."""

from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from pairing.domain.people import OtherSide
from pairing.domain.shares import ShareState


@dataclass(frozen=True, slots=True)
class Calendar:
    """A couple's calendar: IANA zone, local start of day, first day of the week (1 Monday to 7 Sunday)."""

    zone: str
    day_start: time
    week_start: int


@dataclass(frozen=True, slots=True)
class SeenCouple:
    """A couple as one of the two sees it. `partner_zone` is what the other's profile says, not where they are."""

    id: UUID
    partner: OtherSide
    calendar: Calendar
    shares: tuple[ShareState, ...]
    paired_at: datetime
    partner_zone: str
