"""Does each inbox hold each thing once, in order, whatever the road does to events: twice, early, broken, all at once?"""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from notifications.tests.conftest import House
from twolamps.notifications.v1 import notifications_pb2 as pb
from twolamps_chassis.records import Record
from twolamps_events.base import Event
from twolamps_events.prompts import AnswersRevealed, LightLeft, LightTaken, PromptsDealt
from twolamps_events.scheduling import ReminderRang, RingsSettled
from twolamps_testkit.stage import Person

AT = datetime(2026, 5, 1, 11, tzinfo=UTC)


def ring(person: Person) -> ReminderRang:
    return ReminderRang(
        reminder_id=uuid4(), person_id=person.id, ring_id=uuid4(), occurrence="2026-05-01T20:00:00", zone="Asia/Tokyo",
        due_at=AT,
    )  # fmt: skip


def record(key: UUID, seq: int, event: Event) -> Record:
    return Record(event.source, key, seq, 0, event.ce_type(), AT, "", event.body())


async def parked(house: House) -> list[tuple[int, str]]:
    async with house.stage.tables("notifications").begin() as tx:
        return [(row["seq"], row["reason"]) for row in await tx.fetch("SELECT seq, reason FROM parked ORDER BY seq")]


async def test_the_same_record_twice_is_one_item(house: House) -> None:
    event = await house.invite()
    for _ in range(3):
        await house.tell(event, seq=1)
    assert await house.kinds(house.sam) == ["invite_created", "couple_formed"]


async def test_a_record_that_comes_early_waits_for_the_one_before_it(house: House) -> None:
    first, second = await house.invite(), await house.invite()
    await house.tell(second, seq=2)
    assert await house.kinds(house.sam) == ["couple_formed"]
    await house.tell(first, seq=1)
    subjects = [item.subject.id for item in await house.inbox(house.sam)]
    assert subjects == [str(second.invite_id), str(first.invite_id), str(house.couple)]
    assert await parked(house) == []


async def test_a_broken_record_waits_with_what_follows_others_pass_and_a_replay_heals(house: House) -> None:
    members = [house.ann.id, house.sam.id]
    broken = PromptsDealt(couple_id=house.couple, members=members, prompt_ids=[], day="2026-05-01")
    whole = broken.model_copy(update={"prompt_ids": [uuid4()]})
    revealed = AnswersRevealed(
        couple_id=house.couple, members=members, prompt_id=uuid4(), day="2026-05-01", revealed_at=AT
    )
    eve = revealed.model_copy(update={"couple_id": uuid4(), "members": [house.eve.id]})
    batch = [record(house.couple, 1, broken), record(eve.couple_id, 1, eve), record(house.couple, 2, revealed)]
    await house.stage.hand_over(batch)
    assert await house.kinds(house.eve) == ["answers_revealed", "couple_formed"]
    assert await house.kinds(house.sam) == ["couple_formed"]
    assert await parked(house) == [(1, "failed"), (2, "behind")]
    async with house.stage.tables("notifications").begin() as tx:
        await tx.execute("UPDATE parked SET body = $1 WHERE seq = 1", whole.body())
    (prompts,) = house.stage.node.consumers["prompts"]
    await prompts.replay(house.couple)
    assert await house.kinds(house.sam) == ["answers_revealed", "prompts_dealt", "couple_formed"]
    assert await parked(house) == []


async def test_the_logs_have_no_gaps_under_twenty_writers_that_meet_in_the_same_inboxes(house: House) -> None:
    people = (house.ann, house.sam, house.eve)
    items = {person.name: (await house.inbox(person))[0].id for person in people}

    async def batches(n: int) -> None:
        """Kinds and people in turn, on streams of its own: runs of one batch reach for the same heads again."""
        keys = [uuid4() for _ in range(4)]
        for seq in range(1, 11, 2):
            rung = [(key, ring(people[(n + seq + i) % 3])) for i, key in enumerate(keys)]
            settled = [
                (key, RingsSettled(reminder_id=r.reminder_id, ring_ids=[r.ring_id], person_ids=[r.person_id]))
                for key, r in rung[:2]
            ]
            both = [record(key, seq, r) for key, r in rung] + [record(key, seq + 1, s) for key, s in settled]
            rest = [record(key, seq + 1, ring(people[(n + i) % 3])) for i, (key, _) in enumerate(rung[2:])]
            await house.stage.hand_over([*both, *rest])

    async def read(person: Person) -> None:
        await house.of(person).ReadItem(pb.ReadItemRequest(item_id=items[person.name]))

    await asyncio.gather(*(batches(n) for n in range(20)), *(read(person) for person in people))
    logs = [await house.log(person) for person in people]  # which checks that there is no gap
    assert sum(len(log) for log in logs) == 3 + 3 + 20 * 5 * (4 + 2 + 2)
    kept = [len(await house.inbox(person, page_size=200)) for person in people]
    assert sum(kept) == 3 + 20 * 5 * (2 + 2)
    assert await parked(house) == []


async def test_batches_that_reach_for_the_same_people_in_opposite_order_do_not_wait_for_each_other(
    house: House,
) -> None:
    ann, sam = house.ann, house.sam
    lit: dict[str, Any] = {"couple_id": house.couple, "members": [ann.id, sam.id], "prompt_id": uuid4()}

    async def own_reminders() -> None:
        for n in range(1, 41):  # in each batch first Ann's head, then Sam's
            settled = RingsSettled(reminder_id=uuid4(), ring_ids=[uuid4()], person_ids=[sam.id])
            await house.stage.hand_over([record(ann.id, n, ring(ann)), record(sam.id, n, settled)])

    async def lights() -> None:
        for n in range(1, 81, 2):  # in each batch first Sam's head, then Ann's
            left, taken = LightLeft(**lit, by=ann.id, day="2026-05-01"), LightTaken(**lit, by=sam.id)
            await house.stage.hand_over([record(house.couple, n, left), record(house.couple, n + 1, taken)])

    await asyncio.gather(own_reminders(), lights())
    assert len(await house.log(ann)) == len(await house.log(sam)) == 41


async def test_news_in_one_batch_comes_in_the_order_of_its_stream(house: House) -> None:
    events = [await house.invite() for _ in range(50)]
    await house.stage.hand_over([record(house.couple, n, event) for n, event in enumerate(events, 1)])
    subjects = [row.change.item.subject.id for row in await house.log(house.sam)]
    assert subjects[1:] == [str(event.invite_id) for event in events]
