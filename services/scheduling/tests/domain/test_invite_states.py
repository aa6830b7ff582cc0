"""Does every state, action and person do what the one table says, in any order and at any time?"""

from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from scheduling.domain import invites
from scheduling.domain.errors import Rule
from scheduling.domain.invite_states import NO_INVITE, TRANSITIONS, Action, State, Who, as_markdown
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


def in_state(state: State) -> Invite:
    """An invite that Ann proposed, brought to `state`."""
    match state:
        case State.OPEN:
            return created()
        case State.ACCEPTED:
            return invites.accept(created(), BEN, 0, NOW)
        case State.DECLINED:
            return invites.decline(created(), BEN, 0, NOW)
        case State.CANCELLED:
            return invites.cancel(created(), ANN, 0, NOW)
        case State.EXPIRED:
            return invites.expire(created(), START)


def attempt(invite: Invite, action: Action, who: Who, now: datetime = NOW) -> Invite:
    by = ANN if who is Who.PROPOSER else BEN
    match action:
        case Action.ACCEPT:
            return invites.accept(invite, by, invite.sequence, now)
        case Action.DECLINE:
            return invites.decline(invite, by, invite.sequence, now)
        case Action.COUNTER:
            return invites.counter(invite, by, invite.sequence, START + HOUR, HOUR, now)
        case Action.CANCEL:
            return invites.cancel(invite, by, invite.sequence, now)
        case Action.EXPIRE:
            return invites.expire(invite, invite.expires_at)
        case Action.CREATE:
            raise AssertionError("an invite is created once")


POSSIBLE = [
    (state, action, who)
    for state, action, who in product(State, Action, Who)
    if action is not Action.CREATE and (action is Action.EXPIRE) == (who is Who.TWOLAMPS)
]


@pytest.mark.parametrize(("state", "action", "who"), POSSIBLE)
def test_every_state_action_and_person_does_what_the_table_says(state: State, action: Action, who: Who) -> None:
    invite = in_state(state)
    step = TRANSITIONS.get((state, action, who))
    if step is None:
        with pytest.raises(Rule):
            attempt(invite, action, who)
        return
    after = attempt(invite, action, who)
    assert after.state is step.state
    assert after.sequence == invite.sequence + step.sequence_rise
    assert after.revision == invite.revision + 1
    assert after.uid == invite.uid
    assert invite == in_state(state)


def test_the_table_names_only_what_this_test_reaches() -> None:
    assert set(TRANSITIONS) - set(POSSIBLE) == {(NO_INVITE, Action.CREATE, Who.PROPOSER)}


def test_nothing_leaves_declined_cancelled_or_expired() -> None:
    assert {state for state, _, _ in TRANSITIONS} == {NO_INVITE, State.OPEN, State.ACCEPTED}


def test_the_documentation_has_a_line_for_every_row() -> None:
    lines = as_markdown().splitlines()
    assert len(lines) == 2 + len(TRANSITIONS)
    assert lines[2] == "| (none) | create | proposer | open | starts at 0 |"
    assert "| open | counter | answerer | open | +1 |" in lines


class TwoPeopleAndOneInvite(RuleBasedStateMachine):
    """Anyone tries anything at any time with any sequence; what was true before stays true."""

    @initialize(days=st.integers(1, 20))
    def propose(self, days: int) -> None:
        self.now = NOW
        self.invite = created(starts_at=NOW + timedelta(days=days))
        self.seen = [self.invite]

    def become(self, after: Invite) -> None:
        self.invite = after
        self.seen.append(after)

    @rule(
        action=st.sampled_from([Action.ACCEPT, Action.DECLINE, Action.COUNTER, Action.CANCEL]),
        by=st.sampled_from([ANN, BEN, STRANGER]),
        behind=st.sampled_from([0, 0, 0, 1, -1]),
        hours=st.integers(-5, 500),
    )
    def try_something(self, action: Action, by: UUID, behind: int, hours: int) -> None:
        before, sequence = self.invite, self.invite.sequence - behind
        try:
            match action:
                case Action.COUNTER:
                    after = invites.counter(before, by, sequence, self.now + hours * HOUR, HOUR, self.now)
                case Action.ACCEPT:
                    after = invites.accept(before, by, sequence, self.now)
                case Action.DECLINE:
                    after = invites.decline(before, by, sequence, self.now)
                case _:
                    after = invites.cancel(before, by, sequence, self.now)
        except Rule:
            return
        assert behind == 0
        assert self.now < before.expires_at or before.state is State.ACCEPTED
        if action is not Action.CANCEL:
            assert by == before.turn
        self.become(after)

    @rule(hours=st.integers(1, 60))
    def wait(self, hours: int) -> None:
        self.now += hours * HOUR

    @rule()
    def expire(self) -> None:
        try:
            after = invites.expire(self.invite, self.now)
        except Rule:
            return
        assert self.now >= self.invite.expires_at
        self.become(after)

    @invariant()
    def sequence_never_falls_and_rises_with_every_new_time(self) -> None:
        for earlier, later in pairwise(self.seen):
            moved = (earlier.starts_at, earlier.ends_at) != (later.starts_at, later.ends_at)
            assert later.sequence - earlier.sequence == (moved or later.state is State.CANCELLED)
            assert later.revision == earlier.revision + 1

    @invariant()
    def it_ends_once(self) -> None:
        final = {State.DECLINED, State.CANCELLED, State.EXPIRED}
        assert all(each.state not in final for each in self.seen[:-1])

    @invariant()
    def identity_and_history_are_kept(self) -> None:
        assert {(each.id, each.uid, each.zone) for each in self.seen} == {
            (self.invite.id, self.invite.uid, "Europe/Berlin")
        }
        assert all(later.history[: len(each.history)] == each.history for each, later in pairwise(self.seen))
        assert all(one.by != two.by for one, two in pairwise(self.invite.history))


TwoPeopleAndOneInvite.TestCase.settings = settings(max_examples=100, stateful_step_count=25, deadline=None)
TestTwoPeopleAndOneInvite = TwoPeopleAndOneInvite.TestCase
