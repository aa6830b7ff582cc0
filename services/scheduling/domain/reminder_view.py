"""How does one of the two see a reminder?

Promises: rings are the viewer's own; what the maker sees of an offer is the same whether it waits or was declined, and
whether the partner still follows it or has stopped it for themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from scheduling.domain.invite_view import ME, PARTNER, Words
from scheduling.domain.reminders import Audience, Ring, RingState, visible_offer_state
from scheduling.domain.series import Series

MOST_RINGS: Final = 3


@dataclass(frozen=True, slots=True)
class RingSeen:
    """An occurrence, named by its local time (naive), as it rings for the viewer."""

    occurrence: datetime
    state: RingState
    due_at: datetime


@dataclass(frozen=True, slots=True)
class ReminderSeen:
    """A reminder in somebody's eyes. `first` is naive, local to the IANA `zone`; `offer` is empty for a personal one.

    `rings`: what rings or is snoozed, then what comes next, at most three. `lead` is None while the viewer has none.
    """

    id: UUID
    title: str
    note: str
    audience: Audience
    made_by: str
    first: datetime
    zone: str
    rrule: str
    offer: str
    lead: timedelta | None
    rings: tuple[RingSeen, ...]
    cancelled: bool


def seen(series: Series, words: Words, rings: Sequence[Ring], viewer: UUID, now: datetime) -> ReminderSeen:
    """The reminder as `viewer` sees it at `now`. `rings` are theirs: those that came, then those ahead, in order."""
    reminder = series.reminder
    offer = visible_offer_state(reminder, viewer, now)
    mine = reminder.maker == viewer
    return ReminderSeen(
        id=reminder.id,
        title=words.title,
        note=words.note,
        audience=reminder.audience,
        made_by=ME if mine else PARTNER,
        first=series.first,
        zone=series.zone,
        rrule=series.rrule,
        offer="" if offer == "none" else offer,
        lead=series.lead_of(viewer),
        rings=tuple(RingSeen(each.local, each.state, each.due_at) for each in rings[:MOST_RINGS]),
        cancelled=reminder.cancelled_at is not None or (not mine and reminder.offer == "stopped"),
    )
