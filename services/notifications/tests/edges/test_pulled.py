"""What leaves an inbox again? News that is settled, taken back, replaced, or can no longer be answered."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from notifications.tests.conftest import House
from twolamps.internal.v1 import internal_pb2 as internal
from twolamps.internal.v1.internal_pb2_grpc import FenceServiceStub
from twolamps.notifications.v1 import notifications_pb2 as pb
from twolamps_events import pairing, prompts, scheduling
from twolamps_testkit.stage import Person


def ring(person: Person, ring_id: UUID) -> scheduling.ReminderRang:
    return scheduling.ReminderRang(
        reminder_id=uuid4(), person_id=person.id, ring_id=ring_id, occurrence="2026-05-01T20:00:00", zone="Asia/Tokyo",
        due_at=datetime(2026, 5, 1, 11, tzinfo=UTC),
    )  # fmt: skip


def light(house: House, prompt: UUID, by: Person) -> prompts.LightLeft:
    members = [house.ann.id, house.sam.id]
    return prompts.LightLeft(couple_id=house.couple, members=members, prompt_id=prompt, by=by.id, day="2026-05-01")


def deal(house: House) -> prompts.PromptsDealt:
    members = [house.ann.id, house.sam.id]
    return prompts.PromptsDealt(couple_id=house.couple, members=members, prompt_ids=[uuid4()], day="2026-05-01")


async def test_settled_rings_leave_the_inboxes_of_their_people_and_others_stay(house: House) -> None:
    mine, theirs, other = uuid4(), uuid4(), uuid4()
    for person, ident in ((house.ann, mine), (house.sam, theirs), (house.ann, other)):
        await house.tell(ring(person, ident))
    people = [house.ann.id, house.sam.id]
    await house.tell(scheduling.RingsSettled(reminder_id=uuid4(), ring_ids=[mine, theirs], person_ids=people))
    assert [(await house.kinds(p)).count("reminder_rang") for p in (house.ann, house.sam)] == [1, 0]


async def test_a_light_taken_back_leaves_the_partners_inbox_and_my_own_stays(house: House) -> None:
    prompt, members = uuid4(), [house.ann.id, house.sam.id]
    await house.tell(light(house, prompt, house.ann))
    await house.tell(light(house, prompt, house.sam))
    await house.tell(prompts.LightTaken(couple_id=house.couple, members=members, prompt_id=prompt, by=house.ann.id))
    assert "light_left" not in await house.kinds(house.sam)
    assert "light_left" in await house.kinds(house.ann)


async def test_the_reveal_takes_the_place_of_both_lights(house: House) -> None:
    prompt, members = uuid4(), [house.ann.id, house.sam.id]
    await house.tell(light(house, prompt, house.ann))
    await house.tell(light(house, prompt, house.sam))
    revealed: dict[str, Any] = {"prompt_id": prompt, "day": "2026-05-01", "revealed_at": await house.stage.now()}
    await house.tell(prompts.AnswersRevealed(couple_id=house.couple, members=members, **revealed))
    for person in (house.ann, house.sam):
        assert await house.kinds(person) == ["answers_revealed", "couple_formed"]


async def test_a_calendar_moved_again_and_again_is_one_unread_notice(house: House) -> None:
    for version in range(2, 22):
        changed = pairing.CalendarChanged(
            couple_id=house.couple,
            by=house.sam.id,
            zone="UTC",
            day_start="04:00",
            week_start=1,
            calendar_version=version,
        )
        await house.tell(changed)
    assert (await house.kinds(house.ann)).count("calendar_changed") == 1
    assert "calendar_changed" not in await house.kinds(house.sam)


async def test_unread_deals_do_not_pile_up_and_read_ones_stay(house: House) -> None:
    await house.tell(deal(house))
    (first, *_) = await house.inbox(house.ann)
    await house.of(house.ann).ReadItem(pb.ReadItemRequest(item_id=first.id))
    await house.tell(deal(house))
    assert (await house.kinds(house.ann)).count("prompts_dealt") == 2
    assert (await house.kinds(house.sam)).count("prompts_dealt") == 1


@pytest.mark.parametrize("step", ["cancelled", "expired"])
async def test_an_invite_that_is_off_needs_no_answer(house: House, step: str) -> None:
    event = await house.invite()
    await house.tell(event)
    if step == "cancelled":
        await house.tell(scheduling.InviteCancelled(**vars(event)))
    else:
        members = [house.ann.id, house.sam.id]
        of: dict[str, Any] = {"couple_id": house.couple, "invite_id": event.invite_id, "members": members}
        await house.tell(scheduling.InviteExpired(**of, sequence=0))
    assert await house.kinds(house.sam) == [f"invite_{step}", "couple_formed"]


async def test_a_removal_tells_the_id_alone_now_and_later(house: House) -> None:
    async with house.watching(house.sam) as stream:
        await stream.next()
        event = await house.invite()
        await house.tell(event)
        added = (await stream.next()).change.item
        await house.tell(scheduling.InviteCancelled(**vars(event)))
        removed = (await stream.next()).change
        assert (removed.op, removed.item) == (pb.OP_REMOVED, pb.Item(id=added.id))
    about_it = [row.change for row in await house.log(house.sam) if row.change.item.id == added.id]
    assert about_it == [removed, removed], "the log tells nothing of it any more"


async def open_news(house: House) -> None:
    """Each has the same kinds of the other open."""
    await house.tell(deal(house))
    for by, to in ((house.ann, house.sam), (house.sam, house.ann)):
        offer: dict[str, Any] = {"couple_id": house.couple, "reminder_id": uuid4(), "by": by.id, "to": to.id}
        await house.tell(light(house, uuid4(), by))
        await house.tell(await house.invite(by=by.id, to=to.id))
        await house.tell(scheduling.InviteCountered(**vars(await house.invite(by=by.id, to=to.id))))
        await house.tell(scheduling.InviteAccepted(**vars(await house.invite(by=by.id, to=to.id))))
        await house.tell(scheduling.ReminderOffered(**offer))


async def shape(house: House, person: Person, place: int) -> list[tuple[int, str]]:
    """What an inbox holds and how it changed after a place, without its random ids."""
    ops = [(row.change.op, row.change.item.kind) for row in await house.log(person, place)]
    return ops + [(0, kind) for kind in await house.kinds(person)]


async def test_an_end_takes_what_can_no_longer_be_answered_from_both_alike_whichever_way_it_is_learned(
    house: House,
) -> None:
    await open_news(house)
    places = [(await house.head(person)).seq for person in (house.ann, house.sam)]
    fence = internal.CoupleEnd(couple_id=str(house.couple), epoch=1)
    caller = house.stage.service_caller(FenceServiceStub, "pairing")
    await caller.ApplyFence(internal.ApplyFenceRequest(couple_end=fence))
    await house.tell(pairing.CoupleEnded(couple_id=house.couple), epoch=1)
    ann, sam = [await shape(house, p, place) for p, place in zip((house.ann, house.sam), places, strict=True)]
    assert ann == sam
    assert [kind for op, kind in ann if not op] == ["invite_accepted", "couple_formed"]
    assert [op for op, _ in ann if op] == [pb.OP_REMOVED] * 5


async def test_what_was_on_its_way_at_the_end_arrives_nowhere(house: House) -> None:
    late = await house.invite()
    await house.stage.end(house.couple)
    await house.tell(late, seq=1)
    assert await house.kinds(house.sam) == ["couple_formed"]


async def test_the_end_of_a_couple_that_nobody_knows_yet_is_learned(house: House) -> None:
    unknown = uuid4()
    await house.stage.end(unknown)
    async with house.stage.tables("notifications").begin() as tx:
        assert await tx.fetchval("SELECT epoch FROM streams WHERE key = $1", unknown) == 1
        assert await tx.fetchval("SELECT count(*) FROM parked") == 0
