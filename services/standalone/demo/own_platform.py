"""Where does the evening take place when nothing runs? On a standalone of its own, in a folder that is removed after it.

Promises: it listens on free ports and keeps its data in a temporary folder; when it is left nothing of it remains,
neither process nor cluster.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from standalone.demo.people import Where
from twolamps_chassis.postgres_install import PostgresUnavailable
from twolamps_chassis.postgres_server import erase_cluster

START_WITHIN_S, STOP_WITHIN_S = 120.0, 20.0
UP = (sys.executable, "-c", "from standalone.cli import app; app()", "up")


class PlatformDown(Exception):
    """The platform did not come up."""


@dataclass(frozen=True, slots=True)
class OwnPlatform:
    """A platform that was started for us. `started` is the time of the start by time.monotonic."""

    where: Where
    admin_port: int
    folder: Path
    process: subprocess.Popen[bytes]
    started: float


@contextmanager
def own_platform(settings: Mapping[str, str] | None = None) -> Iterator[OwnPlatform]:
    """A standalone that is ready; `settings` are further TWOLAMPS_* variables. Raises PlatformDown with its last words."""
    folder = Path(tempfile.mkdtemp(prefix="twolamps-demo-"))
    http_port, grpc_port, admin_port = free_ports(3)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TWOLAMPS_")} | {
        "TWOLAMPS_ENV": "demo",
        "TWOLAMPS_DATA": str(folder / "data"),
        "TWOLAMPS_HTTP_PORT": str(http_port),
        "TWOLAMPS_GRPC_PORT": str(grpc_port),
        "TWOLAMPS_ADMIN_PORT": str(admin_port),
        "TWOLAMPS_LOG_LEVEL": "warning",
        **(settings or {}),
    }
    where = Where(f"http://127.0.0.1:{http_port}", f"127.0.0.1:{grpc_port}")
    with ExitStack() as undo:
        undo.callback(remove, folder)
        with (folder / "output").open("wb") as output:
            started = time.monotonic()
            # A Ctrl-C in the terminal is for us: the story ends first, then its platform.
            process = subprocess.Popen(UP, env=environment, stdout=output, stderr=output, start_new_session=True)
        undo.callback(stop, process)
        _await_ready(process, admin_port, folder / "output")
        yield OwnPlatform(where, admin_port, folder, process, started)


def free_ports(count: int) -> list[int]:
    """Ports on loopback that nobody listens on now."""
    with ExitStack() as held:
        listeners = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [listener.getsockname()[1] for listener in listeners]


def stop(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, and SIGKILL if that does not help."""
    process.terminate()
    try:
        process.wait(STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def remove(folder: Path) -> None:
    """The folder and its cluster, which for root lies elsewhere."""
    with suppress(PostgresUnavailable):
        erase_cluster(folder / "data" / "postgres")
    shutil.rmtree(folder, ignore_errors=True)


def _await_ready(process: subprocess.Popen[bytes], admin_port: int, output: Path) -> None:
    deadline = time.monotonic() + START_WITHIN_S
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            if httpx.get(f"http://127.0.0.1:{admin_port}/readyz", timeout=10, trust_env=False).is_success:
                return
        time.sleep(0.05)
    raise PlatformDown(f"The platform did not come up: {output.read_text(errors='replace').strip()[-2000:]}")
