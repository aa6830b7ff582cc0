"""At which local times does a series come round, and at which instants do they ring?

Promises: `parse_rule` lets through only rules that some day can meet; `next_occurrences` looks at days up to the end of
2099 and no further, so it always ends, within milliseconds. A series has at most one occurrence a local day, at the
wall time of its start. Rules mean what RFC 5545 3.3.10 says.
"""

import re
from calendar import isleap, monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import islice
from typing import Final

from scheduling.domain.errors import RecurrenceNotAllowed, TimeOutOfRange
from scheduling.domain.zones import known_zone

FIRST_DAY: Final = date(1970, 1, 1)
LAST_DAY: Final = date(2099, 12, 31)
LONGEST_TEXT: Final = 256
WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# Part: the form of one entry as (number)(word), the largest number, the most entries, what a person is told.
GRAMMAR: Final = {
    "FREQ": (r"()(DAILY|WEEKLY|MONTHLY|YEARLY)", 0, 1, "is DAILY, WEEKLY, MONTHLY or YEARLY"),
    "INTERVAL": (r"(\d{1,4})()", 366, 1, "is a whole number from 1 to 366"),
    "COUNT": (r"(\d{1,4})()", 1000, 1, "is a whole number from 1 to 1000"),
    "UNTIL": (r"()(\d{8}(?:T\d{6}Z)?)", 0, 1, "is a day (20270131) or a time in UTC (20270131T180000Z)"),
    "BYMONTH": (r"(\d{1,2})()", 12, 31, "lists at most 31 months from 1 to 12"),
    "BYMONTHDAY": (r"([+-]?\d{1,2})()", 31, 31, "lists at most 31 days from 1 to 31 or -31 to -1"),
    "BYDAY": (r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", 53, 31, "lists at most 31 weekdays such as MO or -1FR"),
    "BYSETPOS": (r"([+-]?\d{1,3})()", 366, 31, "lists at most 31 places from 1 to 366 or -366 to -1"),
    "WKST": (r"()(MO|TU|WE|TH|FR|SA|SU)", 0, 1, "is a weekday such as MO"),
}
REFUSED: Final = ("BYSECOND", "BYMINUTE", "BYHOUR", "BYYEARDAY", "BYWEEKNO")


@dataclass(frozen=True, slots=True)
class RecurrenceRule:
    """A rule that passed the gate; `text` is its canonical RRULE. Weekdays count from Monday 0; ordinal 0 is every one.

    `until` is inclusive: aware UTC it bounds the instants, naive (the end of a local day) the local times.
    """

    text: str
    frequency: str
    interval: int
    count: int | None
    until: datetime | None
    by_month: tuple[int, ...]
    by_month_day: tuple[int, ...]
    by_day: tuple[tuple[int, int], ...]
    by_set_pos: tuple[int, ...]
    week_start: int


@dataclass(frozen=True, slots=True)
class Instant:
    """The one moment at which the wall clock of `zone` stands at `local` (naive): `at`, aware UTC.

    (series, `local`, `fold`) names an occurrence. `shifted`: the clock skips `local`, so `at` shows a later wall time.
    """

    local: datetime
    zone: str
    fold: int
    at: datetime
    shifted: bool


def parse_rule(text: str) -> RecurrenceRule:
    """The rule in `text`, the value of one RRULE (RFC 5545 3.3.10). Raises RecurrenceNotAllowed naming the part.

    Refused besides what is malformed: frequencies below a day, BYHOUR and finer, BYWEEKNO, BYYEARDAY, rules no day can
    meet (30 February), and sizes past GRAMMAR. No COUNT and no UNTIL is fine: such a series has no end.
    """
    parts = _parts(text)
    read = {name: _entries(name, value) for name, value in parts.items()}
    numbers = {name: tuple(number for number, _ in read.get(name, ())) for name in GRAMMAR}
    rule = RecurrenceRule(
        text=";".join(f"{name}={parts[name]}" for name in GRAMMAR if name in parts),
        frequency=parts["FREQ"],
        interval=max(numbers["INTERVAL"], default=1),
        count=max(numbers["COUNT"], default=None),
        until=_until(parts["UNTIL"]) if "UNTIL" in parts else None,
        by_month=numbers["BYMONTH"],
        by_month_day=numbers["BYMONTHDAY"],
        by_day=tuple((ordinal, WEEKDAYS.index(weekday)) for ordinal, weekday in read.get("BYDAY", ())),
        by_set_pos=numbers["BYSETPOS"],
        week_start=WEEKDAYS.index(parts.get("WKST", "MO")),
    )
    _require_sense(rule)
    return rule


def next_occurrences(
    rule: RecurrenceRule | None, start: datetime, zone: str, after: datetime | None, limit: int
) -> list[Instant]:
    """Up to `limit` occurrences of the series from `start`, in order, later than `after` (all local and naive).

    COUNT counts from `start`. No rule: once. Where a whole local day does not exist (Apia, 30 December 2011), its
    occurrence would ring together with the next day's; then only the latter, the real one, remains (COUNT counts both).
    Raises UnknownZone, TimeOutOfRange.
    """
    resolve(start, zone)
    found: list[Instant] = []
    for local in _local_times(rule, start, after) if rule else [start]:
        if after is not None and local <= after:
            continue
        instant = resolve(local, zone)
        if rule and rule.until and (instant.at if rule.until.tzinfo else local) > rule.until:
            break
        if found and found[-1].at == instant.at:
            found.pop()
        if len(found) == limit:
            break
        found.append(instant)
        if len(found) == limit and not instant.shifted:
            break
    return found


def resolve(local: datetime, zone: str) -> Instant:
    """The instant of naive `local` in the IANA `zone`. Raises UnknownZone, TimeOutOfRange (outside 1970 to 2099).

    A wall time the clock shows twice means the first (RFC 5545 3.3.5). One it skips takes the offset before the gap, so
    it rings as much later on the wall as the gap is wide. RFC 5545 3.3.10 would leave such an instance out; a reminder
    missed once a year is worse than one shown an hour later, so here none is ever left out.
    """
    clocks = known_zone(zone)
    if not FIRST_DAY <= local.date() <= LAST_DAY:
        raise TimeOutOfRange
    at = local.replace(tzinfo=clocks, fold=0).astimezone(UTC)
    shown = at.astimezone(clocks).replace(tzinfo=None)
    return Instant(local.replace(fold=0), zone, 0, at, shifted=shown != local)


def _parts(text: str) -> dict[str, str]:
    if len(text) > LONGEST_TEXT or not text.isascii():
        raise RecurrenceNotAllowed("RRULE", f"has at most {LONGEST_TEXT} ASCII characters")
    parts: dict[str, str] = {}
    for name, _, value in (piece.partition("=") for piece in text.upper().split(";")):
        if name in REFUSED:
            raise RecurrenceNotAllowed(name, "is not supported")
        if name not in GRAMMAR:
            raise RecurrenceNotAllowed("RRULE", "is made of parts such as FREQ=DAILY, joined by semicolons")
        if name in parts:
            raise RecurrenceNotAllowed(name, "is given twice")
        parts[name] = value
    if "FREQ" not in parts:
        raise RecurrenceNotAllowed("FREQ", "is missing")
    return parts


def _entries(name: str, value: str) -> list[tuple[int, str]]:
    form, most, longest, says = GRAMMAR[name]
    found = [re.fullmatch(form, entry) for entry in value.split(",")]
    if len(found) > longest or not all(entry and (not entry[1] or 1 <= abs(int(entry[1])) <= most) for entry in found):
        raise RecurrenceNotAllowed(name, says)
    return sorted({(int(entry[1] or 0), entry[2]) for entry in found if entry})


def _until(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text if "T" in text else f"{text}T235959")
    except ValueError:
        raise RecurrenceNotAllowed("UNTIL", "is no day of the calendar") from None


def _require_sense(rule: RecurrenceRule) -> None:
    most = 0 if rule.frequency in ("DAILY", "WEEKLY") else 5 if rule.frequency == "MONTHLY" or rule.by_month else 53
    if rule.count and rule.until:
        raise RecurrenceNotAllowed("UNTIL", "cannot stand beside COUNT")
    if rule.by_month_day and rule.frequency == "WEEKLY":
        raise RecurrenceNotAllowed("BYMONTHDAY", "cannot stand beside FREQ=WEEKLY")
    if any(abs(ordinal) > most for ordinal, _ in rule.by_day):
        raise RecurrenceNotAllowed("BYDAY", "counts weekdays only in MONTHLY (up to 5) and YEARLY")
    if rule.by_set_pos and not (rule.by_month or rule.by_month_day or rule.by_day):
        raise RecurrenceNotAllowed("BYSETPOS", "needs BYDAY, BYMONTHDAY or BYMONTH beside it")
    # 28 years hold every kind of year: what none of their periods has never comes.
    days = _with_defaults(replace(rule, by_set_pos=()), date(2001, 1, 1))
    periods = range(_period_of(rule, date(2001, 1, 1)), _period_of(rule, date(2029, 1, 1)))
    if not any(len(_days_in(days, period)) >= max(map(abs, rule.by_set_pos), default=1) for period in periods):
        part = "BYSETPOS" if rule.by_set_pos else "BYMONTHDAY" if rule.by_month_day else "BYDAY"
        raise RecurrenceNotAllowed(part, "names a day that never comes")


def _with_defaults(rule: RecurrenceRule, start: date) -> RecurrenceRule:
    if rule.frequency == "DAILY" or rule.by_day or rule.by_month_day:
        return rule
    if rule.frequency == "WEEKLY":
        return replace(rule, by_day=((0, start.weekday()),))
    by_month = rule.by_month or ((start.month,) if rule.frequency == "YEARLY" else ())
    return replace(rule, by_month=by_month, by_month_day=(start.day,))


def _local_times(rule: RecurrenceRule, start: datetime, after: datetime | None) -> Iterator[datetime]:
    rule, period = _with_defaults(rule, start.date()), _period_of(rule, start.date())
    if after and not rule.count:  # only COUNT needs the periods before
        period += max(0, _period_of(rule, after.date()) - period) // rule.interval * rule.interval
    numbers = range(period, _period_of(rule, LAST_DAY) + 1, rule.interval)
    days = (day for number in numbers for day in _days_in(rule, number) if start.date() <= day <= LAST_DAY)
    return islice((datetime.combine(day, start.time()) for day in days), rule.count)


def _period_of(rule: RecurrenceRule, day: date) -> int:
    if rule.frequency == "DAILY":
        return day.toordinal()
    if rule.frequency == "WEEKLY":
        return (day.toordinal() - 1 - rule.week_start) // 7
    return day.year * 12 + day.month - 1 if rule.frequency == "MONTHLY" else day.year


def _first_day(rule: RecurrenceRule, period: int) -> int:
    if rule.frequency in ("DAILY", "WEEKLY"):
        return period if rule.frequency == "DAILY" else period * 7 + 1 + rule.week_start
    return (date(period // 12, period % 12 + 1, 1) if rule.frequency == "MONTHLY" else date(period, 1, 1)).toordinal()


def _days_in(rule: RecurrenceRule, period: int) -> list[date]:
    span = range(_first_day(rule, period), _first_day(rule, period + 1))
    days = [day for day in map(date.fromordinal, span) if _is_named(rule, day)]
    if not rule.by_set_pos:
        return days
    places = {place - 1 if place > 0 else len(days) + place for place in rule.by_set_pos}
    return [day for place, day in enumerate(days) if place in places]


def _is_named(rule: RecurrenceRule, day: date) -> bool:
    if rule.by_month and day.month not in rule.by_month:
        return False
    length = monthrange(day.year, day.month)[1]
    if rule.by_month_day and day.day not in rule.by_month_day and day.day - length - 1 not in rule.by_month_day:
        return False
    if not rule.by_day:
        return True
    index = day.day
    if rule.frequency == "YEARLY" and not rule.by_month:
        index, length = day.timetuple().tm_yday, 365 + isleap(day.year)
    ordinals = (0, (index - 1) // 7 + 1, (index - length - 1) // 7)
    return any(weekday == day.weekday() and ordinal in ordinals for ordinal, weekday in rule.by_day)
