"""For whom does a reminder ring, when, and what may a person do with a ring?

Promises: pure decisions; each returns the next state or raises the broken rule. No ring is due before its planned time.
What a maker can see of an offer depends on acceptance and on time alone, never on a decline.

An occurrence is one local time of a series; a ring is that occurrence for one person. Both carry the series' id.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID, uuid5

from scheduling.domain.errors import (
    AlreadyDone,
    LeadOutOfRange,
    NothingRinging,
    NotYetRinging,
    NotYoursToAnswer,
    OfferAlreadyAnswered,
    OfferLapsed,
    RecurrenceNotAllowed,
    ReminderStopped,
    SnoozeOutOfRange,
    StartInPast,
    StartNotInRule,
    UnknownOccurrence,
)
from scheduling.domain.recurrence import RecurrenceRule, next_occurrences

LONGEST_LEAD: Final = timedelta(days=7)
MOST_OFFERS_A_DAY: Final = 30
MOST_ACTIVE: Final = 500
SHORTEST_SNOOZE: Final = timedelta(minutes=1)
LONGEST_SNOOZE: Final = timedelta(days=7)
DEFAULT_SNOOZE: Final = timedelta(minutes=10)
OFFER_OPEN_FOR: Final = timedelta(days=7)
SHARED_SERIES_LASTS: Final = timedelta(days=180)

Audience = Literal["me", "you", "both", "either"]
OfferState = Literal["none", "offered", "accepted", "declined", "stopped"]
VisibleOffer = Literal["none", "offered", "accepted", "declined", "lapsed"]
RingState = Literal["pending", "ringing", "snoozed", "completed", "skipped"]


@dataclass(frozen=True, slots=True)
class Reminder:
    """Who made a reminder for whom. `partner` is None exactly for audience `me`; `offer` is `none` exactly then too.

    `stopped`: accepted, and later ended by the partner for themselves. `cancelled_at`: ended by its maker, for all.
    """

    id: UUID
    maker: UUID
    partner: UUID | None
    audience: Audience
    offer: OfferState
    created_at: datetime
    cancelled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ring:
    """One occurrence (named by its naive `local` time) for one person.

    `planned_at` never changes; `due_at` moves with snoozing and counts while `pending` or `snoozed`. `late`: it came
    due in an outage and was recorded afterwards.
    """

    series: UUID
    person: UUID
    local: datetime
    planned_at: datetime
    due_at: datetime
    state: RingState = "pending"
    late: bool = False

    @property
    def id(self) -> UUID:
        """The same however often a ring is planned, so that it exists once."""
        return uuid5(self.series, f"{self.local.isoformat()} {self.person}")


@dataclass(frozen=True, slots=True)
class Fired:
    """Due rings after firing: all are `ringing`; `on_time` and `late_notices` notify, the rest of `late` stay quiet."""

    on_time: tuple[Ring, ...]
    late: tuple[Ring, ...]
    late_notices: tuple[Ring, ...]


def require_lead(lead: timedelta) -> None:
    """Raises LeadOutOfRange unless 0 to 7 days."""
    if not timedelta(0) <= lead <= LONGEST_LEAD:
        raise LeadOutOfRange


def require_first(rule: RecurrenceRule | None, first: datetime, zone: str, now: datetime) -> None:
    """Lets a series begin at `first` (naive, local to `zone`). Raises StartInPast, StartNotInRule, UnknownZone.

    The rule itself must give `first`: DTSTART is always the first instance (RFC 5545 leaves the other case undefined).
    Raises TimeOutOfRange, and RecurrenceNotAllowed for a rule that asks for a second time but never comes to it.
    """
    found = next_occurrences(rule, first, zone, None, 2)
    if not found or found[0].local != first:
        raise StartNotInRule
    if found[0].at <= now:
        raise StartInPast
    if rule and len(found) < 2 and rule.until is None and rule.count != 1:
        raise RecurrenceNotAllowed("INTERVAL", "lets this never come round again")


def lapses_at(audience: Audience, rule: RecurrenceRule | None, first_at: datetime) -> datetime | None:
    """When a shared recurring reminder stops unless renewed: 180 days after its first time. None: it does not."""
    return None if audience == "me" or rule is None else first_at + SHARED_SERIES_LASTS


def rings_for(reminder: Reminder) -> frozenset[UUID]:
    """For whom occurrences ring now: the maker at once unless it is for the other, the other after acceptance alone."""
    if reminder.cancelled_at:
        return frozenset()
    maker = {reminder.maker} if reminder.audience != "you" else set()
    partner = {reminder.partner} if reminder.partner and reminder.offer == "accepted" else set()
    return frozenset(maker | partner)


def visible_offer_state(reminder: Reminder, viewer: UUID, now: datetime) -> VisibleOffer:
    """The offer as `viewer` sees it: for the maker a declined one looks `offered` for 7 days, then `lapsed`, as any.

    One accepted and later stopped by the partner goes on to look accepted.
    """
    if reminder.offer == "stopped":
        return "accepted"
    if reminder.offer in ("none", "accepted") or (reminder.offer == "declined" and viewer == reminder.partner):
        return reminder.offer
    return "offered" if now < reminder.created_at + OFFER_OPEN_FOR else "lapsed"


def decide_answer(reminder: Reminder, person: UUID, answer: Literal["accepted", "declined"], now: datetime) -> Reminder:
    """The reminder once `person` answered its offer.

    Raises NotYoursToAnswer, OfferAlreadyAnswered, ReminderStopped, OfferLapsed.
    """
    if reminder.offer == "none" or person != reminder.partner:
        raise NotYoursToAnswer
    if reminder.offer != "offered":
        raise OfferAlreadyAnswered
    if reminder.cancelled_at:
        raise ReminderStopped
    if now >= reminder.created_at + OFFER_OPEN_FOR:
        raise OfferLapsed
    return replace(reminder, offer=answer)


def decide_cancel(reminder: Reminder, person: UUID, now: datetime) -> Reminder:
    """The reminder once `person` stopped it: its maker for all, the other for themselves, which nobody else learns.

    Stopping an offer that still waits is declining it; stopping twice changes nothing.
    """
    if person == reminder.maker:
        return replace(reminder, cancelled_at=reminder.cancelled_at or now)
    if reminder.offer == "offered":
        return replace(reminder, offer="declined")
    return replace(reminder, offer="stopped") if reminder.offer == "accepted" else reminder


def concerns_partner(reminder: Reminder, now: datetime) -> bool:
    """Whether the other has this reminder, or may still take it: only then are they told of its end."""
    waits = reminder.offer == "offered" and now < reminder.created_at + OFFER_OPEN_FOR
    return waits or reminder.offer == "accepted"


def plan_ring(
    series: UUID, person: UUID, local: datetime, at: datetime, lead: timedelta, now: datetime, grace: timedelta
) -> Ring:
    """The ring of the occurrence at `at`: due `lead` before it, or `now` when that has gone by but the time is ahead.

    An occurrence already missed by more than `grace` (planned after an outage) is recorded late and stays quiet: the
    ring before it carries the series' one late notice.
    """
    planned_at = at - lead if at <= now else max(at - lead, now)
    missed = at + grace < now
    return Ring(series, person, local, planned_at, planned_at, "ringing" if missed else "pending", late=missed)


def collapse_late(due: Iterable[Ring], now: datetime, grace: timedelta) -> Fired:
    """Fires due rings: those overdue by more than `grace` are late, with one notice per series and person (the latest).

    `due` must hold every due ring of each series and person in it, else a second call would give a second notice.
    """
    fired = sorted((_rung(ring, ring.due_at + grace < now) for ring in due), key=_planned)
    late = tuple(ring for ring in fired if ring.late)
    notices = {(ring.series, ring.person): ring for ring in late}
    return Fired(tuple(ring for ring in fired if not ring.late), late, tuple(notices.values()))


def choose_ring(rings: Sequence[Ring], local: datetime | None, now: datetime) -> Ring:
    """Of one person's rings of one series: the one named by `local`, else the latest that has come and is not done.

    Raises UnknownOccurrence, NothingRinging.
    """
    if local is not None:
        named = [ring for ring in rings if ring.local == local]
        if not named:
            raise UnknownOccurrence
        return named[0]
    come = [ring for ring in rings if ring.planned_at <= now and not _is_done(ring)]
    if not come:
        raise NothingRinging
    return max(come, key=_planned)


def choose_to_complete(rings: Sequence[Ring], local: datetime | None, now: datetime) -> Ring:
    """As `choose_ring`; where all that came is done, the last completed one: a second completion changes nothing."""
    try:
        return choose_ring(rings, local, now)
    except NothingRinging:
        done = [ring for ring in rings if ring.planned_at <= now and ring.state == "completed"]
        if not done:
            raise
        return max(done, key=_planned)


def decide_snooze(ring: Ring, until: datetime, now: datetime) -> Ring:
    """The ring, to come again at `until`, 1 minute to 7 days from `now`.

    What has not come yet cannot be snoozed: it could ring early. Raises AlreadyDone, NotYetRinging, SnoozeOutOfRange.
    """
    if _is_done(ring):
        raise AlreadyDone
    if now < ring.planned_at:
        raise NotYetRinging
    if not SHORTEST_SNOOZE <= until - now <= LONGEST_SNOOZE:
        raise SnoozeOutOfRange
    return replace(ring, state="snoozed", due_at=until)


def decide_complete(audience: Audience, ring: Ring, others: Sequence[Ring]) -> tuple[Ring, ...]:
    """The rings that change when `ring` is completed; `others` are the partner's rings of the same occurrence.

    For `either` it is done for both, whoever was first, so a second completion changes nothing. Otherwise only their
    own ring changes. Raises AlreadyDone when the person skipped it.
    """
    if ring.state == "completed":
        return ()
    if ring.state == "skipped":
        raise AlreadyDone
    shared = others if audience == "either" else ()
    return tuple(replace(each, state="completed") for each in (ring, *shared) if not _is_done(each))


def decide_skip(ring: Ring) -> Ring:
    """The ring, left out for its person alone; a skipped one stays as it is. Raises AlreadyDone when completed."""
    if ring.state == "completed":
        raise AlreadyDone
    return replace(ring, state="skipped")


def _is_done(ring: Ring) -> bool:
    return ring.state in ("completed", "skipped")


def _rung(ring: Ring, late: bool) -> Ring:
    # not by replace(), which costs thousands of them three times as much
    return Ring(ring.series, ring.person, ring.local, ring.planned_at, ring.due_at, "ringing", late)


def _planned(ring: Ring) -> datetime:
    return ring.planned_at
