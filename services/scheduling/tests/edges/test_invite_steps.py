"""Does the API take exactly the steps of the table, one at a time, and does time take its own?"""

import asyncio
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from scheduling.domain.invite_states import PAGE, TRANSITIONS, Action, State, Who, as_markdown
from scheduling.main import compose
from twolamps.scheduling.v1 import scheduling_pb2 as pb
from twolamps.scheduling.v1.scheduling_pb2_grpc import SchedulingServiceStub
from twolamps_events.scheduling import InviteExpired
from twolamps_testkit.stage import Caller, Person, Refused, Stage, eventually, one

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ACTIONS = (Action.ACCEPT, Action.DECLINE, Action.COUNTER, Action.CANCEL)
INVITE_STATES_PAGE = Path(__file__).resolve().parents[4] / "docs" / "invite-states.md"


def calls(stage: Stage, person: Person, replica: int = 0) -> Caller:
    return stage.caller(SchedulingServiceStub, person, stage.nodes[replica])


async def invited(stage: Stage, by: Person, days: float = 1, **changes: Any) -> pb.Invite:
    given: Any = {"title": "Tea", "starts_at": await stage.now() + days * DAY, "duration": HOUR}
    invite: pb.Invite = (await calls(stage, by).CreateInvite(pb.CreateInviteRequest(**(given | changes)))).invite
    return invite


async def seen(stage: Stage, person: Person, invite_id: str) -> pb.Invite:
    invite: pb.Invite = (await calls(stage, person).GetInvite(pb.GetInviteRequest(invite_id=invite_id))).invite
    return invite


async def act(stage: Stage, person: Person, action: Action, invite: pb.Invite, replica: int = 0) -> pb.Invite:
    """Take a step on what `invite` shows; raises Refused."""
    named: Any = {"invite_id": invite.id, "sequence": invite.sequence}
    hand = calls(stage, person, replica)
    match action:
        case Action.ACCEPT:
            reply = await hand.AcceptInvite(pb.AcceptInviteRequest(**named))
        case Action.DECLINE:
            reply = await hand.DeclineInvite(pb.DeclineInviteRequest(**named))
        case Action.COUNTER:
            when: Any = {"starts_at": await stage.now() + 3 * DAY + HOUR / 2, "duration": HOUR}
            reply = await hand.CounterInvite(pb.CounterInviteRequest(**named, **when))
        case _:
            reply = await hand.CancelInvite(pb.CancelInviteRequest(**named))
    result: pb.Invite = reply.invite
    return result


async def taken(step: Any) -> str:
    """How a step went: 'taken', or the reason it was refused."""
    try:
        await step
    except Refused as refused:
        return refused.reason
    return "taken"


async def brought_to(stage: Stage, state: State, days: float) -> pb.Invite:
    """An invite that Ann proposed and that is in `state` now."""
    invite = await invited(stage, stage.ann, days)
    match state:
        case State.ACCEPTED:
            return await act(stage, stage.sam, Action.ACCEPT, invite)
        case State.DECLINED:
            return await act(stage, stage.sam, Action.DECLINE, invite)
        case State.CANCELLED:
            return await act(stage, stage.ann, Action.CANCEL, invite)
        case State.EXPIRED:
            stage.move_clock(days * 86_400 + 1)
            return await seen(stage, stage.ann, invite.id)
        case _:
            return invite


@pytest.mark.parametrize("state", list(State))
async def test_the_api_takes_the_steps_of_the_table_and_no_others(evening: Stage, state: State) -> None:
    await evening.pair()
    for number, (action, who) in enumerate(product(ACTIONS, (Who.PROPOSER, Who.ANSWERER))):
        person = evening.ann if who is Who.PROPOSER else evening.sam
        before = await brought_to(evening, state, 5 + number / 10)
        step = TRANSITIONS.get((state, action, who))
        if step is None:
            with pytest.raises(Refused, match="FAILED_PRECONDITION"):
                await act(evening, person, action, before)
            after = await seen(evening, evening.ann, before.id)
            assert (after.state, after.sequence) == (before.state, before.sequence)
        else:
            after = await act(evening, person, action, before)
            assert after.state == pb.InviteState.Value(f"INVITE_STATE_{step.state.upper()}")
            assert after.sequence == before.sequence + step.sequence_rise
            if after.state == pb.INVITE_STATE_ACCEPTED:
                await act(evening, evening.sam, Action.CANCEL, after)


def test_the_page_of_the_documentation_is_the_table() -> None:
    assert INVITE_STATES_PAGE.read_text() == PAGE + as_markdown()


