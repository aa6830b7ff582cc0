"""Does a partner learn nothing of the other's private act, and a stranger nothing at all?"""

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.duration_pb2 import Duration

from twolamps.scheduling.v1 import scheduling_pb2 as pb
from twolamps_events.scheduling import ReminderCancelled
from twolamps_testkit.stage import Person, Refused, Stage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
VERBS = ("Get", "Accept", "Decline", "Complete", "Snooze", "Skip", "Cancel")


async def all_that_shows(bells: Any, person: Person, made: list[pb.Reminder]) -> list[bytes]:
    """Every byte a person can get of reminders: one by one, as a list, page by page, by ids, and what is refused."""
    replies = [(await bells.act(person, "Get", each)).SerializeToString() for each in made]
    token, first = "", True
    while token or first:
        page = await bells.list_of(person, page_size=1, page_token=token)
        replies.append(page.SerializeToString())
        token, first = page.next_page_token, False
    replies.append((await bells.list_of(person)).SerializeToString())
    replies.append((await bells.list_of(person, ids=[each.id for each in made])).SerializeToString())
    for each in made:
        for verb in ("Accept", "Decline", "Complete", "Snooze", "Skip"):
            replies.append(await answer(bells, person, verb, each))
    return replies


async def answer(bells: Any, person: Person, verb: str, reminder: pb.Reminder) -> bytes:
    try:
        reply: pb.Reminder = await bells.act(person, verb, reminder)
    except Refused as refused:
        return str(refused).encode()
    return reply.SerializeToString()


async def refusal(bells: Any, person: Person, verb: str, reminder: pb.Reminder) -> str:
    with pytest.raises(Refused) as refused:
        await bells.act(person, verb, reminder)
    return str(refused.value)


@pytest.mark.parametrize("audience", ["you", "both", "either"])
async def test_to_its_maker_declining_is_waiting_in_every_byte(bells: Any, evening: Stage, audience: str) -> None:
    await evening.pair()
    first = f"{await evening.now() + 3 * DAY:%Y-%m-%dT%H:%M:%S}"
    waiting, declined = [await bells.make(evening.ann, audience, first, rrule="FREQ=DAILY") for _ in range(2)]
    made = [waiting, declined]
    before = await all_that_shows(bells, evening.ann, made)
    recorded = len(await evening.recorded("scheduling"))
    mine = await bells.act(evening.sam, "Decline", declined)
    assert mine.offer == pb.OFFER_STATE_DECLINED
    assert await all_that_shows(bells, evening.ann, made) == before
    assert len(await evening.recorded("scheduling")) == recorded
    await bells.move(8 * DAY)
    for verb in ("Get", "Cancel", "Get"):
        replies = [await bells.act(evening.ann, verb, each) for each in made]
        assert [each.offer for each in replies] == [pb.OFFER_STATE_LAPSED] * 2
        for each in replies:
            each.id = ""
        assert replies[0].SerializeToString() == replies[1].SerializeToString()


async def test_who_declined_is_not_told_of_the_end_and_who_waits_is(bells: Any, evening: Stage) -> None:
    await evening.pair()
    waiting, declined = [await bells.make(evening.ann, "you", 3 * DAY) for _ in range(2)]
    await bells.act(evening.sam, "Decline", declined)
    for each in (waiting, declined):
        await bells.act(evening.ann, "Cancel", each)
    assert [str(event.reminder_id) for event in await bells.recorded(ReminderCancelled)] == [waiting.id]


@pytest.mark.parametrize("audience", ["you", "both", "either"])
async def test_to_its_maker_a_reminder_the_other_left_looks_followed(bells: Any, evening: Stage, audience: str) -> None:
    await evening.pair()
    made = await bells.make(evening.ann, audience, HOUR, rrule="FREQ=DAILY")
    await bells.act(evening.sam, "Accept", made)
    await bells.move(HOUR)
    if audience != "you":
        await bells.act(evening.ann, "Skip", made)
    before = await all_that_shows(bells, evening.ann, [made])
    left = await bells.act(evening.sam, "Cancel", made)
    assert (left.cancelled, left.offer, len(left.rings)) == (True, pb.OFFER_STATE_ACCEPTED, 0)
    assert await all_that_shows(bells, evening.ann, [made]) == before
    rung = len(await bells.rang())
    await bells.move(3 * DAY)
    assert {event.person_id for event in (await bells.rang())[rung:]} == (
        {evening.ann.id} if audience != "you" else set()
    )


async def test_snoozing_and_skipping_leave_no_trace_for_the_other(bells: Any, evening: Stage) -> None:
    await evening.pair()
    made = await bells.make(evening.ann, "both", HOUR, rrule="FREQ=DAILY")
    await bells.act(evening.sam, "Accept", made)
    await bells.move(HOUR)
    await bells.act(evening.ann, "Complete", made)
    before = await all_that_shows(bells, evening.ann, [made])
    await bells.act(evening.sam, "Snooze", made)
    assert await all_that_shows(bells, evening.ann, [made]) == before
    await bells.act(evening.sam, "Skip", made)
    assert await all_that_shows(bells, evening.ann, [made]) == before


