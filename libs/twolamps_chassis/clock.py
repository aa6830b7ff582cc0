"""What time is it? The database's clock, moved by the clock file where tests and demos are allowed to.

Promises: the offset is read anew at each transaction and token check, so moving the file moves every process; outside
`test` and `demo` a clock file is refused at start.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

_file: Path | None = None


class ClockFileRefused(Exception):
    """A clock file is only allowed where TWOLAMPS_ENV is test or demo."""


class ClockFileDamaged(ClockFileRefused):
    """The clock file does not hold seconds; the text says what to do."""


def use_clock_file(path: Path | None, env: str) -> None:
    """Follow `path` (seconds of offset as text) from now on; raises ClockFileRefused in other environments,
    and for a file that holds no seconds."""
    global _file
    if path is not None and env not in ("test", "demo"):
        raise ClockFileRefused
    _file = path
    offset()


def offset() -> timedelta:
    """How far the platform's time is ahead of the database's clock; zero without a clock file. Raises ClockFileDamaged."""
    if _file is None:
        return timedelta()
    try:
        return timedelta(seconds=float(_file.read_text() or 0))
    except FileNotFoundError:
        return timedelta()
    except (ValueError, OverflowError):
        raise ClockFileDamaged(
            f"{_file} must hold seconds, such as 3600.0: write them into it, or remove it."
        ) from None


def move_clock(path: Path, seconds: float) -> None:
    """Move every process that follows `path`; the change is whole or not there."""
    fresh = path.with_suffix(".new")
    fresh.write_text(repr(seconds))
    os.replace(fresh, path)


def utc_now() -> datetime:
    """This machine's aware UTC time with the offset; for tokens and logs. Due rows use the transaction's `now`."""
    return datetime.now(UTC) + offset()
