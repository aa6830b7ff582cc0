"""A couple's day: no gap and no overlap, 23 and 25 hours on DST days, and none dealt twice when the zone moves."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.domain.days import couple_day, day_bounds, standing_day

FOUR = time(4)
zones = st.sampled_from(
    [
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Africa/Casablanca",
    ]
)
starts = st.sampled_from([time(0), time(2), time(2, 30), FOUR, time(23, 30)])
instants = st.timedeltas(timedelta(0), timedelta(days=25 * 365)).map(
    lambda after: datetime(2010, 1, 1, tzinfo=UTC) + after
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_day_turns_at_four_in_the_couple_s_zone() -> None:
    assert couple_day(at("2025-01-15T02:59:59Z"), "Europe/Berlin", FOUR) == date(2025, 1, 14)
    assert couple_day(at("2025-01-15T03:00:00Z"), "Europe/Berlin", FOUR) == date(2025, 1, 15)


@given(now_at=instants, zone=zones, day_start=starts)
def test_every_instant_lies_in_its_own_day(now_at: datetime, zone: str, day_start: time) -> None:
    start_at, end_at = day_bounds(couple_day(now_at, zone, day_start), zone, day_start)
    assert start_at <= now_at < end_at


@given(day=st.dates(date(2010, 1, 1), date(2035, 1, 1)), zone=zones, day_start=starts)
def test_each_day_ends_where_the_next_begins(day: date, zone: str, day_start: time) -> None:
    start_at, end_at = day_bounds(day, zone, day_start)
    assert end_at == day_bounds(day + timedelta(days=1), zone, day_start)[0]
    assert start_at <= end_at


@pytest.mark.parametrize(
    ("day", "zone", "day_start", "hours"),
    [
        (date(2025, 3, 29), "Europe/Berlin", FOUR, 23),
        (date(2025, 10, 25), "Europe/Berlin", FOUR, 25),
        (date(2025, 3, 9), "America/New_York", time(0), 23),
        (date(2025, 11, 2), "America/New_York", time(0), 25),
        (date(2025, 4, 5), "Australia/Lord_Howe", FOUR, 24.5),
        (date(2011, 12, 30), "Pacific/Apia", FOUR, 0),
        (date(2025, 6, 1), "Europe/Berlin", FOUR, 24),
    ],
)
def test_a_dst_day_has_the_hours_the_clock_gives_it(day: date, zone: str, day_start: time, hours: float) -> None:
    start_at, end_at = day_bounds(day, zone, day_start)
    assert end_at - start_at == timedelta(hours=hours)


def test_a_start_of_day_the_clock_skips_is_read_with_the_offset_before_the_gap() -> None:
    assert day_bounds(date(2025, 3, 30), "Europe/Berlin", time(2, 30))[0] == at("2025-03-30T01:30:00Z")


def test_a_start_of_day_that_comes_twice_counts_the_first_time() -> None:
    assert day_bounds(date(2025, 10, 26), "Europe/Berlin", time(2, 30))[0] == at("2025-10-26T00:30:00Z")
    second_half_past_two = at("2025-10-26T01:10:00Z")
    assert couple_day(second_half_past_two, "Europe/Berlin", time(2, 30)) == date(2025, 10, 26)


def test_a_day_that_has_begun_does_not_end_when_the_clock_goes_back_past_midnight() -> None:
    half_past_eleven_again = at("2010-11-07T03:00:00Z")
    assert couple_day(half_past_eleven_again, "America/St_Johns", time(0)) == date(2010, 11, 7)


def test_moving_west_keeps_the_day_already_dealt_until_the_zone_has_caught_up() -> None:
    dealt_on = couple_day(at("2025-01-02T00:00:00Z"), "Asia/Tokyo", FOUR)
    moved = "America/Los_Angeles"
    assert standing_day(at("2025-01-02T01:00:00Z"), moved, FOUR, dealt_on) == dealt_on
    assert couple_day(at("2025-01-02T01:00:00Z"), moved, FOUR) < dealt_on
    end_at = day_bounds(dealt_on, moved, FOUR)[1]
    assert standing_day(end_at, moved, FOUR, dealt_on) == dealt_on + timedelta(days=1)


@given(first_at=instants, moves=st.lists(st.tuples(st.timedeltas(timedelta(0), timedelta(days=2)), zones), max_size=12))
def test_no_day_is_dealt_twice_however_the_zone_moves(first_at: datetime, moves: list[tuple[timedelta, str]]) -> None:
    dealt: list[date] = []
    now_at = first_at
    for passed, zone in moves:
        now_at += passed
        last_dealt_on = dealt[-1] if dealt else None
        today_on = standing_day(now_at, zone, FOUR, last_dealt_on)
        assert last_dealt_on is None or today_on >= last_dealt_on
        if last_dealt_on is None or today_on > last_dealt_on:
            dealt.append(today_on)
    assert dealt == sorted(set(dealt))
