"""When is it in the story? Its days are the couple's own, from 04:00 in Amsterdam; those before today are lived in it.

A day is counted from the first one, or from today, so that the story ends the same way however many days it has.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from prompts.domain.days import couple_day, day_bounds
from standalone.demo_couple.people import NOOR

ZONE, DAY_START = NOOR.zone, time(4)
"""Noor makes the code, so hers is the couple's zone."""
HALF_AN_HOUR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the story: `day(1)` is the first, `today(0)` the last, `today(1)` tomorrow."""

    number: int
    from_today: bool


def day(number: int) -> Day:
    """The day of that number, from 1."""
    return Day(number, from_today=False)


def today(days: int = 0) -> Day:
    """So many days from today."""
    return Day(days, from_today=True)


@dataclass(frozen=True, slots=True)
class Days:
    """`count` days that end where today, the couple's day of `now`, begins."""

    now: datetime
    count: int

    @property
    def today(self) -> date:
        """The couple's day of now."""
        return couple_day(self.now, ZONE, DAY_START)

    def index(self, of: Day) -> int:
        """Which day of the story it is, from 1; today is one more than there are days before it."""
        return self.count + 1 + of.number if of.from_today else of.number

    def moment(self, on: Day, at: str) -> datetime:
        """HH:MM of a day in Amsterdam, aware UTC."""
        date_on = self.today + timedelta(days=self.index(on) - self.count - 1)
        return datetime.combine(date_on, time.fromisoformat(at), ZoneInfo(ZONE)).astimezone(UTC)

    @property
    def just_now(self) -> datetime:
        """The last full or half hour of today that has gone by."""
        begun, _ = day_bounds(self.today, ZONE, DAY_START)
        return begun + (self.now - begun) // HALF_AN_HOUR * HALF_AN_HOUR
