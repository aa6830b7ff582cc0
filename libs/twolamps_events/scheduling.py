"""What does scheduling publish? How invites move, which reminders are offered, and what rings for whom."""

from typing import ClassVar
from uuid import UUID

from twolamps_events.base import At, Event, Zone


class SchedulingEvent(Event):
    """Published by scheduling."""

    source: ClassVar[str] = "scheduling"


class InviteEvent(SchedulingEvent):
    """What stands in an invite after a step of `by`; `to` is the other. Stream: the couple."""

    couple_id: UUID
    invite_id: UUID
    by: UUID
    to: UUID
    sequence: int
    starts_at: At
    ends_at: At
    zone: Zone


class InviteCreated(InviteEvent):
    """Time together was proposed."""

    name: ClassVar[str] = "invite_created"


class InviteAccepted(InviteEvent):
    """What stood was accepted."""

    name: ClassVar[str] = "invite_accepted"


class InviteDeclined(InviteEvent):
    """What stood was declined."""

    name: ClassVar[str] = "invite_declined"


class InviteCountered(InviteEvent):
    """Another time was offered instead."""

    name: ClassVar[str] = "invite_countered"


class InviteCancelled(InviteEvent):
    """It was cancelled."""

    name: ClassVar[str] = "invite_cancelled"


class InviteExpired(SchedulingEvent):
    """Nobody answered in time. Stream: the couple."""

    name: ClassVar[str] = "invite_expired"
    couple_id: UUID
    invite_id: UUID
    members: list[UUID]
    sequence: int


class ReminderOffered(SchedulingEvent):
    """A reminder waits for the other's acceptance. Stream: the couple."""

    name: ClassVar[str] = "reminder_offered"
    couple_id: UUID
    reminder_id: UUID
    by: UUID
    to: UUID


class ReminderAccepted(SchedulingEvent):
    """An offered reminder was accepted. Stream: the couple."""

    name: ClassVar[str] = "reminder_accepted"
    couple_id: UUID
    reminder_id: UUID
    by: UUID
    to: UUID


class ReminderRang(SchedulingEvent):
    """A reminder rings for one person. Stream: the couple for a shared reminder, the person for an own one."""

    name: ClassVar[str] = "reminder_rang"
    reminder_id: UUID
    person_id: UUID
    ring_id: UUID
    occurrence: str
    zone: Zone
    due_at: At
    late: bool = False


class RingsSettled(SchedulingEvent):
    """These rings need nobody any more: completed, skipped or cancelled. Their notices leave the inbox. Stream: as the ring's."""

    name: ClassVar[str] = "rings_settled"
    reminder_id: UUID
    ring_ids: list[UUID]
    person_ids: list[UUID]


class ReminderCancelled(SchedulingEvent):
    """A shared reminder was stopped by its maker. Stream: the couple."""

    name: ClassVar[str] = "reminder_cancelled"
    couple_id: UUID
    reminder_id: UUID
    by: UUID
    to: UUID
