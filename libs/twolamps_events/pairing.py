"""What does pairing publish? Who is a couple, what both see of it, and what has ended."""

from typing import ClassVar
from uuid import UUID

from twolamps_events.base import At, Event, Zone


class PairingEvent(Event):
    """Published by pairing."""

    source: ClassVar[str] = "pairing"


class PairingClaimed(PairingEvent):
    """Somebody claimed a person's code. Stream: the person who made the code."""

    name: ClassVar[str] = "pairing_claimed"
    pairing_id: UUID
    person_id: UUID


class DeviceConnected(PairingEvent):
    """A device was given a session of a person, by their password. Stream: the person."""

    name: ClassVar[str] = "device_connected"
    person_id: UUID
    session_id: UUID
    connected_at: At


class CoupleFormed(PairingEvent):
    """Both confirmed. Stream: the couple."""

    name: ClassVar[str] = "couple_formed"
    couple_id: UUID
    inviter_id: UUID
    invitee_id: UUID
    zone: Zone
    day_start: str
    week_start: int
    paired_at: At


class CalendarChanged(PairingEvent):
    """The couple's calendar was changed by one of them. Stream: the couple."""

    name: ClassVar[str] = "calendar_changed"
    couple_id: UUID
    by: UUID
    zone: Zone
    day_start: str
    week_start: int
    calendar_version: int


class SharesChanged(PairingEvent):
    """What flows between the two changed; who granted or withdrew is not told. Stream: the couple."""

    name: ClassVar[str] = "shares_changed"
    couple_id: UUID
    active: list[str]
    shares_version: int


class CoupleSnapshot(PairingEvent):
    """All that holds for a couple, for whoever lacks what led to it. Stream: the couple, an ended one in its next epoch."""

    name: ClassVar[str] = "couple_snapshot"
    couple_id: UUID
    inviter_id: UUID
    invitee_id: UUID
    zone: Zone
    day_start: str
    week_start: int
    calendar_version: int
    active: list[str]
    shares_version: int
    paired_at: At


class PersonSnapshot(PairingEvent):
    """Whoever lacks what led to it goes on from here: nothing before it still holds. Stream: the person."""

    name: ClassVar[str] = "person_snapshot"
    person_id: UUID


class CoupleEnded(PairingEvent):
    """The pairing ended; `notify` names whom a plain notice goes to, if anyone. Stream: the couple, in its next epoch."""

    name: ClassVar[str] = "couple_ended"
    couple_id: UUID
    notify: UUID | None = None


class SessionEnded(PairingEvent):
    """A session of a person ended. Stream: the person."""

    name: ClassVar[str] = "session_ended"
    person_id: UUID
    session_id: UUID
