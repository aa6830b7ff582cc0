"""May each partner do to an invite what an equal may, and nothing else?"""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from scheduling.domain import invites
from scheduling.domain.errors import Rule, UnknownZone
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
from scheduling.domain.invite_states import State
from scheduling.domain.invites import Invite

ANN, BEN, STRANGER = UUID(int=1), UUID(int=2), UUID(int=3)
NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
START = NOW + timedelta(days=3)
HOUR = timedelta(hours=1)


def created(**changes: Any) -> Invite:
    wish: dict[str, Any] = {
        "id": UUID(int=9),
        "couple_id": UUID(int=8),
        "creator": ANN,
        "invitee": BEN,
        "starts_at": START,
        "duration": HOUR,
        "zone": "Europe/Berlin",
        "now": NOW,
    }
    return invites.create(**(wish | changes))


def test_a_new_invite_is_open_at_sequence_zero_and_the_partners_turn() -> None:
    invite = created()
    assert (invite.state, invite.sequence, invite.revision, invite.turn) == (State.OPEN, 0, 1, BEN)
    assert (invite.starts_at, invite.ends_at, invite.zone) == (START, START + HOUR, "Europe/Berlin")


def test_a_counter_keeps_the_history_and_passes_the_turn() -> None:
    invite = invites.counter(created(), BEN, 0, START + HOUR, 2 * HOUR, NOW + HOUR)
    assert [each.by for each in invite.history] == [ANN, BEN]
    assert (invite.starts_at, invite.ends_at) == (START + HOUR, START + 3 * HOUR)
    assert (invite.sequence, invite.turn) == (1, ANN)
    with pytest.raises(NotYourTurn):
        invites.accept(invite, BEN, 1, NOW)
    assert invites.accept(invite, ANN, 1, NOW).turn is None


def test_a_yes_to_an_older_time_never_accepts_a_newer_one() -> None:
    twice = invites.counter(
        invites.counter(created(), BEN, 0, START + HOUR, HOUR, NOW), ANN, 1, START + 2 * HOUR, HOUR, NOW
    )
    for seen in (0, 1, 3):
        with pytest.raises(StaleSequence):
            invites.accept(twice, BEN, seen, NOW)
    assert invites.accept(twice, BEN, 2, NOW).state is State.ACCEPTED


def test_either_may_cancel_what_both_agreed_on_but_only_the_proposer_an_open_one() -> None:
    accepted = invites.accept(created(), BEN, 0, NOW)
    assert {invites.cancel(accepted, by, 0, NOW).sequence for by in (ANN, BEN)} == {1}
    with pytest.raises(NotYoursToCancel):
        invites.cancel(created(), BEN, 0, NOW)


def test_a_second_answer_is_refused() -> None:
    accepted = invites.accept(created(), BEN, 0, NOW)
    for answer in (invites.accept, invites.decline):
        with pytest.raises(InviteAlreadyAnswered):
            answer(accepted, BEN, 0, NOW)
    with pytest.raises(InviteAlreadyAnswered):
        invites.counter(accepted, BEN, 0, START + HOUR, HOUR, NOW)


def test_a_stranger_can_do_nothing() -> None:
    for act in (invites.accept, invites.decline, invites.cancel):
        with pytest.raises(InviteNotYours):
            act(created(), STRANGER, 0, NOW)
    with pytest.raises(InviteNotYours):
        invites.counter(created(), STRANGER, 0, START + HOUR, HOUR, NOW)


@pytest.mark.parametrize(
    ("starts_at", "expires_at"),
    [(START, START), (NOW + timedelta(days=30), NOW + timedelta(days=7))],
    ids=["at its start", "after seven days"],
)
def test_an_open_invite_expires(starts_at: datetime, expires_at: datetime) -> None:
    invite, just_before = created(starts_at=starts_at), expires_at - timedelta(microseconds=1)
    assert invite.expires_at == expires_at
    assert (invite.state_at(just_before), invite.state_at(expires_at)) == (State.OPEN, State.EXPIRED)
    assert invites.accept(invite, BEN, 0, just_before).state is State.ACCEPTED
    for by, act in product((ANN, BEN), (invites.accept, invites.decline, invites.cancel)):
        with pytest.raises(InviteExpired):
            act(invite, by, 0, expires_at)
    with pytest.raises(InviteExpired):
        invites.counter(invite, BEN, 0, expires_at + HOUR, HOUR, expires_at)
    with pytest.raises(InviteNotExpired):
        invites.expire(invite, just_before)
    assert invites.expire(invite, expires_at).state is State.EXPIRED


