"""Strategy 3, quality time: slots that suit both, and invites between equals."""

from datetime import UTC, datetime, timedelta

import pytest

from standalone.demo.evening import Evening
from standalone.demo.people import Person
from standalone.demo.time_together import TWO_HOURS, find_slots
from twolamps.scheduling.v1 import scheduling_pb2 as pb
from twolamps_client import Conflict


async def test_slots_are_the_same_for_both_and_close_when_one_stops_sharing(couple: Evening) -> None:
    await find_slots(couple)
    await couple.ben.client.pairing.set_shares(shares=[])
    closed = [await person.read("/v1/slots") for person in couple.both]
    assert closed[0] == closed[1]
    assert not (await couple.ada.client.scheduling.list_slots()).shared


async def test_who_stopped_sharing_does_not_show(couple: Evening) -> None:
    await couple.ben.client.pairing.set_shares(shares=[])
    withdrawn = (await couple.ada.client.pairing.get_couple()).couple.shares
    (state,) = [state for state in withdrawn if state.granted_by_me]
    assert not state.active
    never_granted = (await couple.ben.client.pairing.get_couple()).couple.shares
    assert {state.active for state in never_granted} == {False}


async def test_they_take_turns_and_a_stale_answer_loses(couple: Evening) -> None:
    ada, ben = couple.both
    invite = await _invite(couple, ada, days=3)
    with pytest.raises(Conflict):
        await ada.client.scheduling.accept_invite(invite.id, sequence=invite.sequence)
    countered = await ben.client.scheduling.counter_invite(
        invite.id, sequence=invite.sequence, starts_at=_in(couple, days=4), duration=TWO_HOURS
    )
    with pytest.raises(Conflict):
        await ada.client.scheduling.accept_invite(invite.id, sequence=invite.sequence)
    again = await ada.client.scheduling.counter_invite(
        invite.id, sequence=countered.invite.sequence, starts_at=_in(couple, days=5), duration=TWO_HOURS
    )
    agreed = (await ben.client.scheduling.accept_invite(invite.id, sequence=again.invite.sequence)).invite
    assert (agreed.state, agreed.uid, len(agreed.history)) == (pb.INVITE_STATE_ACCEPTED, invite.uid, 3)
    for person, kind in ((ben, "invite_created"), (ada, "invite_accepted")):
        await couple.told("their turn", kind, invite.id, person)


async def test_an_agreed_time_is_taken_until_one_of_them_cancels(couple: Evening) -> None:
    ada, ben = couple.both
    await find_slots(couple)
    at = couple.slots[0].starts_at.ToDatetime(UTC)
    made = (await ada.client.scheduling.create_invite(title="Cook", starts_at=at, duration=TWO_HOURS)).invite
    agreed = (await ben.client.scheduling.accept_invite(made.id, sequence=made.sequence)).invite
    assert not await _is_free(couple, at)
    await ben.client.scheduling.cancel_invite(made.id, sequence=agreed.sequence)
    await couple.told("it is off", "invite_cancelled", made.id, ada)
    assert await _is_free(couple, at)


async def test_a_declined_invite_says_no_more_than_no(couple: Evening) -> None:
    ada, ben = couple.both
    invite = await _invite(couple, ada, days=2)
    await ben.client.scheduling.decline_invite(invite.id, sequence=invite.sequence)
    (line,) = await couple.told("it was declined", "invite_declined", invite.id, ada)
    assert (await ada.client.scheduling.get_invite(invite.id)).invite.state == pb.INVITE_STATE_DECLINED
    assert invite.title not in line.item


async def _invite(couple: Evening, person: Person, days: int) -> pb.Invite:
    starts_at = _in(couple, days)
    made = await person.client.scheduling.create_invite(title="A tandem", starts_at=starts_at, duration=TWO_HOURS)
    return made.invite


def _in(couple: Evening, days: int) -> datetime:
    return couple.now().replace(microsecond=0) + timedelta(days=days)


async def _is_free(couple: Evening, at: datetime) -> bool:
    found = await couple.ada.client.scheduling.list_slots(duration=TWO_HOURS, starts_after=at, limit=50)
    return any(slot.starts_at.ToDatetime(UTC) == at for slot in found.slots)
