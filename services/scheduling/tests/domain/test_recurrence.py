"""Do series come round when RFC 5545 says, at the right instants, and is every other rule refused quickly?"""

import time
from datetime import UTC, datetime, timedelta

import pytest
from dateutil import rrule as oracle
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scheduling.domain.errors import RecurrenceNotAllowed, Rule, TimeOutOfRange, UnknownZone
from scheduling.domain.recurrence import WEEKDAYS, RecurrenceRule, next_occurrences, parse_rule, resolve

at = datetime.fromisoformat
REFUSED = """
    RRULE FREQ=DAILY; RRULE:FREQ=DAILY FREQ=DAILY;OUR=SECRET FREQ=DAILY;RSCALE=HEBREW FREQ=DAİLY
    FREQ INTERVAL=2 FREQ=HOURLY FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30 FREQ=DAILY;FREQ=WEEKLY
    INTERVAL FREQ=DAILY;INTERVAL=0 FREQ=DAILY;INTERVAL=-1 FREQ=DAILY;INTERVAL=1,2 FREQ=DAILY;INTERVAL=367
    INTERVAL FREQ=DAILY;INTERVAL=1000000000000000 FREQ=YEARLY;BYMONTH=2;BYDAY=5MO;INTERVAL=0
    COUNT FREQ=DAILY;COUNT=0 FREQ=DAILY;COUNT=1001 FREQ=DAILY;COUNT=1_0
    UNTIL FREQ=DAILY;COUNT=2;UNTIL=20270101 FREQ=DAILY;UNTIL=20270101T090000 FREQ=DAILY;UNTIL=20270230
    UNTIL FREQ=DAILY;UNTIL=20270101T256000Z FREQ=DAILY;UNTIL=00000101
    BYHOUR FREQ=DAILY;BYHOUR=25
    BYMINUTE FREQ=DAILY;BYMINUTE=1
    BYSECOND FREQ=DAILY;BYSECOND=1
    BYWEEKNO FREQ=YEARLY;BYWEEKNO=20
    BYYEARDAY FREQ=YEARLY;BYYEARDAY=100
    BYMONTH FREQ=YEARLY;BYMONTH=13 FREQ=YEARLY;BYMONTH=-1 FREQ=YEARLY;BYMONTH=0
    BYMONTHDAY FREQ=MONTHLY;BYMONTHDAY=32 FREQ=WEEKLY;BYMONTHDAY=1 FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31
    BYMONTHDAY FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30 FREQ=MONTHLY;BYMONTH=2,4;BYMONTHDAY=31
    BYMONTHDAY FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-30 FREQ=MONTHLY;BYMONTHDAY=20;BYDAY=1MO
    BYDAY FREQ=WEEKLY;BYDAY=XX FREQ=WEEKLY;BYDAY= FREQ=WEEKLY;BYDAY=1MO FREQ=DAILY;BYDAY=-1FR FREQ=MONTHLY;BYDAY=6MO
    BYDAY FREQ=MONTHLY;BYDAY=0MO FREQ=YEARLY;BYDAY=54MO FREQ=YEARLY;BYMONTH=1;BYDAY=6MO
    BYSETPOS FREQ=MONTHLY;BYSETPOS=1 FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0 FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6
    BYSETPOS FREQ=MONTHLY;BYDAY=MO;BYSETPOS=200 FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1,3 FREQ=DAILY;BYDAY=MO;BYSETPOS=2
    WKST FREQ=WEEKLY;WKST=1
"""
PIECES = """
    FREQ=DAILY FREQ=YEARLY FREQ=MONTHLY FREQ=WEEKLY INTERVAL=365 INTERVAL=7 COUNT=1000 BYMONTH=2 BYMONTHDAY=29 WKST=SU
    BYMONTHDAY=-31,31 BYDAY=5MO BYDAY=SU BYDAY=53FR BYSETPOS=-1 BYSETPOS=5 BYSETPOS=366 UNTIL=99991231
"""