def test_a_counter_gives_the_other_seven_days_again() -> None:
    invite = created(starts_at=NOW + timedelta(days=60))
    later = NOW + timedelta(days=6)
    assert invites.counter(invite, BEN, 0, NOW + timedelta(days=61), HOUR, later).expires_at == later + timedelta(
        days=7
    )


@pytest.mark.parametrize(("shift", "clashes"), [(-1, False), (-0.5, True), (0, True), (0.5, True), (1, False)])
def test_only_an_agreed_time_that_overlaps_stands_in_the_way_of_a_yes(shift: float, clashes: bool) -> None:
    taken = [(START + shift * HOUR, START + (shift + 1) * HOUR)]
    if clashes:
        with pytest.raises(TimeTaken):
            invites.accept(created(), BEN, 0, NOW, taken)
    else:
        assert invites.accept(created(), BEN, 0, NOW, taken).state is State.ACCEPTED


def test_what_is_told_names_who_did_it_and_the_other_whoever_created_it() -> None:
    invite = created()
    assert [(invites.told(invite, by)["by"], invites.told(invite, by)["to"]) for by in (ANN, BEN)] == [
        (ANN, BEN),
        (BEN, ANN),
    ]


def test_an_accepted_invite_does_not_expire() -> None:
    assert invites.accept(created(), BEN, 0, NOW).state_at(START + timedelta(days=400)) is State.ACCEPTED


@pytest.mark.parametrize(
    ("changes", "broken", "field"),
    [
        ({"starts_at": NOW}, InviteStartsInPast, "starts_at"),
        ({"starts_at": NOW + timedelta(days=731, seconds=1)}, InviteTooFarAhead, "starts_at"),
        ({"starts_at": datetime(9999, 12, 31, 23, 59, tzinfo=UTC)}, InviteTooFarAhead, "starts_at"),
        ({"duration": timedelta(minutes=14, seconds=59)}, InviteTooShort, "duration"),
        ({"duration": -HOUR}, InviteTooShort, "duration"),
        ({"duration": timedelta(hours=24, seconds=1)}, InviteTooLong, "duration"),
        ({"zone": "Europe/Atlantis"}, UnknownZone, "zone"),
        ({"zone": "Europe"}, UnknownZone, "zone"),
        ({"zone": "../etc/passwd"}, UnknownZone, "zone"),
        ({"zone": ""}, UnknownZone, "zone"),
    ],
)
def test_a_wish_outside_the_rules_names_its_field(changes: dict[str, Any], broken: type[Rule], field: str) -> None:
    with pytest.raises(broken) as raised:
        created(**changes)
    assert raised.value.field == field


def test_the_widest_allowed_wish_is_taken() -> None:
    invite = created(starts_at=NOW + timedelta(days=731), duration=timedelta(hours=24))
    assert invite.ends_at - invite.starts_at == timedelta(hours=24)


def test_fractions_of_a_second_are_cut_off() -> None:
    invite = created(starts_at=START + timedelta(microseconds=7), duration=HOUR + timedelta(microseconds=9))
    assert (invite.starts_at, invite.ends_at) == (START, START + HOUR)


def test_a_counter_obeys_the_rules_of_times_and_changes_something() -> None:
    for starts_at, duration, broken in (
        (NOW, HOUR, InviteStartsInPast),
        (START, timedelta(hours=25), InviteTooLong),
        (START, HOUR, CounterChangesNothing),
    ):
        with pytest.raises(broken):
            invites.counter(created(), BEN, 0, starts_at, duration, NOW)
