"""`twolamps demo`: does the platform keep its promises? A couple's first evening, up to the first fact that is not so."""

import asyncio
import socket
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
        with _platform(url, grpc, telling) as (where, started):
            if test_itself:
                broken = "" if asyncio.run(self_test(where, telling, console.print)) else "A fault was not noticed."
            else:
                rang_after = asyncio.run(_play(where, telling))
                since = begun if started is None else started
                name = "first reminder at both, after the start of the " + ("story" if started is None else "platform")
                milestones = {name: rang_after - since, "the whole evening": time.monotonic() - since}
    except (StoryBroken, PlatformDown) as error:
        broken = str(error)
    if as_json:
        print(telling.as_json(milestones, broken))
    elif not (broken or test_itself or quiet):
        console.print()
        console.print(telling.timings(milestones))
    if broken:
        Console(stderr=True, highlight=False).print(
            f"Not as promised. {broken}", style="red", markup=False, soft_wrap=True
        )
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
def _platform(url: str, grpc: str, telling: Telling) -> Iterator[tuple[Where, float | None]]:
    """The platform to play on, and when it was started if that was done here."""
    if url:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise PlatformDown(f"{url} is no address of a platform. Write it whole, such as http://127.0.0.1:8400.")
        address = grpc or f"{parts.hostname}:{(parts.port or DEFAULT_HTTP_PORT) + 1}"
        _look_for_grpc(address)
        yield Where(url.rstrip("/"), address), None
        return
    with own_platform() as platform:
        seconds = time.monotonic() - platform.started
        if not telling.quiet:
            telling.console.print(f"A platform of our own is up after {seconds:.1f} s: {platform.where.url}")
        yield platform.where, platform.started


def _look_for_grpc(address: str) -> None:
    host, _, port = address.removeprefix("https://").rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except (OSError, ValueError) as error:
        raise PlatformDown(
            f"Nothing listens for gRPC on {address}. Is the platform running (make run)? "
            "Where it listens elsewhere, name its address with --grpc."
        ) from error
