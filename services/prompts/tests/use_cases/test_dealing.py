"""When is a couple dealt what? At once when it forms, then at each start of its day, the same three to both."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from prompts.domain.days import couple_day
from prompts.main import compose
from prompts.store import LIBRARY
from twolamps.prompts.v1 import prompts_pb2 as pb
from twolamps.prompts.v1.prompts_pb2_grpc import PromptsServiceStub
from twolamps_events.pairing import CalendarChanged
from twolamps_events.prompts import PromptsDealt
from twolamps_testkit.stage import Person, Stage, eventually, one

BERLIN = "Europe/Berlin"
DAY = 86_400


async def today(stage: Stage, person: Person) -> Any:
    return await stage.caller(PromptsServiceStub, person).GetToday(pb.GetTodayRequest())


async def dealt(stage: Stage, couple: UUID) -> list[PromptsDealt]:
    return [e for e in await stage.recorded("prompts") if isinstance(e, PromptsDealt) and e.couple_id == couple]


async def due_at(stage: Stage, couple: UUID) -> tuple[datetime, str]:
    async with stage.tables("prompts").begin() as tx:
        row = await tx.fetchrow("SELECT due_at, state FROM deals WHERE stream_key = $1", couple)
    assert row is not None
    return row["due_at"], row["state"]


def has(count: int, found: Sequence[object]) -> bool:
    return len(found) == count


async def move_to(stage: Stage, moment: datetime) -> None:
    stage.move_clock((moment - await stage.now()).total_seconds())


async def test_a_new_couple_has_the_same_three_prompts_at_once(played: Stage) -> None:
    couple = await played.pair()
    ours, theirs = await today(played, played.ann), await today(played, played.sam)
    assert ours.SerializeToString() == theirs.SerializeToString()
    assert [p.alternate for p in ours.prompts] == [False, True, True]
    assert len({p.text for p in ours.prompts}) == 3
    assert {p.depth for p in ours.prompts} == {1}
    assert {p.state for p in ours.prompts} == {pb.PROMPT_STATE_OPEN}
    event = one(await played.recorded("prompts"), PromptsDealt)
    assert [str(i) for i in event.prompt_ids] == [p.id for p in ours.prompts]
    assert (event.couple_id, event.day) == (couple, ours.day)
    assert set(event.members) == {played.ann.id, played.sam.id}
    assert ours.day == couple_day(await played.now(), BERLIN, time(4)).isoformat()


async def test_each_day_deals_three_new_ones_and_none_comes_back_too_early(played: Stage) -> None:
    couple = await played.pair()
    texts: list[str] = [p.text for p in (await today(played, played.ann)).prompts]
    for days in range(2, 6):
        await move_to(played, (await due_at(played, couple))[0])
        await eventually(lambda: dealt(played, couple), until=partial(has, days))
        texts += [p.text for p in (await today(played, played.ann)).prompts]
    assert len(set(texts)) == 15 <= len(LIBRARY)


async def test_after_an_outage_of_three_days_only_the_day_that_stands_is_dealt(played: Stage) -> None:
    couple = await played.pair()
    first = datetime.fromisoformat((await today(played, played.ann)).day).date()
    played.move_clock(4 * DAY)
    events = await eventually(lambda: dealt(played, couple), until=lambda found: len(found) > 1)
    assert [e.day for e in events] == [first.isoformat(), (first + timedelta(days=4)).isoformat()]
    assert (await due_at(played, couple))[0] > await played.now()


async def test_the_day_after_the_clocks_change_starts_at_four_local_time(played: Stage) -> None:
    couple = await played.pair()
    before = datetime(2027, 3, 27, 12, tzinfo=ZoneInfo(BERLIN))
    await move_to(played, before)
    await eventually(lambda: due_at(played, couple), until=lambda due: due[0] > before)
    start_at = (await due_at(played, couple))[0]
    assert start_at == datetime(2027, 3, 28, 2, tzinfo=UTC) == before.replace(day=28, hour=4)
    await move_to(played, start_at - timedelta(seconds=5))
    assert (await today(played, played.sam)).day == "2027-03-27"
    await move_to(played, start_at)
    await eventually(lambda: today(played, played.sam), until=lambda t: t.day == "2027-03-28" and len(t.prompts) == 3)
    assert (await due_at(played, couple))[0] == datetime(2027, 3, 29, 2, tzinfo=UTC)


async def test_two_replicas_dealing_at_once_deal_once(played: Stage) -> None:
    couples = [await played.pair(Person("A"), Person("B")) for _ in range(12)]
    other = await played.start(prompts=compose)
    for day in range(2, 5):
        played.move_clock(DAY + 3_600)
        await asyncio.gather(*(node.due_loops["prompts"].turn() for node in (played.node, other) for _ in range(3)))
        await eventually(lambda: played.recorded("prompts"), until=partial(has, day * len(couples)))
    events = [e for e in await played.recorded("prompts") if isinstance(e, PromptsDealt)]
    assert Counter(e.couple_id for e in events) == dict.fromkeys(couples, 4)
    assert len({(e.couple_id, e.day) for e in events}) == len(events)


async def test_a_changed_calendar_moves_the_next_deal_and_never_deals_a_day_twice(played: Stage) -> None:
    couple = await played.pair()
    before, _ = await due_at(played, couple)
    await calendar(played, couple, BERLIN, "06:00", 2)
    later, _ = await due_at(played, couple)
    day = couple_day(await played.now(), BERLIN, time(6))
    assert later - before == timedelta(hours=2)
    for version, zone in enumerate(("Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Kiritimati", BERLIN), start=3):
        await calendar(played, couple, zone, "04:00", version)
    events = await dealt(played, couple)
    assert len({e.day for e in events}) == len(events) <= 3
    assert all(e.day >= day.isoformat() for e in events)
    assert (await today(played, played.ann)).day == events[-1].day


async def calendar(stage: Stage, couple: UUID, zone: str, day_start: str, version: int) -> None:
    event = CalendarChanged(
        couple_id=couple, by=stage.ann.id, zone=zone, day_start=day_start, week_start=1, calendar_version=version
    )
    await stage.deliver(couple, event)


async def test_a_couple_that_has_ended_is_dealt_nothing_more(played: Stage) -> None:
    gone, stays = await played.pair(), await played.pair(Person("A"), Person("B"))
    await played.end(gone)
    assert (await due_at(played, gone))[1] == "stopped"
    played.move_clock(2 * DAY)
    await eventually(lambda: dealt(played, stays), until=lambda found: len(found) == 2)
    assert len(await dealt(played, gone)) == 1
