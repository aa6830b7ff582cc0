"""What time is it, and how does the client wait? The only file here that reads a clock or sleeps."""

import asyncio
from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """The time of this machine, UTC; it may differ from the server's."""
    return datetime.now(UTC)


def elapsed() -> timedelta:
    """Time on a clock that never steps, from an arbitrary start; needs a running event loop."""
    return timedelta(seconds=asyncio.get_running_loop().time())


async def pause(duration: timedelta) -> None:
    """Wait that long; zero still lets others run."""
    await asyncio.sleep(duration.total_seconds())
