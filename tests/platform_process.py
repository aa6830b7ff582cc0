"""How does a test run Twolamps as its users do? `twolamps up` in a child process, with a data folder of its own.

Promises: the child takes the same ports at every start, so that clients find it again; killing it kills nothing else; its
log is kept over restarts; every table can be read as the superuser.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import asyncpg
import httpx

from twolamps_chassis.clock import move_clock
from twolamps_chassis.postgres_folder import claim_socket_folder, read_home
from twolamps_chassis.postgres_install import find_install
from twolamps_chassis.postgres_server import erase_cluster
from twolamps_testkit.ports import free_port

UP_WITHIN_S, STOPPED_WITHIN_S = 120.0, 20.0
COMMAND = Path(sys.executable).with_name("twolamps")
LIST_TABLES = """
SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
"""


class RunningPlatform(Protocol):
    """What a journey needs of Twolamps, whichever way it runs."""

    ahead_s: float

    @property
    def url(self) -> str:
        """HTTP."""

    @property
    def grpc(self) -> str:
        """The address of gRPC for clients."""

    def grpc_of(self, service: str) -> str:
        """The gRPC address of a service."""

    @property
    def keys(self) -> Path:
        """The folder of keys."""

    def move_clock(self, seconds: float) -> None:
        """Move everybody's time, from where it stands."""

    def log(self) -> str:
        """All that was written on stdout and stderr."""

    def status(self) -> Any:
        """What `twolamps status` reads."""

    async def connect(self) -> "asyncpg.Connection[asyncpg.Record]":
        """A superuser's connection; the caller closes it."""

    async def dump(self) -> dict[str, str]:
        """Every row of every table of both databases, as text; bytes are hexadecimal in it."""


@dataclass
class PlatformProcess:
    """A platform of its own in `folder`; `start` it, as often as it was killed. `changed` are settings of its own."""

    folder: Path
    ports: tuple[int, int, int] = field(default_factory=lambda: (free_port(), free_port(), free_port()))
    changed: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    ahead_s: float = 0.0

    @property
    def url(self) -> str:
        """HTTP."""
        return f"http://127.0.0.1:{self.ports[0]}"

    @property
    def grpc(self) -> str:
        """The address of gRPC."""
        return f"127.0.0.1:{self.ports[1]}"

    def grpc_of(self, service: str) -> str:
        """The gRPC address of a service: one serves all."""
        return self.grpc

    @property
    def keys(self) -> Path:
        """The folder of keys."""
        return self.data / "keys"

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    def start(self) -> float:
        """Start it and wait until it is ready; the seconds that took. Raises AssertionError with its log."""
        started = time.monotonic()
        http_port, grpc_port, admin_port = map(str, self.ports)
        own = {
            "TWOLAMPS_ENV": "test",
            "TWOLAMPS_DATA": str(self.data),
            "TWOLAMPS_CLOCK_FILE": str(self.folder / "clock"),
            "TWOLAMPS_LOG_LEVEL": "debug",
            "TWOLAMPS_HTTP_PORT": http_port,
            "TWOLAMPS_GRPC_PORT": grpc_port,
            "TWOLAMPS_ADMIN_PORT": admin_port,
            "TWOLAMPS_FLOOD_LIMIT": "1000000/minute",
            "PYTHONDONTWRITEBYTECODE": "",  # without bytecode every start would compile all sources anew
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TWOLAMPS_")}
        env = inherited | own | dict(self.changed)
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen([COMMAND, "up"], env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        while not self._ready():
            ended, late = self.process.poll(), time.monotonic() > started + UP_WITHIN_S
            if ended is not None or late:
                self.kill()
                raise AssertionError(f"not up in {UP_WITHIN_S} s, or ended with {ended}: {self.log()[-2000:]}")
            time.sleep(0.05)
        return time.monotonic() - started

    def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, and wait until it has drained. Nothing is left of its data afterwards."""
        self._end(signal.SIGTERM)
        if read_home(self.data / "postgres") is not None:
            erase_cluster(self.data / "postgres")

    def move_clock(self, seconds: float) -> None:
        """Move its time, from where it stands."""
        self.ahead_s += seconds
        move_clock(self.folder / "clock", self.ahead_s)

    def log(self) -> str:
        """All it has written on stdout and stderr, over all starts."""
        return (self.folder / "log").read_text()

    def status(self) -> Any:
        """What `twolamps status` reads."""
        return self._ask("/status").json()

    async def connect(self, database: str = "twolamps") -> "asyncpg.Connection[asyncpg.Record]":
        """A superuser's connection; the caller closes it."""
        home = read_home(self.data / "postgres")
        assert home is not None
        host = quote(str(claim_socket_folder(home, find_install())))
        return await asyncpg.connect(f"postgresql://postgres@/{database}?host={host}&port=5432")

    async def dump(self) -> dict[str, str]:
        """Every row of every table of both databases, as text; bytes are hexadecimal in it."""
        tables: dict[str, str] = {}
        for database in ("twolamps", "twolamps_keys"):
            connection = await self.connect(database)
            try:
                for (table,) in await connection.fetch(LIST_TABLES):
                    rows = await connection.fetch(f"SELECT whole::text FROM {table} AS whole")
                    tables[f"{database}: {table}"] = "\n".join(text for (text,) in rows)
            finally:
                await connection.close()
        return tables

    def _ready(self) -> bool:
        with suppress(httpx.HTTPError):
            return self._ask("/readyz").is_success
        return False

    def _ask(self, path: str) -> httpx.Response:
        """The admin port's answer. Plain HTTP: reading certificates for nothing would cost more than the call."""
        with httpx.Client(
            base_url=f"http://127.0.0.1:{self.ports[2]}", timeout=10, trust_env=False, verify=False
        ) as http:
            return http.get(path)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(STOPPED_WITHIN_S)
            self.process = None
