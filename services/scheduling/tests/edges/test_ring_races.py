"""What if somebody acts in the very moment a reminder rings? Nothing is lost, doubled or stuck, and what is stopped stays so."""

import asyncio
from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import asyncpg

from scheduling.main import compose
from twolamps.scheduling.v1 import scheduling_pb2 as pb
from twolamps_events.base import Event
from twolamps_events.catalog import EVENTS
from twolamps_events.scheduling import ReminderCancelled, ReminderRang, RingsSettled
from twolamps_testkit.stage import Refused, Stage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
VERBS = ("Snooze", "Complete", "Skip", "Cancel", "Accept", "Decline")
RULES = {"nothing_ringing", "already_done", "not_yours_to_answer", "offer_already_answered", "reminder_stopped"}


async def told(stage: Stage) -> dict[UUID, list[Event]]:
    """What was recorded of each reminder, in the order of its stream."""
    found: dict[UUID, list[Event]] = {}
    async with stage.tables("scheduling").begin() as tx:
        rows = await tx.fetch("SELECT type, body FROM outbox ORDER BY key, seq")
    for row in rows:
        event: Any = EVENTS[row["type"]].read(row["body"])
        found.setdefault(event.reminder_id, []).append(event)
    return found


async def deadlocks(stage: Stage) -> int:
    connection = await asyncpg.connect(stage.postgres.dsn(stage.database))
    try:
        found: int = await connection.fetchval(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        )
        return found
    finally:
        await connection.close()


async def test_acting_while_it_rings_loses_nothing_and_never_waits_in_a_circle(bells: Any, evening: Stage) -> None:
    await evening.start(scheduling=compose)
    await evening.pair()
    dice, outcomes = Random(20), Counter[str]()
    loops = [node.due_loops["scheduling"] for node in evening.nodes]

    async def act(person: Any, verb: str, reminder: pb.Reminder, replica: int) -> None:
        try:
            await bells.act(person, verb, reminder, replica)
            outcomes[verb] += 1
        except Refused as refused:
            outcomes[refused.reason] += 1

    for _ in range(12):
        made = []
        for maker, other in ((evening.ann, evening.sam), (evening.sam, evening.ann)):
            for audience in ("both", "either"):
                made.append(await bells.make(maker, audience, HOUR, rrule="FREQ=DAILY", lead=HOUR / 2))
                if dice.random() < 0.7:
                    await act(other, "Accept", made[-1], 0)
        evening.move_clock(dice.choice((1800, 3 * 86400)))
        await asyncio.gather(
            *(loop.turn() for loop in loops),
            *(
                act(person, dice.choice(VERBS), each, dice.randrange(2))
                for each in made
                for person in (evening.ann, evening.sam)
            ),
            *(loop.turn() for loop in loops),
        )
    await bells.move(DAY)
    assert await deadlocks(evening) == 0
    assert set(outcomes) <= {*VERBS, *RULES}, outcomes
    assert min(outcomes[verb] for verb in VERBS) > 0, outcomes
    for events in (await told(evening)).values():
        stopped, settled, rung = False, set[UUID](), Counter[UUID]()
        for event in events:
            if isinstance(event, ReminderRang):
                assert not stopped
                assert event.ring_id not in settled
                rung[event.ring_id] += 1
            if isinstance(event, RingsSettled):
                settled |= set(event.ring_ids)
            stopped |= isinstance(event, ReminderCancelled)
        assert max(rung.values(), default=0) <= 2, "once, and once more where it was snoozed"


async def test_a_cancelled_reminder_never_rings_once_that_is_answered(bells: Any, evening: Stage) -> None:
    await evening.start(scheduling=compose)
    loops = [node.due_loops["scheduling"] for node in evening.nodes]
    for _ in range(20):
        made = [await bells.make(evening.ann, "me", HOUR, rrule="FREQ=DAILY") for _ in range(3)]
        evening.move_clock(3600)
        await asyncio.gather(
            *(loop.turn() for loop in loops), *(bells.act(evening.ann, "Cancel", each) for each in made)
        )
        before = {event.ring_id for event in await bells.rang()}
        await bells.move(DAY)
        assert {event.ring_id for event in await bells.rang()} == before


async def test_of_two_completions_at_once_of_either_one_settles(bells: Any, evening: Stage) -> None:
    await evening.pair()
    made = [await bells.make(evening.ann, "either", HOUR) for _ in range(8)]
    for each in made:
        await bells.act(evening.sam, "Accept", each)
    await bells.move(HOUR)
    replies = await asyncio.gather(
        *(bells.act(person, "Complete", each) for each in made for person in (evening.ann, evening.sam))
    )
    assert {len(each.rings) for each in replies} == {0}
    settled = await bells.recorded(RingsSettled)
    assert Counter(str(event.reminder_id) for event in settled) == {each.id: 1 for each in made}
    assert {len(event.ring_ids) for event in settled} == {2}


async def test_a_lost_reply_is_given_again_and_nothing_happens_twice(bells: Any, evening: Stage) -> None:
    made = await bells.make(evening.ann, "me", HOUR, rrule="FREQ=DAILY")
    await bells.move(HOUR)
    request = pb.SkipReminderRequest(reminder_id=made.id)
    replies = [await bells.hand(evening.ann).SkipReminder(request, key="once") for _ in range(2)]
    assert replies[0] == replies[1]
    assert len(await bells.recorded(RingsSettled)) == 1
