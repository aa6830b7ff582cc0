"""Are mutual slots what the definition gives minute by minute, on clock-change days too, and nothing more?"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.domain.slots import (
    Slot,
    mutual_slots,
)
from scheduling.domain.windows import (
    Availability,
    Window,
    first_instant,
    normalise,
)

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
ZONES = [BERLIN, NEW_YORK, ZoneInfo("Asia/Kathmandu"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/Nuuk")]
CLOCK_CHANGES = [
    date(2026, month, day) for month, day in ((3, 8), (3, 28), (3, 29), (4, 5), (10, 4), (10, 25), (11, 1))
]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ALWAYS = tuple(Window(weekday, time(), time()) for weekday in range(7))
Busy = tuple[datetime, datetime]


@dataclass(frozen=True)
class Question:
    a: Availability
    b: Availability
    busy: list[Busy]
    from_at: datetime
    to_at: datetime
    length: timedelta
    limit: int = 50
    couple_zone: ZoneInfo = BERLIN
    now: datetime = NOW

    def asked(self) -> list[Slot]:
        return mutual_slots(
            self.a,
            self.b,
            self.busy,
            couple_zone=self.couple_zone,
            from_at=self.from_at,
            to_at=self.to_at,
            length=self.length,
            limit=self.limit,
            now=self.now,
        )


@cache
def clock(zone: ZoneInfo, from_at: datetime, minutes: int) -> list[tuple[datetime, datetime]]:
    """Minute by minute what the clock shows, and the latest it has shown since a day earlier."""
    shown: list[tuple[datetime, datetime]] = []
    latest = (from_at - 2 * DAY).replace(tzinfo=None)
    for step in range(-1440, minutes):
        wall = (from_at + step * MINUTE).astimezone(zone).replace(tzinfo=None)
        latest = max(latest, wall)
        shown.append((wall, latest))
    return shown[1440:]


def is_open(windows: tuple[Window, ...], latest: datetime) -> bool:
    for window in windows:
        for day in (latest.date(), latest.date() - DAY):
            end_day = day + DAY if window.end <= window.start else day
            if day.weekday() == window.weekday and (
                datetime.combine(day, window.start) <= latest < datetime.combine(end_day, window.end)
            ):
                return True
    return False


def by_brute_force(question: Question) -> list[tuple[datetime, datetime]]:
    """The definition, minute by minute and slot by slot, with no sweep in it."""
    from_at = max(question.from_at, question.now)
    minutes = max(0, (question.to_at - from_at) // MINUTE)
    people = [(each, clock(each.zone, from_at, minutes)) for each in (question.a, question.b)]
    unsocial = [[wall.hour >= 22 or wall.hour < 7 for wall, _ in shown] for _, shown in people]
    free = [all(is_open(person.windows, shown[minute][1]) for person, shown in people) for minute in range(minutes)]
    for start, end in question.busy:
        for minute in range(minutes):
            if start < from_at + (minute + 1) * MINUTE and from_at + minute * MINUTE < end:
                free[minute] = False
    length = question.length // MINUTE
    costs: dict[datetime, int] = {}
    for minute in range(minutes - length + 1):
        start_at = from_at + minute * MINUTE
        if start_at.minute % 15 == 0 and all(free[minute : minute + length]):
            costs[start_at] = sum(
                any(nights[at : min(at + 15, minutes)])
                for nights in unsocial
                for at in range(minute, minute + length, 15)
            )
    picked: list[datetime] = []
    while costs and len(picked) < question.limit:
        on_date = Counter(each.astimezone(question.couple_zone).date() for each in picked)
        best = min(costs, key=lambda at: (costs[at], on_date[at.astimezone(question.couple_zone).date()], at))
        picked.append(best)
        costs = {at: cost for at, cost in costs.items() if abs(at - best) >= question.length}
    return [(at, at + question.length) for at in picked]


walls = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15)) | st.sampled_from(
    [time(1, 50), time(2, 10), time(2, 30), time(2, 45), time(3, 0), time(22, 0), time(23, 30), time(0, 0)]
)
windows = st.builds(Window, st.integers(0, 6), walls, walls)
stated = st.lists(windows, max_size=12).map(tuple) | st.just(ALWAYS)
people = st.builds(Availability, st.sampled_from(ZONES), stated)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    anchor = datetime.combine(draw(st.sampled_from(CLOCK_CHANGES)), time(), UTC) - 12 * HOUR
    from_at = anchor + draw(st.sampled_from([0, 7, 13 * 60 + 15])) * MINUTE
    busy = draw(st.lists(st.tuples(st.integers(-600, 3000), st.integers(0, 700)), max_size=6))
    return Question(
        a=draw(people),
        b=draw(people),
        busy=[(from_at + start * MINUTE, from_at + (start + lasting) * MINUTE) for start, lasting in busy],
        from_at=from_at,
        to_at=from_at + draw(st.sampled_from([30, 1440, 2167, 2880])) * MINUTE,
        length=draw(st.sampled_from([15, 20, 45, 90, 480])) * MINUTE,
        limit=draw(st.sampled_from([1, 5, 50])),
        couple_zone=draw(st.sampled_from(ZONES)),
        now=from_at + draw(st.sampled_from([-9, 200])) * MINUTE,
    )


@settings(max_examples=80, deadline=None)
@given(questions())
def test_slots_are_what_brute_force_finds_in_the_same_order(question: Question) -> None:
    if question.to_at <= question.now:
        return
    assert [(slot.starts_at, slot.ends_at) for slot in question.asked()] == by_brute_force(question)


@settings(max_examples=60, deadline=None)
@given(questions())
def test_neither_order_of_people_nor_whose_busy_time_it_is_can_be_told(question: Question) -> None:
    if question.to_at <= question.now:
        return
    mirrored = Question(**(vars(question) | {"a": question.b, "b": question.a, "busy": question.busy[::-1]}))
    assert mirrored.asked() == question.asked()


@settings(max_examples=60, deadline=None)
@given(questions())
def test_busy_and_not_stated_cannot_be_told_apart(question: Question) -> None:
    normal = normalise(question.b.windows)
    if question.to_at <= question.now or not normal:
        return
    zone, gone = question.b.zone, normal[0]
    busy = list(question.busy)
    for day in (question.from_at.date() + step * DAY for step in range(-3, 5)):
        if day.weekday() == gone.weekday:
            end_day = day + DAY if gone.overnight else day
            start, end = first_instant(day, gone.start, zone), first_instant(end_day, gone.end, zone)
            busy.append((datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)))
    stated_but_busy = Question(**(vars(question) | {"busy": busy}))
    not_stated = Question(**(vars(question) | {"b": Availability(zone, normal[1:])}))
    assert stated_but_busy.asked() == not_stated.asked()