@st.composite
def rule_texts(draw: st.DrawFn) -> str:
    """Texts of allowed forms; weekdays are either all counted or all plain, since dateutil joins the two with "and"."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 5))}"]
    by_month = draw(st.lists(st.integers(1, 12), max_size=3, unique=True))
    by_month_day = draw(st.lists(st.integers(-31, 31).filter(bool), max_size=4, unique=True))
    weekdays = draw(st.lists(st.sampled_from(WEEKDAYS), max_size=4, unique=True))
    if frequency in ("MONTHLY", "YEARLY") and draw(st.booleans()):
        most = 5 if frequency == "MONTHLY" or by_month else 53
        weekdays = [f"{draw(st.integers(-most, most).filter(bool))}{weekday}" for weekday in weekdays]
    by_set_pos = draw(st.lists(st.integers(-4, 4).filter(bool), max_size=2, unique=True))
    if frequency == "WEEKLY":
        by_month_day = []
    for name, entries in (("BYMONTH", by_month), ("BYMONTHDAY", by_month_day), ("BYDAY", weekdays)):
        if entries:
            parts.append(f"{name}={','.join(map(str, entries))}")
    if by_set_pos and len(parts) > 2:
        parts.append(f"BYSETPOS={','.join(map(str, by_set_pos))}")
    if draw(st.booleans()):
        parts.append(f"WKST={draw(st.sampled_from(WEEKDAYS))}")
    return ";".join(parts)


def by_dateutil(rule: RecurrenceRule, start: datetime, until: datetime) -> list[datetime]:
    """The series as dateutil sees it.

    It takes BYSETPOS in the first week from the start on, not from the week's first day: so it gets that day as start.
    """
    asked = rule.text
    begin = start
    if rule.frequency == "WEEKLY":
        begin -= timedelta(days=(start.weekday() - rule.week_start) % 7)
        asked += "" if rule.by_day else f";BYDAY={WEEKDAYS[start.weekday()]}"
    found = oracle.rrulestr(asked, dtstart=begin).between(begin, until, inc=True)
    return [local for local in found if local >= start]


def any_day_by_dateutil(text: str, base: datetime) -> datetime | None:
    """A day in 28 years that the rule would have, whatever its interval."""
    asked = ";".join(part for part in text.split(";") if not part.startswith("INTERVAL"))
    series = oracle.rrulestr(asked, dtstart=base)
    return next(iter(series.between(base, base + timedelta(days=28 * 366))), None)


@settings(max_examples=300, deadline=None)
@given(
    rule_texts(),
    st.datetimes(at("2026-01-01T00:00"), at("2031-01-01T00:00")).map(lambda base: base.replace(microsecond=0)),
    st.integers(0, 3000),
)
def test_a_series_is_what_dateutil_says(text: str, base: datetime, days_on: int) -> None:
    try:
        rule = parse_rule(text)
    except RecurrenceNotAllowed:
        assert "BYSETPOS" in text or any_day_by_dateutil(text, base) is None
        return
    first = next_occurrences(rule, base, "UTC", None, 1)
    assume(first)
    start = first[0].local
    until = at("2040-01-01T00:00")
    expected = by_dateutil(rule, start, until)
    ours = [each.local for each in next_occurrences(rule, start, "UTC", None, 40)]
    assert [local for local in ours if local <= until] == expected[:40]
    after = start + timedelta(days=days_on)
    later = [each.local for each in next_occurrences(rule, start, "UTC", after, 3)]
    assert [local for local in later if local <= until] == [local for local in expected if local > after][:3]


@settings(max_examples=100, deadline=None)
@given(rule_texts(), st.integers(1, 60), st.integers(0, 70))
def test_count_is_counted_from_the_start_wherever_one_looks_from(text: str, count: int, skipped: int) -> None:
    try:
        rule, endless = parse_rule(f"{text};COUNT={count}"), parse_rule(text)
    except RecurrenceNotAllowed:
        assume(False)
    found = next_occurrences(endless, at("2026-03-04T09:00"), "UTC", None, 1)
    assume(found)
    start = found[0].local
    whole = next_occurrences(endless, start, "UTC", None, count)
    assert next_occurrences(rule, start, "UTC", None, count + 5) == whole
    if skipped < len(whole):
        assert next_occurrences(rule, start, "UTC", whole[skipped].local, 99) == whole[skipped + 1 :]


@settings(max_examples=100, deadline=None)
@given(rule_texts())
def test_canonical_text_reads_back_as_the_same_rule(text: str) -> None:
    try:
        rule = parse_rule(text)
    except RecurrenceNotAllowed:
        assume(False)
    assert parse_rule(rule.text) == rule
    assert parse_rule(";".join(reversed(text.lower().split(";")))) == rule


@pytest.mark.parametrize(
    ("text", "start", "days"),
    [
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05T09:00", [5, 10, 19, 24]),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05T09:00", [5, 17, 19, 31]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU", "2027-01-04T09:00", [4, 17, 18, 31]),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=2", "2027-01-06T09:00", [6, 13, 20, 27]),
        ("FREQ=MONTHLY;BYDAY=1MO,FR", "2027-01-01T09:00", [1, 4, 8, 15]),
    ],
)
def test_weeks_places_and_counted_weekdays_are_those_of_rfc_5545(text: str, start: str, days: list[int]) -> None:
    found = next_occurrences(parse_rule(text), at(start), "America/New_York", None, 4)
    assert [each.local.day for each in found] == days


@pytest.mark.parametrize(
    ("until", "days"), [("20270103", [1, 2, 3]), ("20270103T075959Z", [1, 2]), ("20270103T080000Z", [1, 2, 3])]
)
def test_until_is_inclusive_as_a_local_day_or_an_instant(until: str, days: list[int]) -> None:
    rule = parse_rule(f"FREQ=DAILY;UNTIL={until}")
    found = next_occurrences(rule, at("2027-01-01T09:00"), "Europe/Berlin", None, 9)
    assert [each.local.day for each in found] == days


@pytest.mark.parametrize(
    ("part", "text"),
    [(part, text) for part, *texts in map(str.split, REFUSED.strip().splitlines()) for text in texts]
    + [("RRULE", ""), ("RRULE", "FREQ=DAILY" + ";" * 300), ("FREQ", "FREQ=DAILY\nRRULE:FREQ=DAILY")]
    + [("BYMONTHDAY", "FREQ=MONTHLY;BYMONTHDAY=" + ",".join(["1"] * 32))],
)
def test_a_rule_outside_the_gate_is_refused_by_its_part(part: str, text: str) -> None:
    with pytest.raises(RecurrenceNotAllowed) as refusal:
        parse_rule(text)
    assert (refusal.value.field, refusal.value.part) == ("rrule", part)
    assert "SECRET" not in str(refusal.value)


def test_limits_hold_at_n_and_are_refused_at_n_plus_1() -> None:
    parse_rule("FREQ=DAILY;INTERVAL=366;COUNT=1000")
    parse_rule("FREQ=MONTHLY;BYMONTHDAY=" + ",".join(map(str, range(1, 32))))
    longest = "FREQ=YEARLY;BYMONTH=" + ",".join(["12"] * 31) + ";BYMONTHDAY=" + ",".join(["+09"] * 31)
    assert len(longest + ";COUNT=40") == 256
    parse_rule(longest + ";COUNT=40")
    with pytest.raises(RecurrenceNotAllowed, match="RRULE has at most 256"):
        parse_rule(longest + ";COUNT=400")


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(st.sampled_from(PIECES.split()), max_size=6).map(";".join)))
def test_any_text_is_answered_or_refused_at_once(text: str) -> None:
    began = time.perf_counter()
    try:
        rule = parse_rule(text)
        next_occurrences(rule, at("2027-01-01T09:00"), "Europe/Berlin", None, 2)
        next_occurrences(rule, at("2027-01-01T09:00"), "Europe/Berlin", at("2037-01-01T00:00"), 2)
    except Rule:
        pass
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    "text",
    ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=YEARLY", "FREQ=DAILY;COUNT=1000"],
)
def test_ten_years_on_the_next_occurrence_takes_under_5_ms(text: str) -> None:
    rule, start = parse_rule(text), at("2027-01-01T09:00")
    next_occurrences(rule, start, "Europe/Berlin", None, 1)
    took = []
    for _ in range(5):
        began = time.perf_counter()
        next_occurrences(rule, start, "Europe/Berlin", at("2037-01-01T09:00"), 2)
        took.append(time.perf_counter() - began)
    assert min(took) < 0.005


def test_once_is_one_occurrence() -> None:
    start = at("2027-01-01T09:00")
    assert next_occurrences(None, start, "UTC", None, 5) == [resolve(start, "UTC")]
    assert next_occurrences(None, start, "UTC", start, 5) == []
    assert next_occurrences(None, start, "UTC", None, 0) == []


@pytest.mark.parametrize(
    "zone", ["", "Nowhere/Here", "../etc/passwd", "Europe", "right/Europe/Berlin", "localtime", "Factory", "\0"]
)
def test_an_unknown_zone_is_refused_by_name(zone: str) -> None:
    with pytest.raises(UnknownZone) as refusal:
        resolve(at("2027-01-01T00:00"), zone)
    assert refusal.value.field == "zone"


@pytest.mark.parametrize("local", [at("0001-01-01"), at("1969-12-31T23:59"), at("2100-01-01"), at("9999-12-31T23:59")])
def test_a_time_off_the_calendar_is_refused(local: datetime) -> None:
    with pytest.raises(TimeOutOfRange):
        resolve(local, "Pacific/Apia")
    with pytest.raises(TimeOutOfRange):
        next_occurrences(parse_rule("FREQ=DAILY"), local, "America/New_York", None, 2)


def test_a_skipped_hour_rings_at_the_offset_before_and_a_repeated_one_at_its_first() -> None:
    gap = resolve(at("2026-03-29T02:30"), "Europe/Berlin")
    assert (gap.at, gap.shifted) == (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), True)
    fold = resolve(at("2026-10-25T02:30"), "Europe/Berlin")
    assert (fold.at, fold.shifted, fold.fold) == (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), False, 0)
