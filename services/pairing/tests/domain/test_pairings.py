"""Does each side see only its own state?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairing.domain.errors import PairingClosed
from pairing.domain.pairings import Pairing, Side, confirm, seen, state_for
from pairing.domain.people import OtherSide

ANN, SAM = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 5, 1, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
sides = st.sampled_from(["open", "confirmed", "closed"])


def between(inviter: Side = "open", invitee: Side = "open") -> Pairing:
    return Pairing(uuid4(), uuid4(), ANN, SAM, inviter, invitee, NOW, LATER)


def test_both_confirm_and_are_paired() -> None:
    first = confirm(between(), SAM, NOW)
    assert (state_for(first, SAM, NOW), state_for(first, ANN, NOW)) == ("waiting", "confirm")
    both = confirm(first, ANN, NOW)
    assert both.paired
    assert (state_for(both, SAM, LATER), state_for(both, ANN, LATER)) == ("paired", "paired")


def test_confirming_twice_is_confirming_once() -> None:
    once = confirm(between(), ANN, NOW)
    assert confirm(once, ANN, NOW) == once
    both = confirm(once, SAM, NOW)
    assert confirm(both, ANN, LATER) == both


def test_nobody_confirms_when_the_time_is_over() -> None:
    with pytest.raises(PairingClosed):
        confirm(between(), ANN, LATER)
    assert confirm(between(), ANN, LATER - timedelta(microseconds=1)).inviter_side == "confirmed"


@given(sides, st.sampled_from([NOW, LATER]))
def test_a_side_that_was_closed_looks_like_one_that_waits(mine: Side, now: datetime) -> None:
    """Whether the other was paired elsewhere cannot be told from their taking their time."""
    other = OtherSide("Sam", "")
    if mine != "closed":
        apart = between(mine, "closed")
        waiting = Pairing(apart.id, apart.couple_id, ANN, SAM, mine, "open", NOW, LATER)
        assert seen(apart, ANN, other, now) == seen(waiting, ANN, other, now)


@given(sides, sides, st.sampled_from([NOW, LATER]), st.sampled_from([ANN, SAM]))
def test_a_closed_pairing_shows_nothing_of_the_other(inviter: Side, invitee: Side, now: datetime, me: UUID) -> None:
    shown = seen(between(inviter, invitee), me, OtherSide("Other", "they"), now)
    if shown.state == "closed":
        assert (shown.other, shown.couple_id, shown.expires_at) == (None, None, None)
    assert (shown.couple_id is not None) == (shown.state == "paired")
