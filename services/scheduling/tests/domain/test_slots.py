"""Do mutual slots keep wall-clock times, spread over days, prefer social hours and name the limit that was broken?"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest

from scheduling.domain.errors import Rule
from scheduling.domain.slots import (
    Slot,
    SlotLengthOutOfRange,
    SlotLimitOutOfRange,
    SlotSpanOutOfRange,
    Why,
    mutual_slots,
)
from scheduling.domain.windows import (
    Availability,
    Window,
)

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ALWAYS = tuple(Window(weekday, time(), time()) for weekday in range(7))


def ask(**changes: Any) -> list[Slot]:
    """Berlin from 17:00 and New York from 11:00 on Saturdays, over four weeks with a clock change in either zone."""
    question: dict[str, Any] = {
        "a": Availability(BERLIN, (Window(5, time(17), time(23)),)),
        "b": Availability(NEW_YORK, (Window(5, time(11), time(20)),)),
        "busy": [],
        "couple_zone": BERLIN,
        "from_at": datetime(2026, 3, 6, tzinfo=UTC),
        "to_at": datetime(2026, 4, 3, tzinfo=UTC),
        "length": 5 * HOUR,
        "limit": 50,
        "now": NOW,
    }
    return mutual_slots(**(question | changes))


def test_windows_keep_their_wall_clock_time_across_both_zones_clock_changes() -> None:
    assert [slot.starts_at.hour for slot in sorted(ask(), key=lambda slot: slot.starts_at)] == [
        16,
        16,
        16,
        16,
    ]
    long = ask(length=6 * HOUR)
    assert [slot.starts_at.date() for slot in sorted(long, key=lambda slot: slot.starts_at)] == [
        date(2026, 3, day) for day in (7, 14, 21, 28)
    ]


def test_slots_spread_over_days_before_a_day_gives_a_second_one() -> None:
    days = [slot.starts_at.day for slot in ask(length=HOUR, limit=8)]
    assert sorted(days[:4]) == [7, 14, 21, 28]
    assert sorted(days[4:]) == [7, 14, 21, 28]


def test_social_hours_come_first_and_the_explanation_names_only_facts_of_the_slot() -> None:
    a, b = (
        Availability(zone, (Window(0, time(20), time(22)), Window(1, time(22), time(23)))) for zone in (BERLIN, BERLIN)
    )
    slots = ask(a=a, b=b, length=HOUR, to_at=datetime(2026, 3, 12, tzinfo=UTC))
    assert [slot.reasons for slot in slots] == [
        (Why.SOCIAL_FOR_BOTH, Why.SOONEST),
        (Why.SOCIAL_FOR_BOTH,),
        (Why.UNSOCIAL_FOR_BOTH,),
    ]
    far = ask(b=Availability(ZoneInfo("Asia/Kathmandu"), ALWAYS), length=HOUR, limit=1)
    assert [slot.reasons for slot in far] == [(Why.UNSOCIAL_FOR_ONE, Why.SOONEST)]


def test_no_slot_starts_in_the_past_or_overlaps_another() -> None:
    always, now = Availability(BERLIN, ALWAYS), datetime(2026, 3, 26, 0, 0, 0, 1, tzinfo=UTC)
    slots = sorted(ask(a=always, b=always, length=HOUR, now=now), key=lambda slot: slot.starts_at)
    assert len(slots) == 50
    assert slots[0].starts_at == datetime(2026, 3, 26, 6, tzinfo=UTC)
    assert all(one.ends_at <= two.starts_at for one, two in pairwise(slots))


def test_quarter_hours_of_utc_are_quarter_hours_of_every_zone() -> None:
    for name in available_timezones():
        for month in range(1, 13):
            offset = datetime(2026, month, 1, tzinfo=ZoneInfo(name)).utcoffset()
            assert offset is not None
            assert offset % QUARTER == timedelta(), name


@pytest.mark.parametrize(
    ("changes", "broken", "field"),
    [
        ({"length": timedelta(minutes=14)}, SlotLengthOutOfRange, "duration"),
        ({"length": timedelta(hours=24, minutes=1)}, SlotLengthOutOfRange, "duration"),
        ({"length": timedelta(minutes=20, seconds=30)}, SlotLengthOutOfRange, "duration"),
        ({"limit": 0}, SlotLimitOutOfRange, "limit"),
        ({"limit": 51}, SlotLimitOutOfRange, "limit"),
        ({"to_at": datetime(2026, 3, 6, tzinfo=UTC)}, SlotSpanOutOfRange, "ends_before"),
        ({"to_at": datetime(2026, 5, 1, 0, 0, 1, tzinfo=UTC)}, SlotSpanOutOfRange, "ends_before"),
        ({"now": datetime(2026, 4, 3, tzinfo=UTC)}, SlotSpanOutOfRange, "ends_before"),
        ({"from_at": datetime(1, 1, 1, tzinfo=UTC)}, SlotSpanOutOfRange, "ends_before"),
        ({"to_at": datetime(9999, 12, 31, tzinfo=UTC)}, SlotSpanOutOfRange, "ends_before"),
        ({"now": datetime(2024, 3, 1, tzinfo=UTC)}, SlotSpanOutOfRange, "ends_before"),
    ],
)
def test_a_question_outside_the_limits_names_its_field(changes: dict[str, Any], broken: type[Rule], field: str) -> None:
    with pytest.raises(broken) as raised:
        ask(**changes)
    assert raised.value.field == field


def test_the_limits_themselves_are_allowed() -> None:
    day = ask(length=timedelta(hours=24), to_at=datetime(2026, 5, 1, tzinfo=UTC), limit=50)
    assert day == []
    assert ask(length=QUARTER, limit=1)


def test_a_second_of_busy_time_is_enough() -> None:
    starts = datetime(2026, 3, 7, 16, tzinfo=UTC)
    assert ask(limit=1)[0].starts_at == starts
    assert ask(limit=1, length=6 * HOUR)[0].starts_at == starts
    blocked = ask(busy=[(starts, starts + timedelta(seconds=1))], length=6 * HOUR)
    assert [slot.starts_at.day for slot in sorted(blocked, key=lambda slot: slot.starts_at)] == [14, 21, 28]
