"""Do stated windows mean the wall-clock time they name, and does tidying them up change nothing?"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scheduling.domain.errors import Rule
from scheduling.domain.windows import (
    TooManyWindows,
    Window,
    WindowEndInvalid,
    WindowStartInvalid,
    WindowWeekdayUnknown,
    first_instant,
    normalise,
)

BERLIN, LORD_HOWE = ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ALWAYS = tuple(Window(weekday, time(), time()) for weekday in range(7))


def is_open(windows: tuple[Window, ...], latest: datetime) -> bool:
    for window in windows:
        for day in (latest.date(), latest.date() - DAY):
            end_day = day + DAY if window.end <= window.start else day
            if day.weekday() == window.weekday and (
                datetime.combine(day, window.start) <= latest < datetime.combine(end_day, window.end)
            ):
                return True
    return False


@pytest.mark.parametrize(
    ("zone", "day", "wall", "expected"),
    [
        (BERLIN, date(2026, 3, 29), time(2, 30), "2026-03-29T01:00:00+00:00"),
        (BERLIN, date(2026, 10, 25), time(2, 30), "2026-10-25T00:30:00+00:00"),
        (LORD_HOWE, date(2026, 10, 4), time(2, 10), "2026-10-03T15:30:00+00:00"),
        (LORD_HOWE, date(2026, 4, 5), time(1, 45), "2026-04-04T14:45:00+00:00"),
        (ZoneInfo("Pacific/Apia"), date(2011, 12, 30), time(12, 0), "2011-12-30T10:00:00+00:00"),
    ],
    ids=["gap", "fold", "half-hour gap", "half-hour fold", "skipped day"],
)
def test_a_wall_clock_time_is_the_first_instant_that_shows_it_or_a_later_one(
    zone: ZoneInfo, day: date, wall: time, expected: str
) -> None:
    assert datetime.fromtimestamp(first_instant(day, wall, zone), UTC).isoformat() == expected


def minutes_of_week(given: tuple[Window, ...]) -> set[int]:
    monday = datetime(2026, 1, 5)  # noqa: DTZ001 - a wall clock without a zone
    return {minute for minute in range(0, 10080, 5) if is_open(given, monday + minute * MINUTE)}


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.builds(Window, st.integers(0, 6), *[st.integers(0, 95).map(lambda q: time(q // 4, q % 4 * 15))] * 2))
)
@example(list(ALWAYS))
@example([Window(6, time(20), time(2)), Window(0, time(1), time(5))])
def test_normal_windows_mean_the_same_do_not_grow_and_stay_as_they_are(given_windows: list[Window]) -> None:
    normal = normalise(given_windows[:50])
    assert minutes_of_week(normal) == minutes_of_week(tuple(given_windows[:50]))
    assert len(normal) <= len(given_windows)
    assert normalise(normal) == normal


def test_overlapping_windows_become_one_also_over_the_end_of_the_week() -> None:
    assert normalise([Window(0, time(1), time(5)), Window(6, time(20), time(2))]) == (Window(6, time(20), time(5)),)
    assert normalise(ALWAYS) == ALWAYS


def test_fifty_windows_are_allowed_and_one_more_is_not() -> None:
    fifty = [Window(day, time(hour), time(hour, 30)) for day in range(5) for hour in range(10)]
    assert len(normalise(fifty)) == 50
    with pytest.raises(TooManyWindows):
        normalise([*fifty, Window(6, time(1), time(2))])


@pytest.mark.parametrize(
    ("weekday", "start", "end", "broken", "field"),
    [
        (7, time(1), time(2), WindowWeekdayUnknown, "windows.weekday"),
        (-1, time(1), time(2), WindowWeekdayUnknown, "windows.weekday"),
        (0, time(1, 0, 1), time(2), WindowStartInvalid, "windows.start"),
        (0, time(1, tzinfo=UTC), time(2), WindowStartInvalid, "windows.start"),
        (0, time(1), time(2, 0, 0, 1), WindowEndInvalid, "windows.end"),
    ],
)
def test_a_window_that_is_none_names_its_field(
    weekday: int, start: time, end: time, broken: type[Rule], field: str
) -> None:
    with pytest.raises(broken) as raised:
        Window(weekday, start, end)
    assert raised.value.field == field
