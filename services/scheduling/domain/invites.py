"""Who may do what to an invite between two equals, and what becomes of it?

Promise: every function here is pure; it returns a new `Invite` or raises the broken rule, and the invite it was given
stays as it is. Which step is allowed is read from `invite_states.TRANSITIONS`, nowhere else. No rule of a step needs to
know what an invite says, so its words are kept apart (`invite_view`).

Times are aware UTC in whole seconds (RFC 5545 3.3.12 knows no fractions, so they are cut off). An instant in UTC cannot
fall into a gap or a fold of a clock change; the zone kept beside it says whose wall clock the proposal was meant by.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypedDict
from uuid import UUID

from scheduling.domain.invite_rules import (
    CounterChangesNothing,
    InviteAlreadyAnswered,
    InviteExpired,
    InviteNotExpired,
    InviteNotYours,
    InviteStartsInPast,
    InviteTooFarAhead,
    InviteTooLong,
    InviteTooShort,
    NotYoursToCancel,
    NotYourTurn,
    StaleSequence,
    TimeTaken,
)
from scheduling.domain.invite_states import NO_INVITE, TRANSITIONS, Action, State, Step, Who, possible
from scheduling.domain.zones import known_zone

MOST_INVITES_A_DAY: Final = 30
ANSWER_WITHIN: Final = timedelta(days=7)
SHORTEST: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(hours=24)
FARTHEST: Final = timedelta(days=731)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A time that one partner proposed: `[starts_at, ends_at)`, proposed at `at`."""

    by: UUID
    starts_at: datetime
    ends_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Invite:
    """An invite between `creator` and `invitee`; the last proposal of its history is the one that stands.

    `uid` is its iCalendar identity and `sequence` its iCalendar revision (RFC 5545 3.8.4.7, 3.8.7.4), both the same in
    every channel. `revision` counts every change, answers too.
    """

    id: UUID
    uid: str
    couple_id: UUID
    creator: UUID
    invitee: UUID
    state: State
    sequence: int
    zone: str
    history: tuple[Proposal, ...]
    revision: int

    @property
    def created_at(self) -> datetime:
        return self.history[0].at

    @property
    def starts_at(self) -> datetime:
        return self.history[-1].starts_at

    @property
    def ends_at(self) -> datetime:
        return self.history[-1].ends_at

    @property
    def proposer(self) -> UUID:
        """Whose proposal stands."""
        return self.history[-1].by

    @property
    def turn(self) -> UUID | None:
        """Who is to answer; nobody unless the invite is open."""
        if self.state is not State.OPEN:
            return None
        return self.invitee if self.proposer == self.creator else self.creator

    @property
    def expires_at(self) -> datetime:
        """The first instant at which the proposal that stands can no longer be answered: 7 days on, or its start."""
        return min(self.history[-1].at + ANSWER_WITHIN, self.starts_at)

    def state_at(self, now: datetime) -> State:
        """The state to show at `now`: an open invite past its time is expired, whether or not that was saved yet."""
        return State.EXPIRED if self.state is State.OPEN and now >= self.expires_at else self.state


class Told(TypedDict):
    """What a step tells others of an invite: who did it, to whom, and what stands. No words."""

    couple_id: UUID
    invite_id: UUID
    by: UUID
    to: UUID
    sequence: int
    starts_at: datetime
    ends_at: datetime
    zone: str


def told(invite: Invite, by: UUID) -> Told:
    """What is told of the step that `by` just did."""
    return Told(
        couple_id=invite.couple_id,
        invite_id=invite.id,
        by=by,
        to=invite.invitee if by == invite.creator else invite.creator,
        sequence=invite.sequence,
        starts_at=invite.starts_at,
        ends_at=invite.ends_at,
        zone=invite.zone,
    )


