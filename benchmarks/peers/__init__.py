"""What do other tools do on this machine? Each peer runs in a virtual environment of its own, so that none of them is in
the project's lock: <name>.txt says what is installed, <name>_*.py what is run; it answers with one line of JSON.

Promises: a peer that cannot be installed or does not finish raises OSError, which says why.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from benchmarks.plan import Plan
from benchmarks.rings import Rung
from benchmarks.servers import Servers

FOLDER = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "twolamps-peers"
WITHIN_S = 240


@dataclass(frozen=True)
class Timers:
    """So many timers, one every so many seconds; 0 lets all come due at one moment. `pending` others are far ahead."""

    count: int
    apart_s: float
    pending: int


@dataclass(frozen=True)
class Scheduler:
    """A peer that runs jobs later. `pace` timers a second, `steady` of them, and `burst` at once are what it is given, first
    with nothing else, then once with `pending` others; `why` says why those are not 100,000."""

    name: str
    package: str
    pace: int
    steady: int
    burst: int
    pending: int
    why: str = ""


PEERS = (
    Scheduler("Celery ETA on Redis", "celery", 500, 2_000, 5_000, 10_000,
              "its worker first takes all that are pending into memory, about 1,000 a second: 100,000 take minutes"),
    Scheduler("arq", "arq", 1_000, 4_000, 5_000, 100_000),
    Scheduler("APScheduler on PostgreSQL", "apscheduler", 200, 600, 1_000, 100_000),
)  # fmt: skip


def environment(package: str) -> Path:
    """The Python of a peer's environment, made at first use."""
    wanted = (FOLDER / f"{package}.txt").read_text()
    home, python = CACHE / package, CACHE / package / "bin" / "python"
    made = home / "made"
    if not made.exists() or made.read_text() != wanted:
        commands: list[list[str | Path]] = [
            [sys.executable, "-m", "venv", "--clear", home],
            [python, "-m", "pip", "install", "--quiet", "--requirement", FOLDER / f"{package}.txt"],
        ]
        for command in commands:
            done = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN_S, check=False)
            if done.returncode:
                raise OSError(f"{package} cannot be installed: {done.stderr.strip()[-300:]}")
        made.write_text(wanted)
    return python


async def ask(package: str, script: str, *arguments: str) -> Any:
    """Run a peer's script; what it answers."""
    python = environment(package)
    child = await asyncio.create_subprocess_exec(
        python, FOLDER / script, *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
    )  # fmt: skip
    try:
        async with asyncio.timeout(WITHIN_S):
            out, err = await child.communicate()
    except TimeoutError:
        child.kill()
        await child.wait()
        raise OSError(f"{script} did not finish in {WITHIN_S} s") from None
    if child.returncode:
        *_, last = ["", *err.decode(errors="replace").strip().splitlines()]
        raise OSError(f"{script} failed: {last[-300:]}")
    return json.loads(out.decode().strip().splitlines()[-1])


async def time_peer(peer: Scheduler, servers: Servers, timers: Timers) -> Rung:
    """Let a peer run these timers."""
    given = str(timers.count), str(timers.apart_s), str(timers.pending)
    if peer.package == "apscheduler":
        database = await servers.postgres.copy()
        address = servers.postgres.dsn(database).replace("postgresql://", "postgresql+psycopg://", 1)
    else:
        database, address = "", servers.redis
    try:
        found = await ask(peer.package, f"{peer.package}_timers.py", address, *given)
    finally:
        if database:
            await servers.postgres.drop(database)
    return Rung(**found) if not timers.pending else replace(Rung(**found), cpu_us=None)  # it took those in, too


async def time_peers(
    servers: Servers, plan: Plan, figure: Literal["F2", "F3"]
) -> AsyncIterator[tuple[Scheduler, Timers, list[Rung], str]]:
    """What each does with its timers, at its pace for F2 and at once for F3, and what to know of it; nothing where it
    cannot be asked, and why."""
    for peer in PEERS:
        count, apart_s = (peer.steady, 1 / peer.pace) if figure == "F2" else (peer.burst, 0)
        for pending, most, note in ((0, plan.times, ""), (plan.size(peer.pending, 1_000), 1, peer.why)):
            timers = Timers(plan.size(count, count // 5), apart_s, pending)
            try:
                repeats = plan.repeats(f"{figure}, {peer.name}, {others_pending(timers)}", most)
                yield peer, timers, [await time_peer(peer, servers, timers) for _ in repeats], note
            except OSError as error:
                yield peer, timers, [], str(error)


def others_pending(timers: Timers) -> str:
    """How a row says it."""
    return f"{timers.pending:,} others pending"