async def test_my_own_reminder_is_to_my_partner_as_one_that_does_not_exist(bells: Any, evening: Stage) -> None:
    await evening.pair()
    mine = await bells.make(evening.ann, "me", HOUR, rrule="FREQ=DAILY")
    await bells.move(HOUR)
    nothing = pb.Reminder(id=str(uuid4()))
    for verb in VERBS:
        refused = await refusal(bells, evening.sam, verb, mine)
        assert refused == await refusal(bells, evening.sam, verb, nothing)
        assert refused.startswith("NOT_FOUND not_found")
    assert (await bells.list_of(evening.sam, ids=[mine.id])).SerializeToString() == b""
    assert (await bells.list_of(evening.sam)).SerializeToString() == b""


async def test_a_stranger_and_another_couple_find_nothing(bells: Any, evening: Stage) -> None:
    await evening.pair()
    ours = await bells.make(evening.ann, "both", HOUR)
    nothing = pb.Reminder(id=str(uuid4()))
    alone, paired, friend = evening.eve, Person("Kim"), Person("Lee")
    await evening.pair(paired, friend)
    for verb in VERBS:
        refused = await refusal(bells, alone, verb, ours)
        assert refused == await refusal(bells, alone, verb, nothing)
        assert refused.startswith("FAILED_PRECONDITION not_connected" if verb in ("Accept", "Decline") else "NOT_FOUND")
        refused = await refusal(bells, paired, verb, ours)
        assert refused == await refusal(bells, paired, verb, nothing)
        assert refused.startswith("NOT_FOUND")
    assert not (await bells.list_of(alone, ids=[ours.id])).reminders
    assert not (await bells.list_of(paired, ids=[ours.id])).reminders


async def test_after_the_end_ours_stays_readable_and_rings_no_more(bells: Any, evening: Stage) -> None:
    couple = await evening.pair()
    ours = await bells.make(evening.ann, "both", HOUR, rrule="FREQ=DAILY", title="Our tea", note="green")
    mine = await bells.make(evening.ann, "me", HOUR, rrule="FREQ=DAILY")
    await bells.act(evening.sam, "Accept", ours)
    await evening.end(couple)
    await bells.move(2 * DAY)
    assert {str(event.reminder_id) for event in await bells.rang()} == {mine.id}
    for person in (evening.ann, evening.sam):
        read = await bells.act(person, "Get", ours)
        assert (read.title, read.note, len(read.rings), read.cancelled) == ("Our tea", "green", 0, False)
        assert ours.id in [each.id for each in (await bells.list_of(person)).reminders]
        for verb in VERBS[1:]:
            assert (await refusal(bells, person, verb, ours)).startswith("FAILED_PRECONDITION not_connected")
        with pytest.raises(Refused, match="not_connected"):
            await bells.make(person, "both", HOUR)
    assert (await bells.act(evening.ann, "Cancel", mine)).cancelled


async def test_the_words_of_a_reminder_lie_sealed(bells: Any, evening: Stage) -> None:
    await evening.pair()
    for audience in ("me", "both"):
        await bells.make(evening.ann, audience, HOUR, title="Ring the midwife", note="She knows")
    async with evening.tables("scheduling").begin("app", evening.ann.id) as tx:
        rows = await tx.fetch("SELECT title, note FROM reminders")
    assert len(rows) == 2
    assert not any(word in text for row in rows for text in row for word in (b"midwife", b"knows"))


@pytest.mark.parametrize("audience", ["both", "either"])
async def test_how_early_the_other_is_rung_shows_in_nothing_of_mine(bells: Any, evening: Stage, audience: str) -> None:
    await evening.pair()
    first = f"{await evening.now() + HOUR:%Y-%m-%dT%H:%M:%S}"
    alike, early, left = [await bells.make(evening.ann, audience, first, rrule="FREQ=DAILY") for _ in range(3)]
    await bells.act(evening.sam, "Accept", alike)
    for each in (early, left):
        await bells.act(evening.sam, "Accept", each, lead=Duration(seconds=3 * 86_400))
    await bells.act(evening.sam, "Cancel", left)
    for _ in range(8):
        await bells.move(HOUR * 5)
        shown = []
        for each in (alike, early, left):
            with suppress(Refused):
                await bells.act(evening.ann, "Complete", each)
            shown.append([(r.occurrence, r.state) for r in (await bells.act(evening.ann, "Get", each)).rings])
        assert shown[0] == shown[1] == shown[2]
    now = await evening.now()
    for days in range(15):
        ahead = f"{now + days * DAY:%Y-%m-%d}{first[10:]}"
        found = []
        for each in (alike, early, left):
            try:
                found.append(bool(await bells.act(evening.ann, "Skip", each, occurrence=ahead)))
            except Refused as refused:
                found.append(refused.reason == "already_done")
        assert found[0] == found[1] == found[2]
