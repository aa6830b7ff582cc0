"""Which day is it for a couple? A couple's day runs from its start of day (04:00, or one they chose) to the next.

A start of day that the clock skips is read with the offset before the gap, one that comes twice is the first of the two
(RFC 5545 3.3.5, local time with a zone), so days follow one another without a gap or an overlap, on DST days too.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)


def couple_day(now_at: datetime, zone: str, day_start: time) -> date:
    """The couple's day that `now_at` (aware) falls in; `zone` is an IANA name, `day_start` a local time in it."""
    day = now_at.astimezone(ZoneInfo(zone)).date()
    while _starts_at(day, zone, day_start) > now_at:
        day -= ONE_DAY
    while _starts_at(day + ONE_DAY, zone, day_start) <= now_at:
        day += ONE_DAY
    return day


def day_bounds(day: date, zone: str, day_start: time) -> tuple[datetime, datetime]:
    """First instant of a couple's day and first instant after it, both in UTC.

    Mostly 24 hours apart, 23 or 25 on DST days, none at all for a date that the zone left out (Apia, 2011-12-30).
    """
    return _starts_at(day, zone, day_start), _starts_at(day + ONE_DAY, zone, day_start)


def standing_day(now_at: datetime, zone: str, day_start: time, last_dealt_on: date | None) -> date:
    """The couple's day that counts: never before a day already dealt, so a couple that moves its zone west stays
    on that day until the new zone has caught up, and no day is dealt twice.

    A deal is due when this is after `last_dealt_on`; the next one is due at the end of that day's `day_bounds`.
    """
    today_on = couple_day(now_at, zone, day_start)
    return today_on if last_dealt_on is None else max(today_on, last_dealt_on)


def _starts_at(day: date, zone: str, day_start: time) -> datetime:
    return datetime.combine(day, day_start.replace(fold=0), ZoneInfo(zone)).astimezone(UTC)