async def test_a_time_already_agreed_is_not_agreed_twice(evening: Stage) -> None:
    await evening.pair()
    first, overlapping = await invited(evening, evening.ann), await invited(evening, evening.sam, 1 + 0.5 / 24)
    touching = await invited(evening, evening.sam, starts_at=first.ends_at.ToDatetime())
    await act(evening, evening.sam, Action.ACCEPT, first)
    assert await taken(act(evening, evening.ann, Action.ACCEPT, overlapping)) == "time_taken"
    assert await taken(act(evening, evening.ann, Action.ACCEPT, touching)) == "taken"
    await act(evening, evening.ann, Action.CANCEL, first)
    assert await taken(act(evening, evening.ann, Action.ACCEPT, overlapping)) == "time_taken"
    await act(evening, evening.ann, Action.CANCEL, touching)
    assert await taken(act(evening, evening.ann, Action.ACCEPT, overlapping)) == "taken"


async def test_of_a_yes_and_a_counter_at_once_on_two_replicas_exactly_one_wins(evening: Stage) -> None:
    await evening.start(scheduling=compose)
    await evening.pair()
    for round_number in range(8):
        invite = await invited(evening, evening.ann, 1 + round_number)
        steps = [(Action.ACCEPT, round_number % 2), (Action.COUNTER, 1 - round_number % 2)]
        ends = await asyncio.gather(*(taken(act(evening, evening.sam, what, invite, node)) for what, node in steps))
        assert sorted(ends)[1:] == ["taken"], ends
        assert sorted(ends)[0] in ("invite_already_answered", "not_your_turn", "stale_sequence")
        after = await seen(evening, evening.ann, invite.id)
        assert (after.state, after.sequence) == (
            (pb.INVITE_STATE_ACCEPTED, 0) if ends[0] == "taken" else (pb.INVITE_STATE_OPEN, 1)
        )
        await act(evening, evening.sam, Action.CANCEL, after)


async def test_of_two_yeses_to_overlapping_times_at_once_exactly_one_wins(evening: Stage) -> None:
    await evening.pair()
    ours, theirs = await invited(evening, evening.ann), await invited(evening, evening.sam)
    ends = await asyncio.gather(
        taken(act(evening, evening.sam, Action.ACCEPT, ours)), taken(act(evening, evening.ann, Action.ACCEPT, theirs))
    )
    assert sorted(ends) == ["taken", "time_taken"]


@pytest.mark.parametrize(("days", "seconds"), [(2, 2 * 86_400), (30, 7 * 86_400)])
async def test_an_unanswered_invite_expires_once_at_its_time_and_not_before(
    evening: Stage, days: int, seconds: int
) -> None:
    await evening.start(scheduling=compose)
    await evening.pair()
    invite = await invited(evening, evening.ann, days)
    evening.move_clock(seconds - 30)
    assert (await seen(evening, evening.sam, invite.id)).state == pb.INVITE_STATE_OPEN
    assert [type(event).name for event in await evening.recorded("scheduling")] == ["invite_created"]
    evening.move_clock(30)
    assert (await seen(evening, evening.sam, invite.id)).state == pb.INVITE_STATE_EXPIRED
    assert await taken(act(evening, evening.sam, Action.ACCEPT, invite)) == "invite_expired"

    async def expired() -> bool:
        return any(isinstance(event, InviteExpired) for event in await evening.recorded("scheduling"))

    await eventually(expired)
    evening.move_clock(1)
    event = one(await evening.recorded("scheduling"), InviteExpired)
    assert (str(event.invite_id), set(event.members)) == (invite.id, {evening.ann.id, evening.sam.id})
    async with evening.tables("scheduling").begin() as tx:
        assert await tx.fetchval("SELECT state FROM invites") == "expired"
        assert await tx.fetchval("SELECT count(*) FROM invite_expiries") == 0


async def test_a_counter_moves_the_expiry_and_an_answer_ends_it(evening: Stage) -> None:
    await evening.pair()
    countered, declined = await invited(evening, evening.ann), await invited(evening, evening.ann)
    countered = await act(evening, evening.sam, Action.COUNTER, countered)
    await act(evening, evening.sam, Action.DECLINE, declined)
    async with evening.tables("scheduling").begin() as tx:
        rows = await tx.fetch("SELECT invite_id, due_at FROM invite_expiries")
    assert [(str(row["invite_id"]), row["due_at"].timestamp()) for row in rows] == [
        (countered.id, countered.expires_at.seconds)
    ]


async def test_nothing_expires_aloud_after_the_end(evening: Stage) -> None:
    couple = await evening.pair()
    invite = await invited(evening, evening.ann)
    await evening.end(couple)
    async with evening.tables("scheduling").begin() as tx:
        assert await tx.fetchval("SELECT count(*) FROM invite_expiries") == 0
    evening.move_clock(2 * 86_400)
    for person in (evening.ann, evening.sam):
        assert (await seen(evening, person, invite.id)).state == pb.INVITE_STATE_EXPIRED
    assert not [event for event in await evening.recorded("scheduling") if isinstance(event, InviteExpired)]
