"""Do rings keep to wall clocks and outages: right across clock changes, nothing lost, one late notice?"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from scheduling.due_rows import on_rings_due
from twolamps_chassis.due_rows import Due
from twolamps_testkit.stage import Person, Stage

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
RECORDED = "SELECT person, local, late, shown FROM rings WHERE planned_at <= $1 ORDER BY local"
MANY = """
WITH r AS (
    INSERT INTO reminders (id, owner, maker, audience, offer, first, zone, rrule, maker_lead, created_at, title, note)
    SELECT gen_random_uuid(), $1, $1, 'me', 'none', '2027-01-01', 'UTC', 'FREQ=DAILY', '0', now(), '', ''
    FROM generate_series(1, 100) RETURNING id
), o AS (
    INSERT INTO occurrences SELECT id, timestamp '2027-01-01' + make_interval(days => n), 0,
        timestamptz '2027-01-01Z' + make_interval(days => n) FROM r, generate_series(1, 100) AS n RETURNING *
)
INSERT INTO rings (reminder_id, person, local, zone, stream_key, planned_at, due_at, late, shown)
SELECT reminder_id, $1, local, 'UTC', $1, at, at, false, 'pending' FROM o
"""


@pytest.mark.parametrize(
    ("zone", "first", "walls"),
    [
        # The clock jumps from 02:00 to 03:00: that night it rings an hour later on the wall, one day after the last.
        ("Europe/Berlin", "2027-03-27T02:30:00", ["02:30", "03:30", "02:30"]),
        # 02:30 comes twice: it rings the first time.
        ("Europe/Berlin", "2027-10-30T02:30:00", ["02:30", "02:30", "02:30"]),
        # Half an hour is repeated, then skipped.
        ("Australia/Lord_Howe", "2027-04-03T01:45:00", ["01:45", "01:45", "01:45"]),
        ("Australia/Lord_Howe", "2027-10-02T02:15:00", ["02:15", "02:45", "02:15"]),
    ],
)
async def test_a_daily_reminder_goes_by_its_own_wall_clock_for_both(
    bells: Any, evening: Stage, zone: str, first: str, walls: list[str]
) -> None:
    await evening.pair(zone="America/New_York")
    start = datetime.fromisoformat(first)
    await bells.move_to((start - DAY).replace(tzinfo=UTC))
    made = await bells.make(evening.ann, "both", first, zone=zone, rrule="FREQ=DAILY")
    await bells.act(evening.sam, "Accept", made)
    clocks = ZoneInfo(zone)
    expected = [(start + n * DAY).replace(tzinfo=clocks).astimezone(UTC) for n in range(3)]
    assert [each.astimezone(clocks).strftime("%H:%M") for each in expected] == walls
    for n, each in enumerate(expected):
        await bells.move_to(each - 3 * SECOND)
        assert len(await bells.rang()) == 2 * n
        await bells.move_to(each)
        rang = await bells.rang()
        assert len(rang) == 2 * n + 2
        for event in rang[2 * n :]:
            assert (event.due_at, event.zone, event.late) == (each, zone, False)
            assert event.occurrence == (start + n * DAY).isoformat()


@pytest.mark.parametrize("days", [3, 12])
async def test_an_outage_is_recorded_whole_and_told_once_a_series_and_person(
    bells: Any, evening: Stage, days: int
) -> None:
    await evening.pair()
    first = await bells.make(evening.ann, "both", HOUR, rrule="FREQ=DAILY")
    second = await bells.make(evening.ann, "both", first.first, rrule="FREQ=DAILY")
    for made in (first, second):
        await bells.act(evening.sam, "Accept", made)
    await bells.move(HOUR)
    assert Counter(event.late for event in await bells.rang()) == {False: 4}
    await bells.move(days * DAY + HOUR)
    late = [event for event in await bells.rang() if event.late]
    assert Counter((str(event.reminder_id), event.person_id) for event in late) == {
        (made.id, person.id): 1 for made in (first, second) for person in (evening.ann, evening.sam)
    }
    async with evening.tables("scheduling").begin(readonly=True) as tx:
        rows = await tx.fetch(RECORDED, tx.now)
    start = datetime.fromisoformat(first.first)
    for person in (evening.ann, evening.sam):
        missed = Counter(row["local"] for row in rows if row["person"] == person.id and row["late"])
        assert set(missed) == {start + n * DAY for n in range(1, days + 1)}
        assert set(missed.values()) == {2}
    assert {row["shown"] for row in rows} == {"ringing"}
    await bells.move(DAY - HOUR)
    assert [event.late for event in await bells.rang()] == [False] * 4 + [True] * 4 + [False] * 4


async def test_a_late_notice_is_one_also_where_the_claim_takes_one_ring_at_a_time(bells: Any, evening: Stage) -> None:
    loop = evening.node.due_loops["scheduling"]
    loop.dues = [Due("rings", on_rings_due, batch=1), *loop.dues[1:]]
    made = await bells.make(evening.ann, first=HOUR, rrule="FREQ=DAILY")
    await bells.move(5 * DAY)
    (notice,) = await bells.rang()
    assert notice.late
    assert notice.occurrence == (datetime.fromisoformat(made.first) + 2 * DAY).isoformat()


async def test_lead_of_a_week_on_a_daily_reminder_rings_every_day_a_week_ahead(bells: Any, evening: Stage) -> None:
    made = await bells.make(evening.ann, first=7 * DAY + HOUR, rrule="FREQ=DAILY", lead=7 * DAY)
    start = datetime.fromisoformat(made.first)
    for n in range(5):
        await bells.move(HOUR if n == 0 else DAY)
        rang = await bells.rang()
        assert [event.occurrence for event in rang] == [(start + k * DAY).isoformat() for k in range(n + 1)]
        assert not any(event.late for event in rang)


async def test_two_times_lie_ahead_after_each_ring_and_a_counted_series_ends(bells: Any, evening: Stage) -> None:
    made = await bells.make(evening.ann, first=HOUR, rrule="FREQ=DAILY;COUNT=5")
    for left in (4, 3, 2, 1, 0):
        await bells.move(HOUR if left == 4 else DAY)
        shown = await bells.act(evening.ann, "Complete", made)
        assert min(left, 2) <= len(shown.rings) <= min(left, 3)
    await bells.move(3 * DAY)
    assert len(await bells.rang()) == 5


async def test_ten_thousand_pending_rings_do_not_slow_the_claim(bells: Any, evening: Stage) -> None:
    await bells.make(evening.ann, first=HOUR)
    await fill(evening, evening.ann)
    claim = Due("rings", on_rings_due).claim(500)
    async with evening.tables("scheduling").begin() as tx:
        plan = "\n".join(row[0] for row in await tx.fetch(f"EXPLAIN {claim}", tx.now))
    assert "rings_due" in plan, plan
    assert "Seq Scan on rings" not in plan, plan


async def fill(stage: Stage, person: Person) -> None:
    connection = await asyncpg.connect(stage.postgres.dsn(stage.database))
    try:
        await connection.execute("SET search_path TO scheduling")
        await connection.execute(MANY.replace("$1", f"'{person.id}'"))
        await connection.execute("ANALYZE")
    finally:
        await connection.close()
