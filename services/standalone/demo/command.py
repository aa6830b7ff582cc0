"""`twolamps demo`: does the platform keep its promises? A couple's first evening, up to the first fact that is not so."""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.console import Console

from standalone.demo.evening import begin
from standalone.demo.facts import Facts
from standalone.demo.own_platform import PlatformDown, own_platform
from standalone.demo.people import Where
from standalone.demo.self_test import self_test
from standalone.demo.story import StoryBroken, play
from standalone.demo.telling import Telling

DEFAULT_HTTP_PORT = 80


def demo(
    url: Annotated[str, typer.Option(help="a running platform; without it a standalone is started and removed")] = "",
    grpc: Annotated[str, typer.Option(help="its gRPC address, host:port; by default the HTTP port + 1")] = "",
    test_itself: Annotated[
        bool, typer.Option("--self-test", help="make three faults on the way; each must be noticed")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="tell only how it ended")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print the timings as JSON and nothing else")] = False,
) -> None:
    """Play a couple's first evening through the public API; exit 1 at the first thing that is not as promised."""
    console = Console(quiet=as_json, highlight=False)
    telling = Telling(console, quiet=quiet or as_json or test_itself)
    begun, broken, milestones = time.monotonic(), "", dict[str, float]()
    try:
        with _platform(url, grpc, console) as (where, started):
            if test_itself:
                broken = "" if asyncio.run(self_test(where, telling, console.print)) else "A fault was not noticed."
            else:
                rang_after = asyncio.run(_play(where, telling))
                since = begun if started is None else started
                name = "first reminder at both, after the start of the " + ("story" if started is None else "platform")
                milestones = {name: rang_after - since, "the whole evening": time.monotonic() - since}
    except StoryBroken as error:
        broken = f"{error.title} {error}"
    except PlatformDown as error:
        broken = str(error)
    if as_json:
        print(telling.as_json(milestones, broken))
    elif not broken and not test_itself:
        console.print()
        console.print(telling.timings(milestones))
    if broken:
        Console(stderr=True).print(f"Not as promised. {broken}", style="red", markup=False, highlight=False)
        raise typer.Exit(1)
    console.print("Every fault was noticed." if test_itself else "Everything is as promised.", style="green")


async def _play(where: Where, telling: Telling) -> float:
    """The evening; the time.monotonic of the first reminder at both. Raises StoryBroken."""
    with tempfile.TemporaryDirectory(prefix="twolamps-evening-") as folder:
        async with begin(where, Path(folder), Facts(telling.fact)) as evening:
            await play(evening, telling)
    assert evening.rang_at is not None
    return time.monotonic() - (datetime.now(UTC) - evening.rang_at).total_seconds()


@contextmanager
def _platform(url: str, grpc: str, console: Console) -> Iterator[tuple[Where, float | None]]:
    """The platform to play on, and when it was started if that was done here."""
    if url:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_HTTP_PORT
        yield Where(url.rstrip("/"), grpc or f"{parts.hostname}:{port + 1}"), None
        return
    with own_platform() as platform:
        seconds = time.monotonic() - platform.started
        console.print(f"A platform of our own is up after {seconds:.1f} s: {platform.where.url}")
        sys.stdout.flush()
        yield platform.where, platform.started
