"""Does a reminder ring for the right person, at the right time, once?"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration

from scheduling.main import compose
from twolamps.scheduling.v1 import scheduling_pb2 as pb
from twolamps.types.v1.types_pb2 import PARTY_ME, PARTY_PARTNER
from twolamps_events.scheduling import ReminderAccepted, ReminderCancelled, ReminderOffered, RingsSettled
from twolamps_testkit.stage import Refused, Stage, eventually, one

SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))


def states(reminder: pb.Reminder) -> list[str]:
    return [pb.RingState.Name(ring.state).removeprefix("RING_STATE_").lower() for ring in reminder.rings]


async def test_a_couples_evening_by_the_real_clock(bells: Any, evening: Stage) -> None:
    couple = await evening.pair()
    made = await bells.make(evening.ann, "both", timedelta(seconds=3), rrule="FREQ=DAILY")
    assert (made.made_by, made.offer, states(made)) == (PARTY_ME, pb.OFFER_STATE_OFFERED, ["pending"] * 3)
    offered = await bells.act(evening.sam, "Get", made)
    assert (offered.made_by, offered.offer, states(offered)) == (PARTY_PARTNER, pb.OFFER_STATE_OFFERED, [])
    accepted = await bells.act(evening.sam, "Accept", made)
    assert (accepted.offer, states(accepted)) == (pb.OFFER_STATE_ACCEPTED, ["pending"] * 3)
    rang = await eventually(bells.rang, until=lambda events: len(events) == 2)
    assert {event.person_id for event in rang} == {evening.ann.id, evening.sam.id}
    assert {(event.occurrence, event.late, event.zone) for event in rang} == {(made.first, False, "UTC")}
    for person in (evening.ann, evening.sam):
        shown = await bells.act(person, "Get", made)
        assert states(shown) == ["ringing", "pending", "pending"]
        assert shown.rings[1].due_at.ToDatetime() - shown.rings[0].due_at.ToDatetime() == DAY
        assert shown.rings[1].occurrence[10:] == made.first[10:]
    events = await evening.recorded("scheduling")
    assert one(events, ReminderOffered).to == one(events, ReminderAccepted).by == evening.sam.id
    assert one(events, ReminderOffered).couple_id == couple


async def test_it_rings_at_its_lead_never_early_never_twice(bells: Any, evening: Stage) -> None:
    await evening.start(scheduling=compose)
    made = await bells.make(evening.ann, first=2 * HOUR, lead=HOUR)
    due_at = made.rings[0].due_at.ToDatetime()
    assert due_at + HOUR == datetime.fromisoformat(made.first)
    await bells.move(HOUR - 5 * SECOND)
    assert await bells.rang() == []
    await bells.move(5 * SECOND)
    for loop in [node.due_loops["scheduling"] for node in evening.nodes] * 3:
        await loop.turn()
    assert [event.due_at.replace(tzinfo=None) for event in await bells.rang()] == [due_at]
    assert states(await bells.act(evening.ann, "Get", made)) == ["ringing"]


async def test_two_replicas_ring_each_of_many_once(bells: Any, evening: Stage) -> None:
    await evening.start(scheduling=compose)
    made = [await bells.make(evening.ann, first=HOUR) for _ in range(40)]
    evening.move_clock(3600)
    await bells.settle()
    rang = await bells.rang()
    assert sorted(str(event.reminder_id) for event in rang) == sorted(each.id for each in made)


async def test_what_is_for_the_other_never_rings_before_acceptance(bells: Any, evening: Stage) -> None:
    await evening.pair()
    made = await bells.make(evening.ann, "you", HOUR, rrule="FREQ=DAILY")
    await bells.move(25 * HOUR)
    assert await bells.rang() == []
    accepted = await bells.act(evening.sam, "Accept", made, lead=Duration(seconds=600))
    assert [(ring.occurrence[:10] > made.first[:10]) for ring in accepted.rings] == [True] * 3
    await bells.move(DAY)
    assert [(event.person_id, event.late) for event in await bells.rang()] == [(evening.sam.id, True)]
    assert states(await bells.act(evening.ann, "Get", made)) == []


async def test_each_partner_has_their_own_lead_snooze_and_skip(bells: Any, evening: Stage) -> None:
    await evening.pair()
    made = await bells.make(evening.ann, "both", 3 * HOUR, lead=HOUR)
    await bells.act(evening.sam, "Accept", made, lead=2 * HOUR)
    await bells.move(HOUR)
    assert [event.person_id for event in await bells.rang()] == [evening.sam.id]
    snoozed = await bells.act(evening.sam, "Snooze", made)
    assert states(snoozed) == ["snoozed"]
    before = (await bells.act(evening.ann, "Get", made)).SerializeToString()
    await bells.move(9 * MINUTE)
    assert len(await bells.rang()) == 1
    await bells.move(MINUTE + SECOND)
    assert [event.person_id for event in await bells.rang()] == [evening.sam.id] * 2
    assert states(await bells.act(evening.sam, "Skip", made)) == []
    assert (await bells.act(evening.ann, "Get", made)).SerializeToString() == before
    assert one(await evening.recorded("scheduling"), RingsSettled).person_ids == [evening.sam.id]
    await bells.move(HOUR)
    assert [event.person_id for event in await bells.rang()][2:] == [evening.ann.id]


async def test_completing_for_both_is_for_oneself(bells: Any, evening: Stage) -> None:
    await evening.pair()
    made = await bells.make(evening.ann, "both", HOUR)
    await bells.act(evening.sam, "Accept", made)
    await bells.move(HOUR)
    await bells.act(evening.ann, "Complete", made)
    assert states(await bells.act(evening.sam, "Get", made)) == ["ringing"]
    assert one(await evening.recorded("scheduling"), RingsSettled).person_ids == [evening.ann.id]


async def test_of_either_the_first_completion_wins_and_the_second_changes_nothing(bells: Any, evening: Stage) -> None:
    await evening.pair()
    made = await bells.make(evening.ann, "either", HOUR)
    await bells.act(evening.sam, "Accept", made)
    await bells.move(HOUR)
    first = await bells.act(evening.sam, "Complete", made)
    second = await bells.act(evening.ann, "Complete", made)
    assert states(first) == states(second) == states(await bells.act(evening.ann, "Get", made)) == []
    assert {f.name for f, _ in second.ListFields()} == {f.name for f, _ in first.ListFields()}
    settled = one(await evening.recorded("scheduling"), RingsSettled)
    assert set(settled.person_ids) == {evening.ann.id, evening.sam.id}
    assert {ring.ring_id for ring in await bells.rang()} == set(settled.ring_ids)


async def test_what_one_has_done_early_for_either_never_rings_for_who_accepts_later(bells: Any, evening: Stage) -> None:
    await evening.pair()
    made = await bells.make(evening.ann, "either", HOUR)
    await bells.act(evening.ann, "Complete", made, occurrence=made.first)
    assert states(await bells.act(evening.sam, "Accept", made)) == []
    await bells.move(2 * HOUR)
    assert await bells.rang() == []


async def test_its_maker_stops_a_reminder_for_all(bells: Any, evening: Stage) -> None:
    await evening.pair()
    made = await bells.make(evening.ann, "both", HOUR, rrule="FREQ=DAILY")
    await bells.act(evening.sam, "Accept", made)
    await bells.move(HOUR)
    for _ in range(2):
        cancelled = await bells.act(evening.ann, "Cancel", made)
        assert (cancelled.cancelled, states(cancelled)) == (True, [])
    seen = await bells.act(evening.sam, "Get", made)
    assert (seen.cancelled, states(seen)) == (True, [])
    events = await evening.recorded("scheduling")
    assert set(one(events, RingsSettled).person_ids) == {evening.ann.id, evening.sam.id}
    assert one(events, ReminderCancelled).to == evening.sam.id
    await bells.move(3 * DAY)
    assert len(await bells.rang()) == 2


async def test_what_is_not_mine_or_not_ringing_is_refused(bells: Any, evening: Stage) -> None:
    await evening.pair()
    made = await bells.make(evening.ann, "both", HOUR)
    for person, verb, fields, reason in (
        (evening.ann, "Accept", {}, "not_yours_to_answer"),
        (evening.ann, "Complete", {}, "nothing_ringing"),
        (evening.ann, "Snooze", {"occurrence": made.first}, "not_yet_ringing"),
        (evening.ann, "Skip", {"occurrence": "2030-01-01T00:00:00"}, "unknown_occurrence"),
        (evening.ann, "Skip", {"occurrence": "2030-13-01T00:00:00"}, "invalid_field"),
        (evening.sam, "Complete", {"occurrence": made.first}, "unknown_occurrence"),
    ):
        with pytest.raises(Refused) as refused:
            await bells.act(person, verb, made, **fields)
        assert refused.value.reason == reason
    await bells.act(evening.ann, "Cancel", made)
    with pytest.raises(Refused) as refused:
        await bells.act(evening.sam, "Accept", made)
    assert refused.value.reason == "reminder_stopped"