def create(
    *,
    id: UUID,
    couple_id: UUID,
    creator: UUID,
    invitee: UUID,
    starts_at: datetime,
    duration: timedelta,
    zone: str,
    now: datetime,
) -> Invite:
    """A new open invite for the partner to answer. `id` is random; it is the UID too (RFC 7986 5.3 asks for a UUID).

    Raises UnknownZone, InviteStartsInPast, InviteTooFarAhead, InviteTooShort, InviteTooLong.
    """
    first = TRANSITIONS[NO_INVITE, Action.CREATE, Who.PROPOSER]
    return Invite(
        id=id,
        uid=str(id),
        couple_id=couple_id,
        creator=creator,
        invitee=invitee,
        state=first.state,
        sequence=first.sequence_rise,
        zone=known_zone(zone).key,
        history=(_proposal(creator, starts_at, duration, now),),
        revision=1,
    )


def accept(
    invite: Invite, by: UUID, sequence: int, now: datetime, taken: Iterable[tuple[datetime, datetime]] = ()
) -> Invite:
    """The time that stands becomes the time of both. `sequence` is the one the answer was given to.

    `taken` are the stretches `[from, to)` that the two have already agreed to spend together.
    Raises InviteNotYours, InviteExpired, InviteAlreadyAnswered, StaleSequence, NotYourTurn, TimeTaken.
    """
    step = _step(invite, Action.ACCEPT, by, sequence, now)
    if any(start < invite.ends_at and invite.starts_at < end for start, end in taken):
        raise TimeTaken
    return _taken(invite, step)


def decline(invite: Invite, by: UUID, sequence: int, now: datetime) -> Invite:
    """The answer is no, and the invite is over. Raises what `accept` raises, but TimeTaken."""
    return _taken(invite, _step(invite, Action.DECLINE, by, sequence, now))


def counter(invite: Invite, by: UUID, sequence: int, starts_at: datetime, duration: timedelta, now: datetime) -> Invite:
    """Another time stands, and it is the other's turn, with 7 days of their own to answer.

    Raises what `decline` raises, what `create` raises about times, and CounterChangesNothing.
    """
    step = _step(invite, Action.COUNTER, by, sequence, now)
    proposal = _proposal(by, starts_at, duration, now)
    if (proposal.starts_at, proposal.ends_at) == (invite.starts_at, invite.ends_at):
        raise CounterChangesNothing
    return replace(_taken(invite, step), history=(*invite.history, proposal))


def cancel(invite: Invite, by: UUID, sequence: int, now: datetime) -> Invite:
    """The proposer takes an open invite back, or either partner calls an accepted one off.

    Raises InviteNotYours, InviteExpired, InviteAlreadyAnswered, StaleSequence, NotYoursToCancel.
    """
    return _taken(invite, _step(invite, Action.CANCEL, by, sequence, now))


def expire(invite: Invite, now: datetime) -> Invite:
    """Twolamps closes an open invite whose time has run out. Raises InviteAlreadyAnswered, InviteNotExpired."""
    step = TRANSITIONS.get((invite.state, Action.EXPIRE, Who.TWOLAMPS))
    if step is None:
        raise InviteAlreadyAnswered
    if now < invite.expires_at:
        raise InviteNotExpired
    return _taken(invite, step)


def _step(invite: Invite, action: Action, by: UUID, sequence: int, now: datetime) -> Step:
    if by not in (invite.creator, invite.invitee):
        raise InviteNotYours
    state = invite.state_at(now)
    if state is State.EXPIRED:
        raise InviteExpired
    if not possible(state, action):
        raise InviteAlreadyAnswered
    if sequence != invite.sequence:
        raise StaleSequence
    step = TRANSITIONS.get((state, action, Who.PROPOSER if by == invite.proposer else Who.ANSWERER))
    if step is None:
        raise NotYoursToCancel if action is Action.CANCEL else NotYourTurn
    return step


def _taken(invite: Invite, step: Step) -> Invite:
    return replace(
        invite, state=step.state, sequence=invite.sequence + step.sequence_rise, revision=invite.revision + 1
    )


def _proposal(by: UUID, starts_at: datetime, duration: timedelta, now: datetime) -> Proposal:
    starts_at = starts_at.replace(microsecond=0)
    if starts_at <= now:
        raise InviteStartsInPast
    if starts_at > now + FARTHEST:
        raise InviteTooFarAhead
    if duration < SHORTEST:
        raise InviteTooShort
    if duration > LONGEST:
        raise InviteTooLong
    return Proposal(by, starts_at, starts_at + timedelta(seconds=duration // timedelta(seconds=1)), now)
