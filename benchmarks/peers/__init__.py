"""What do other tools do on this machine? Each peer runs in a virtual environment of its own, so that none of them is in
the project's lock: <name>.txt says what is installed, <name>_*.py what is run; it answers with one line of JSON.

Promises: a peer that cannot be installed or does not finish raises OSError, which says why.
"""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.rings import Rung
from benchmarks.servers import Servers

FOLDER = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "twolamps-peers"
WITHIN_S = 240


@dataclass(frozen=True)
class Timers:
    """So many timers, one every so many seconds; 0 lets all come due at one moment."""

    count: int
    apart_s: float


@dataclass(frozen=True)
class Scheduler:
    """A peer that runs jobs later. `pace` timers a second, `steady` of them, and `burst` at once are what it is given."""

    name: str
    package: str
    pace: int
    steady: int
    burst: int


PEERS = (
    Scheduler("Celery ETA on Redis", "celery", 500, 5_000, 10_000),
    Scheduler("arq", "arq", 1_000, 10_000, 10_000),
    Scheduler("APScheduler on PostgreSQL", "apscheduler", 200, 1_000, 2_000),
)


def environment(package: str) -> Path:
    """The Python of a peer's environment, made at first use."""
    wanted = (FOLDER / f"{package}.txt").read_text()
    home, python = CACHE / package, CACHE / package / "bin" / "python"
    made = home / "made"
    if not made.exists() or made.read_text() != wanted:
        uv = Path(sys.executable).with_name("uv")
        commands: list[list[str | Path]] = [
            [uv, "venv", "--quiet", "--clear", "--python", sys.executable, home],
            [uv, "pip", "install", "--quiet", "--python", python, "--requirement", FOLDER / f"{package}.txt"],
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
        raise OSError(f"{script} failed: {err.decode(errors='replace').strip()[-300:]}")
    return json.loads(out.decode().strip().splitlines()[-1])


async def time_peer(peer: Scheduler, servers: Servers, timers: Timers) -> Rung:
    """Let a peer run these timers."""
    if peer.package == "apscheduler":
        database = await servers.postgres.copy()
        address = servers.postgres.dsn(database).replace("postgresql://", "postgresql+psycopg://", 1)
    else:
        database, address = "", servers.redis
    try:
        found = await ask(peer.package, f"{peer.package}_timers.py", address, str(timers.count), str(timers.apart_s))
    finally:
        if database:
            await servers.postgres.drop(database)
    return Rung(**found)
