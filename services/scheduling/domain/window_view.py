"""How does a person state windows, and see them again? With weekdays from 1, Monday, to 7, Sunday (ISO 8601)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time

from scheduling.domain.windows import Availability, Window, normalise
from scheduling.domain.zones import known_zone


@dataclass(frozen=True, slots=True)
class StatedWindow:
    """Every week on `weekday` from local `start` to `end`; an `end` not after `start` lies on the next day."""

    weekday: int
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class StatedWindows:
    """All of a person's windows and the IANA zone of their times, '' where nothing was ever stated."""

    windows: tuple[StatedWindow, ...]
    zone: str


NOTHING_STATED = StatedWindows((), "")


def availability_of(windows: Iterable[StatedWindow], zone: str) -> Availability:
    """What is kept of stated windows: the same stretches of the week without overlaps. Raises UnknownZone, TooManyWindows."""
    clocks = known_zone(zone)
    return Availability(clocks, normalise(Window(each.weekday - 1, each.start, each.end) for each in windows))


def stated(availability: Availability) -> StatedWindows:
    """What is kept, as its person sees it."""
    windows = tuple(StatedWindow(each.weekday + 1, each.start, each.end) for each in availability.windows)
    return StatedWindows(windows, availability.zone.key)
