"""Which times suit both, without telling either anything about the other but that?

Promise: the answer depends on the two people's stated windows and busy times only through the time that is free for
both; it does not change when the two are exchanged, and when a stretch is missing nothing says whose doing it was.
Order and explanation use that free time, the two public zones and the public idea of unsocial hours (22:00 to 07:00),
never a wish.

Slots begin on quarter hours of UTC. Every zone's present offset is a multiple of 15 minutes, also Kathmandu's +05:45
and Lord Howe's +10:30, so these are quarter hours on everybody's wall clock too.
"""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from heapq import heapify, heappop, heappush
from itertools import accumulate
from math import ceil, floor
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from scheduling.domain.errors import Rule
from scheduling.domain.windows import Availability, Span, Window, merged, openings

QUARTER: Final = 15 * 60
SHORTEST: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(hours=24)
WIDEST: Final = timedelta(weeks=8)
FARTHEST: Final = timedelta(days=731)
MOST_SLOTS: Final = 50
UNSOCIAL: Final = tuple(Window(weekday, time(22), time(7)) for weekday in range(7))


class SlotSpanOutOfRange(Rule):
    """The span ends after it starts and after now, is at most 8 weeks long, and ends within two years."""

    field: ClassVar[str] = "ends_before"


class SlotLengthOutOfRange(Rule):
    """A slot lasts from 15 minutes to 24 hours, in whole minutes."""

    field: ClassVar[str] = "duration"


class SlotLimitOutOfRange(Rule):
    """You can ask for 1 to 50 slots."""

    field: ClassVar[str] = "limit"


class Why(StrEnum):
    """What can be said of a slot to both: facts of the slot itself and of the two zones."""

    SOCIAL_FOR_BOTH = "social_for_both"
    UNSOCIAL_FOR_ONE = "unsocial_for_one"
    UNSOCIAL_FOR_BOTH = "unsocial_for_both"
    SOONEST = "soonest"


@dataclass(frozen=True, slots=True)
class Slot:
    """`[starts_at, ends_at)` in UTC, free for both when it was computed."""

    starts_at: datetime
    ends_at: datetime
    reasons: tuple[Why, ...]


def mutual_slots(
    a: Availability,
    b: Availability,
    busy: Iterable[tuple[datetime, datetime]],
    *,
    couple_zone: ZoneInfo,
    from_at: datetime,
    to_at: datetime,
    length: timedelta,
    limit: int,
    now: datetime,
) -> list[Slot]:
    """At most `limit` slots of `length` that lie inside `[from_at, to_at)` and do not overlap, best first.

    `busy` holds both people's busy times in any order, without a word on whose. No slot starts before `now`.
    Best is: fewest unsocial quarter hours, added up over both; then the date (in the couple's zone) with the fewest
    slots picked so far; then the soonest. Raises SlotSpanOutOfRange, SlotLengthOutOfRange, SlotLimitOutOfRange.
    """
    if not (from_at < to_at <= now + FARTHEST and to_at > now and to_at - from_at <= WIDEST):
        raise SlotSpanOutOfRange
    if not SHORTEST <= length <= LONGEST or length % timedelta(minutes=1):
        raise SlotLengthOutOfRange
    if not 1 <= limit <= MOST_SLOTS:
        raise SlotLimitOutOfRange
    span = (ceil(max(from_at, now).timestamp()), floor(to_at.timestamp()))
    taken = [(floor(start.timestamp()), ceil(end.timestamp())) for start, end in busy]
    return sweep(a, b, taken, couple_zone, span, length // timedelta(seconds=1), limit)


def sweep(
    a: Availability, b: Availability, busy: Iterable[Span], couple_zone: ZoneInfo, span: Span, length: int, limit: int
) -> list[Slot]:
    """What `mutual_slots` promises, in whole UTC seconds and without its limits.

    Takes O(n log n) for n windows on their dates, busy times and possible starts.
    """
    free = _without(_common(openings(a, span), openings(b, span)), merged(busy))
    nights = [openings(Availability(person.zone, UNSOCIAL), span) for person in (a, b)]
    picked = _pick(_starts(free, length), _unsocial_quarters(nights, span), couple_zone, length, limit)
    soonest = min(picked, default=None)
    return [
        Slot(
            starts_at=datetime.fromtimestamp(start, UTC),
            ends_at=datetime.fromtimestamp(start + length, UTC),
            reasons=(_hours(nights, start, start + length), *((Why.SOONEST,) if start == soonest else ())),
        )
        for start in picked
    ]


def _common(first: list[Span], second: list[Span]) -> list[Span]:
    result: list[Span] = []
    i = j = 0
    while i < len(first) and j < len(second):
        start, end = max(first[i][0], second[j][0]), min(first[i][1], second[j][1])
        if start < end:
            result.append((start, end))
        if first[i][1] <= second[j][1]:
            i += 1
        else:
            j += 1
    return result


def _without(spans: list[Span], busy: list[Span]) -> list[Span]:
    result: list[Span] = []
    i = 0
    for start, end in spans:
        while i < len(busy) and busy[i][1] <= start:
            i += 1
        at = i
        while at < len(busy) and busy[at][0] < end:
            if start < busy[at][0]:
                result.append((start, busy[at][0]))
            start = busy[at][1]
            at += 1
        if start < end:
            result.append((start, end))
    return result


def _starts(free: list[Span], length: int) -> list[int]:
    return [at for start, end in free for at in range(-(-start // QUARTER) * QUARTER, end - length + 1, QUARTER)]


@dataclass(frozen=True, slots=True)
class _Cumulated:
    """How many unsocial quarter hours, of both people together, come before each quarter hour from `first` on."""

    first: int
    before: list[int]

    def between(self, start: int, end: int) -> int:
        return self.before[-(-end // QUARTER) - self.first] - self.before[start // QUARTER - self.first]


def _unsocial_quarters(nights: list[list[Span]], span: Span) -> _Cumulated:
    first = span[0] // QUARTER
    weights = [0] * (-(-span[1] // QUARTER) - first)
    for start, end in (night for person in nights for night in person):
        for quarter in range(start // QUARTER - first, -(-end // QUARTER) - first):
            weights[quarter] += 1
    return _Cumulated(first, list(accumulate(weights, initial=0)))


def _pick(starts: list[int], unsocial: _Cumulated, zone: ZoneInfo, length: int, limit: int) -> list[int]:
    # A date's count only grows, so an entry with an outdated count sits too early in the heap, never too late.
    heap = [(unsocial.between(start, start + length), 0, start) for start in starts]
    heapify(heap)
    picked: list[int] = []
    in_order: list[int] = []
    on_date: Counter[date] = Counter()
    while heap and len(picked) < limit:
        cost, count, start = heappop(heap)
        place = bisect_left(in_order, start)
        if any(abs(start - other) < length for other in in_order[max(place - 1, 0) : place + 1]):
            continue
        day = datetime.fromtimestamp(start, zone).date()
        if count < on_date[day]:
            heappush(heap, (cost, on_date[day], start))
            continue
        on_date[day] += 1
        picked.append(start)
        insort(in_order, start)
    return picked


def _hours(nights: list[list[Span]], start: int, end: int) -> Why:
    unsocial = sum(any(start < dawn and dusk < end for dusk, dawn in person) for person in nights)
    return (Why.SOCIAL_FOR_BOTH, Why.UNSOCIAL_FOR_ONE, Why.UNSOCIAL_FOR_BOTH)[unsocial]
