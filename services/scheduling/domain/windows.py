"""When is a person open to time together, as they stated it, and which instants are those?

Promise: windows are kept in the person's own wall-clock time beside their IANA zone and turned into UTC date by date,
so "Tuesday from 19:00" stays 19:00 across clock changes. A wall-clock time stands for the first instant at which that
zone's clock shows it or a later time: the end of the gap where it is skipped, the first one where it comes twice.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from scheduling.domain.errors import Rule

MOST_WINDOWS: Final = 50
ONE_DAY: Final = timedelta(days=1)
DAY_MINUTES: Final = 24 * 60
WEEK_MINUTES: Final = 7 * DAY_MINUTES

Span = tuple[int, int]
"""A half-open stretch `[from, to)`, here in minutes of a week or in whole seconds since 1970 UTC."""


class TooManyWindows(Rule):
    """You can state up to 50 windows."""

    field: ClassVar[str] = "windows"


class WindowWeekdayUnknown(Rule):
    """A window begins on a weekday, Monday to Sunday."""

    field: ClassVar[str] = "windows.weekday"


class WindowStartInvalid(Rule):
    """A window starts at a whole minute of wall-clock time, without a zone of its own."""

    field: ClassVar[str] = "windows.start"


class WindowEndInvalid(Rule):
    """A window ends at a whole minute of wall-clock time, without a zone of its own."""

    field: ClassVar[str] = "windows.end"


@dataclass(frozen=True, slots=True)
class Window:
    """Every week on `weekday` (0 is Monday) from `start` to `end`; an `end` not after `start` lies on the next day.

    So 20:00 to 00:00 lasts until midnight, and 00:00 to 00:00 the whole day.
    Raises WindowWeekdayUnknown, WindowStartInvalid, WindowEndInvalid.
    """

    weekday: int
    start: time
    end: time

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise WindowWeekdayUnknown
        if not _is_whole_minute(self.start):
            raise WindowStartInvalid
        if not _is_whole_minute(self.end):
            raise WindowEndInvalid

    @property
    def overnight(self) -> bool:
        return self.end <= self.start


@dataclass(frozen=True, slots=True)
class Availability:
    """One person's windows in that person's own zone. No windows means no time was stated."""

    zone: ZoneInfo
    windows: tuple[Window, ...]


def normalise(windows: Iterable[Window]) -> tuple[Window, ...]:
    """The same stretches of the week in order, without overlaps; what is longer than a day is cut every 24 hours.

    Never more windows than were given, and normalising again changes nothing. Raises TooManyWindows.
    """
    given = tuple(windows)
    if len(given) > MOST_WINDOWS:
        raise TooManyWindows
    runs = merged(stretch for window in given for stretch in _in_week(window))
    if len(runs) > 1 and runs[0][0] == 0 and runs[-1][1] == WEEK_MINUTES:
        (_, monday_end), (sunday_start, _) = runs[0], runs[-1]
        runs = [*runs[1:-1], (sunday_start, WEEK_MINUTES + monday_end)]
    cut = [
        (at, min(at + DAY_MINUTES, run_end))
        for run_start, run_end in runs
        for at in range(run_start, run_end, DAY_MINUTES)
    ]
    return tuple(
        sorted((_window(start % WEEK_MINUTES, end) for start, end in cut), key=lambda each: (each.weekday, each.start))
    )


def openings(availability: Availability, span: Span) -> list[Span]:
    """The stated stretches inside `span`, in UTC seconds, in order and without overlaps."""
    zone = availability.zone
    by_weekday = [[window for window in availability.windows if window.weekday == weekday] for weekday in range(7)]
    day = datetime.fromtimestamp(span[0], zone).date() - ONE_DAY
    last = datetime.fromtimestamp(span[1], zone).date()
    found: list[Span] = []
    while day <= last:
        for window in by_weekday[day.weekday()]:
            start = first_instant(day, window.start, zone)
            end = first_instant(day + ONE_DAY if window.overnight else day, window.end, zone)
            found.append((max(start, span[0]), min(end, span[1])))
        day += ONE_DAY
    return merged(found)


def first_instant(day: date, wall: time, zone: ZoneInfo) -> int:
    """The first instant, in UTC seconds, at which the clocks of `zone` show `wall` on `day` or later."""
    local = datetime.combine(day, wall, zone)
    before, after = local.utcoffset(), local.replace(fold=1).utcoffset()
    assert before is not None
    assert after is not None
    at = int(local.timestamp())
    if before >= after:
        return at
    # PEP 495: in a gap the two folds use the offsets before and after it, so the change lies between the two readings.
    change = range(at - (after - before) // timedelta(seconds=1), at)
    return change[0] + bisect_left(
        change, True, key=lambda second: datetime.fromtimestamp(second, zone).utcoffset() == after
    )


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same instants in order, with touching and overlapping stretches made one and empty ones left out."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if result and start <= result[-1][1]:
            if end > result[-1][1]:
                result[-1] = (result[-1][0], end)
        else:
            result.append((start, end))
    return result


def _is_whole_minute(wall: time) -> bool:
    return wall.tzinfo is None and wall.second == 0 and wall.microsecond == 0


def _in_week(window: Window) -> Iterable[Span]:
    """The window in minutes since Monday 00:00; one that runs past Sunday comes back on Monday."""
    start = window.weekday * DAY_MINUTES + window.start.hour * 60 + window.start.minute
    end = window.weekday * DAY_MINUTES + window.end.hour * 60 + window.end.minute
    if window.overnight:
        end += DAY_MINUTES
    yield start, min(end, WEEK_MINUTES)
    if end > WEEK_MINUTES:
        yield 0, end - WEEK_MINUTES


def _window(start: int, end: int) -> Window:
    return Window(start // DAY_MINUTES, _wall(start), _wall(end))


def _wall(minute: int) -> time:
    return time(minute % DAY_MINUTES // 60, minute % 60)
