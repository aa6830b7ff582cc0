"""Who lives through an outage? A couple with live streams; one sends invites, the other is told of each."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

from standalone.demo.evening import Evening, begin
from standalone.demo.facts import Facts
from standalone.demo.meeting import open_streams, pair, sign_up
from standalone.demo.people import Person, Where
from tests.platform_process import RunningPlatform
from twolamps_testkit.stage import eventually

INVITES_A_DAY = 30  # from one person to the other, before the budget says no


@asynccontextmanager
async def couple(platform: RunningPlatform, folder: Path) -> AsyncIterator[Evening]:
    """Ada and Ben, connected, each with a live stream: hers over gRPC, his over SSE."""
    async with begin(Where(platform.url, platform.grpc), folder, Facts(lambda _: None)) as evening:
        for chapter in (sign_up, pair, open_streams):
            await chapter(evening)
        yield evening


async def invite(evening: Evening, person: Person, number: int) -> str:
    """Propose something to the other; its id, once it is accepted by the platform."""
    starts_at = evening.now().replace(microsecond=0) + timedelta(days=2, hours=number)
    made = await person.client.scheduling.create_invite(
        title=f"A walk, {number}", starts_at=starts_at, duration=timedelta(hours=1)
    )
    return made.invite.id


@asynccontextmanager
async def proposing(
    evening: Evening, person: Person, made: list[str], pause_s: float, most: int = INVITES_A_DAY
) -> AsyncIterator[None]:
    """Meanwhile one of them goes on proposing, until `made` holds `most`: the ids of what the platform accepted, in that
    order. None may fail."""
    enough = asyncio.Event()

    async def go_on() -> None:
        while len(made) < most and not enough.is_set():
            made.append(await invite(evening, person, len(made)))
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await enough.wait()

    going_on = asyncio.ensure_future(go_on())
    try:
        yield
    finally:
        enough.set()
        await going_on


async def grows(made: list[str], by: int, within_s: float = 20) -> None:
    """Wait until so many more are accepted."""
    target = len(made) + by

    async def count() -> int:
        return len(made)

    await eventually(count, within_s, lambda found: found >= target)


def told(person: Person) -> list[str]:
    """The invites this person's stream told of, in order."""
    return [line.notice[1] for line in person.added() if line.kind == "invite_created"]


async def is_told(person: Person, invites: list[str], within_s: float) -> None:
    """Wait until the stream has told of all these, and of each once, in order."""

    async def look() -> list[str]:
        return told(person)

    got = await eventually(look, within_s, lambda got: set(invites) <= set(got))
    assert [one for one in got if one in set(invites)] == invites


async def seconds_until_told(person: Person, invite_id: str, within_s: float) -> float:
    """How long it takes from now on until the stream tells of an invite."""
    began = time.monotonic()
    while invite_id not in told(person):
        assert time.monotonic() - began < within_s, f"not told within {within_s} s"
        await asyncio.sleep(0.005)
    return time.monotonic() - began
