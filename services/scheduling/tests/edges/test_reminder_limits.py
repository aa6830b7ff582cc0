"""Does each limit of a reminder hold at n and n + 1, and does a list show all, in order, once?"""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from twolamps.scheduling.v1 import scheduling_pb2 as pb
from twolamps_testkit.stage import Person, Refused, Stage

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
FILL = """
INSERT INTO scheduling.reminders
    (id, owner, maker, audience, offer, first, zone, rrule, maker_lead, created_at, over_at, cancelled_at, title, note)
SELECT gen_random_uuid(), $1, $1, 'me', 'none', '2027-01-01', 'UTC', '', '0', now(), $3, $4, '', ''
FROM generate_series(1, $2::int)
"""


async def fill(stage: Stage, person: Person, many: int, **ends: Any) -> None:
    connection = await asyncpg.connect(stage.postgres.dsn(stage.database))
    try:
        await connection.execute(FILL, person.id, many, ends.get("over_at"), ends.get("cancelled_at"))
    finally:
        await connection.close()


async def outcome(call: Any) -> tuple[str, str, tuple[str, ...]]:
    try:
        await call
    except Refused as refused:
        return refused.code, refused.reason, tuple(refused.fields)
    return "OK", "", ()


async def test_five_hundred_reminders_can_be_active_and_no_more(bells: Any, evening: Stage) -> None:
    await evening.pair()
    now = await evening.now()
    await fill(evening, evening.ann, 499)
    await fill(evening, evening.ann, 20, over_at=now)
    await fill(evening, evening.ann, 20, cancelled_at=now)
    full = ("OUT_OF_RANGE", "limit_reached", ("reminders",))
    both = [outcome(bells.make(evening.ann, audience, HOUR)) for audience in ("me", "both")]
    assert Counter(await asyncio.gather(*both)) == {("OK", "", ()): 1, full: 1}
    assert await outcome(bells.make(evening.ann, "me", HOUR)) == full


async def test_accepting_counts_and_offering_does_not_fill_the_other(bells: Any, evening: Stage) -> None:
    await evening.pair()
    await fill(evening, evening.sam, 499)
    offered = [await bells.make(evening.ann, "you", HOUR) for _ in range(2)]
    accepted = [outcome(bells.act(evening.sam, "Accept", each)) for each in offered]
    full = ("OUT_OF_RANGE", "limit_reached", ("reminders",))
    assert Counter(await asyncio.gather(*accepted)) == {("OK", "", ()): 1, full: 1}
    assert await outcome(bells.make(evening.sam, "me", HOUR)) == full
    assert await outcome(bells.make(evening.ann, "me", HOUR)) == ("OK", "", ())


@pytest.mark.parametrize(
    ("fits", "breaks", "field"),
    [
        ({"title": "a" * 120}, {"title": "a" * 121}, "title"),
        ({"title": " é "}, {"title": "  "}, "title"),
        ({"title": "one line"}, {"title": "two\nlines"}, "title"),
        ({"note": "a" * 1000}, {"note": "a" * 1001}, "note"),
        ({"lead": 7 * DAY}, {"lead": 7 * DAY + SECOND}, "lead"),
        ({"zone": "Asia/Kathmandu"}, {"zone": "Middle/Earth"}, "zone"),
        ({"rrule": "FREQ=DAILY;COUNT=1000"}, {"rrule": "FREQ=DAILY;COUNT=1001"}, "rrule"),
        ({"rrule": "FREQ=YEARLY"}, {"rrule": "FREQ=HOURLY"}, "rrule"),
        ({"first": "2030-05-06T07:08:09"}, {"first": "2030-02-30T07:08:09"}, "first"),
        ({"first": "2099-12-31T00:00:00"}, {"first": "2100-01-01T00:00:00"}, "first"),
        ({"first": "2030-05-06T07:08:09"}, {"first": "2020-05-06T07:08:09"}, "first"),
        ({"first": "2030-05-06T07:08:09", "rrule": "FREQ=WEEKLY;BYDAY=MO"},
         {"first": "2030-05-06T07:08:09", "rrule": "FREQ=WEEKLY;BYDAY=TU"}, "first"),
    ],
)  # fmt: skip
async def test_each_field_is_held_to_its_limit(
    bells: Any, evening: Stage, fits: dict[str, Any], breaks: dict[str, Any], field: str
) -> None:
    assert await outcome(bells.make(evening.ann, **({"first": 10 * DAY} | fits))) == ("OK", "", ())
    code, _, fields = await outcome(bells.make(evening.ann, **({"first": 10 * DAY} | breaks)))
    assert (code, fields) == ("INVALID_ARGUMENT", (field,))


async def test_a_snooze_and_an_accepted_lead_are_held_to_their_limits(bells: Any, evening: Stage) -> None:
    await evening.pair()
    made = await bells.make(evening.ann, "both", HOUR)
    assert (await outcome(bells.act(evening.sam, "Accept", made, lead=7 * DAY + SECOND)))[2] == ("lead",)
    await bells.act(evening.sam, "Accept", made, lead=7 * DAY)
    await bells.move(HOUR)
    for snooze, fits in ((60, True), (59, False), (604800, True), (604801, False)):
        found = await outcome(bells.act(evening.ann, "Snooze", made, duration=snooze * SECOND))
        assert found == (("OK", "", ()) if fits else ("INVALID_ARGUMENT", found[1], ("duration",)))


async def test_an_offer_can_be_accepted_for_seven_days(bells: Any, evening: Stage) -> None:
    await evening.pair()
    in_time, too_late = [await bells.make(evening.ann, "you", 30 * DAY) for _ in range(2)]
    await bells.move(7 * DAY - 10 * SECOND)
    assert (await bells.act(evening.sam, "Accept", in_time)).offer == pb.OFFER_STATE_ACCEPTED
    await bells.move(11 * SECOND)
    assert (await outcome(bells.act(evening.sam, "Accept", too_late)))[1] == "offer_lapsed"
    assert (await bells.act(evening.ann, "Get", too_late)).offer == pb.OFFER_STATE_LAPSED


async def test_a_list_shows_mine_and_ours_newest_first_each_once(bells: Any, evening: Stage) -> None:
    await evening.pair()
    made = []
    for n in range(7):
        by = evening.sam if n % 3 == 2 else evening.ann
        made.append(await bells.make(by, "both" if n % 3 else "me", HOUR, title=f"Tea {n}"))
    found: list[pb.Reminder] = []
    token = ""
    while token or not found:
        page = await bells.list_of(evening.ann, page_size=3, page_token=token)
        found, token = [*found, *page.reminders], page.next_page_token
    assert [each.id for each in found] == [each.id for each in reversed(made)]
    assert [each.title for each in found] == [each.title for each in reversed(made)]
    assert [each.id for each in (await bells.list_of(evening.ann, ids=[made[1].id])).reminders] == [made[1].id]
    assert (await outcome(bells.list_of(evening.ann, page_token="x")))[2] == ("page_token",)
    assert {len(each.rings) for each in found} == {0, 1}
