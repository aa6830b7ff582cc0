"""How are times typed and shown? As wall-clock time in one's own zone; a time that is not there, or there twice, is refused."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp

from standalone.person.voice import Unmet

LOCAL = "%Y-%m-%dT%H:%M:%S"
"""A local time as the API writes it."""
DAYS = {"today": 0, "tomorrow": 1}
LOCAL_TIME = re.compile(r"(today|tomorrow|\d{4}-\d\d-\d\d)[ t](\d\d:\d\d(?::\d\d)?)")
DURATION = re.compile(r"(?=.)(?:(\d{1,3})d)?(?:(\d{1,3})h)?(?:(\d{1,4})m?)?", re.IGNORECASE)


class NoTime(Unmet):
    """What was typed is no time or duration that can be meant; the text says how to write one."""


def zone_of(name: str) -> ZoneInfo:
    """The zone of that IANA name. Raises NoTime."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise NoTime(f"{name} is no time zone. Name one of the IANA database, such as Europe/Berlin.") from error


def read_local(text: str, zone: ZoneInfo) -> datetime:
    """A wall-clock time in a zone, without one, from 2027-05-01 19:00, today 19:00 or tomorrow 19:00. Raises NoTime."""
    found = LOCAL_TIME.fullmatch(text.strip().lower())
    try:
        if found is None:
            raise ValueError(text)
        day, clock = found.groups()
        ahead = DAYS.get(day)
        on = date.fromisoformat(day) if ahead is None else datetime.now(zone).date() + timedelta(days=ahead)
        return datetime.combine(on, time.fromisoformat(clock))
    except ValueError as error:
        raise NoTime(f"{text} is no time. Write it as 2027-05-01 19:00, today 19:00 or tomorrow 19:00.") from error


def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """An aware moment: a wall-clock time in a zone, or one with its own offset. Raises NoTime."""
    with_offset = _with_offset(text)
    if with_offset is not None:
        return with_offset
    local = read_local(text, zone)
    at = local.replace(tzinfo=zone)
    if at.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
        raise NoTime(f"On {local:%Y-%m-%d} the clocks of {zone.key} go past {local:%H:%M}; choose another time.")
    if at.utcoffset() != at.replace(fold=1).utcoffset():
        raise NoTime(f"{local:%H:%M} is there twice that day; write the offset too: {at.isoformat(timespec='minutes')}")
    return at


def read_duration(text: str) -> timedelta:
    """A duration, from 90m, 2h, 1h30m, 1d or minutes alone. Raises NoTime."""
    found = DURATION.fullmatch(text.strip().replace(" ", ""))
    if found is None:
        raise NoTime(f"{text} is no duration. Write it as 45m, 2h, 1h30m or 1d.")
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def shown(at: Timestamp, zone: ZoneInfo) -> str:
    """A moment on the wall clock of a zone."""
    return f"{at.ToDatetime(UTC).astimezone(zone):%a %d %b %Y, %H:%M}"


def shown_span(starts_at: Timestamp, ends_at: Timestamp, zone: ZoneInfo) -> str:
    """From when to when, on the wall clock of a zone; the day of the end where it is another."""
    start, end = (at.ToDatetime(UTC).astimezone(zone) for at in (starts_at, ends_at))
    return f"{start:%a %d %b %Y, %H:%M} to {end:%H:%M}" if start.date() == end.date() else (
        f"{start:%a %d %b %Y, %H:%M} to {end:%a %d %b, %H:%M}"
    )  # fmt: skip


def _with_offset(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
