"""How does a test run Twolamps as a platform? Each role in child processes of its own, on real Kafka, PostgreSQL and Redis.

Promises: a replica takes the same ports at every start; killing it kills nothing else; topics, keys in Redis and the
database are this fleet's alone, and gone when it has stopped.
"""

import json
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from standalone.roles import ROLES
from tests.platform_process import COMMAND, LIST_TABLES, STOPPED_WITHIN_S, UP_WITHIN_S
from twolamps_chassis.clock import move_clock
from twolamps_testkit.ports import free_port
from twolamps_testkit.servers import Postgres

ONE_OF_EACH = dict.fromkeys((*ROLES, "gateway"), 1)


@dataclass
class Replica:
    """One process of a role. `port` is HTTP's at the gateway, gRPC's elsewhere."""

    role: str
    number: int
    port: int = field(default_factory=free_port)
    admin_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        """As in `scheduling.0`."""
        return f"{self.role}.{self.number}"

    def ask(self, path: str) -> httpx.Response:
        """The admin port's answer."""
        with httpx.Client(
            base_url=f"http://127.0.0.1:{self.admin_port}", timeout=10, trust_env=False, verify=False
        ) as http:
            return http.get(path)

    def ready(self) -> bool:
        """Whether it serves."""
        with suppress(httpx.HTTPError):
            return self.ask("/readyz").is_success
        return False

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """While inside, it is there and does nothing."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)


@dataclass
class Fleet:
    """A platform of its own; `start` it, then `kill`, `pause` and `start_replica` as you like. `changed` are settings of all."""

    folder: Path
    postgres: Postgres
    database: str
    kafka: str
    redis: str
    replicas: Mapping[str, int] = field(default_factory=lambda: ONE_OF_EACH)
    changed: Mapping[str, str] = field(default_factory=dict)
    partitions: int = 8
    ahead_s: float = 0.0
    prefix: str = field(default_factory=lambda: f"t{secrets.token_hex(4)}")

    def __post_init__(self) -> None:
        self.all = [Replica(role, n) for role, count in self.replicas.items() for n in range(count)]

    def of(self, role: str, number: int = 0) -> Replica:
        """A replica."""
        return next(one for one in self.all if (one.role, one.number) == (role, number))

    @property
    def url(self) -> str:
        """HTTP, at the first gateway."""
        return f"http://127.0.0.1:{self.of('gateway').port}"

    @property
    def grpc(self) -> str:
        """The address of gRPC for clients: every replica of notifications."""
        return self._address("notifications")

    def grpc_of(self, service: str) -> str:
        """The gRPC address of a service's first replica."""
        return f"127.0.0.1:{self.of(service).port}"

    @property
    def keys(self) -> Path:
        """The folder of keys."""
        return self.postgres.keys

    def start(self) -> float:
        """Make the topics, start every replica and wait until all are ready; the seconds that took."""
        started = time.monotonic()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.make_topics()
        with ThreadPoolExecutor() as pool:
            list(pool.map(self.start_replica, self.all))
        return time.monotonic() - started

    def make_topics(self) -> None:
        """Make the topics, once more where Kafka was wiped."""
        env = self._env(self.all[0])
        command: list[str | Path] = [COMMAND, "topics", "--partitions", str(self.partitions)]
        made = subprocess.run(command, env=env, check=False, capture_output=True, text=True, timeout=90)
        assert made.returncode == 0, made.stderr + made.stdout

    def start_replica(self, replica: Replica) -> None:
        """Start it and wait until it is ready; raises AssertionError with its log."""
        with (self.folder / f"{replica.name}.log").open("ab") as log:
            replica.process = subprocess.Popen(
                [COMMAND, "run", replica.role], env=self._env(replica), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + UP_WITHIN_S
        while not replica.ready():
            ended = replica.process.poll()
            if ended is not None or time.monotonic() > deadline:
                self.kill(replica)
                text = (self.folder / f"{replica.name}.log").read_text()[-2000:]
                raise AssertionError(f"{replica.name} not up in {UP_WITHIN_S} s, or ended with {ended}: {text}")
            time.sleep(0.05)

    def kill(self, replica: Replica) -> None:
        """kill -9, and wait until it is gone."""
        self._end(replica, signal.SIGKILL)

    def terminate(self, replica: Replica) -> float:
        """SIGTERM, and wait until it has drained; the seconds that took."""
        started = time.monotonic()
        self._end(replica, signal.SIGTERM)
        return time.monotonic() - started

    def stop(self) -> None:
        """SIGTERM to all, and wait."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(self.terminate, self.all))

    def move_clock(self, seconds: float) -> None:
        """Move everybody's time, from where it stands."""
        self.ahead_s += seconds
        move_clock(self.folder / "clock", self.ahead_s)

    def log(self) -> str:
        """All that any replica has written."""
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def complaints(self) -> list[str]:
        """Each warning and error that a replica wrote, with its name, replica by replica."""
        lines = [
            (path.stem, line) for path in sorted(self.folder.glob("*.log")) for line in path.read_text().splitlines()
        ]
        return [f"{name}: {line}" for name, line in lines if '"debug"' not in line and '"info"' not in line]

    def status(self) -> Any:
        """What each service's first replica says of itself."""
        return {"roles": [row for role in ROLES for row in self.of(role).ask("/status").json()["roles"]]}

    async def connect(self) -> "asyncpg.Connection[asyncpg.Record]":
        """A superuser's connection; the caller closes it."""
        return await asyncpg.connect(self.postgres.dsn(self.database))

    async def dump(self) -> dict[str, str]:
        """Every row of every table of both databases, as text; bytes are hexadecimal in it."""
        tables: dict[str, str] = {}
        for name, database in (("twolamps", self.database), ("twolamps_keys", f"{self.postgres.template}_keys")):
            connection = await asyncpg.connect(self.postgres.dsn(database))
            try:
                for (table,) in await connection.fetch(LIST_TABLES):
                    rows = await connection.fetch(f"SELECT whole::text FROM {table} AS whole")
                    tables[f"{name}: {table}"] = "\n".join(text for (text,) in rows)
            finally:
                await connection.close()
        return tables

    def _address(self, role: str) -> str:
        return "ipv4:" + ",".join(f"127.0.0.1:{one.port}" for one in self.all if one.role == role)

    def _env(self, replica: Replica) -> dict[str, str]:
        peers = {role: self._address(role) for role in ROLES}
        own = {
            "TWOLAMPS_ENV": "test",
            "TWOLAMPS_DATA": str(self.folder / "data"),
            "TWOLAMPS_KEYS": str(self.keys),
            "TWOLAMPS_CLOCK_FILE": str(self.folder / "clock"),
            "TWOLAMPS_LOG_LEVEL": "debug",
            "TWOLAMPS_HTTP_PORT": str(replica.port),
            "TWOLAMPS_GRPC_PORT": str(replica.port),
            "TWOLAMPS_ADMIN_PORT": str(replica.admin_port),
            "TWOLAMPS_FLOOD_LIMIT": "1000000/minute",
            "TWOLAMPS_KAFKA": self.kafka,
            "TWOLAMPS_REDIS": self.redis,
            "TWOLAMPS_PREFIX": self.prefix,
            "TWOLAMPS_PEERS": json.dumps(peers),
            "PYTHONDONTWRITEBYTECODE": "",  # without bytecode every start would compile all sources anew
        }
        if replica.role != "gateway":
            login = self.postgres.login(replica.role)
            own["TWOLAMPS_DATABASE"] = self.postgres.dsn(self.database, login)
            own["TWOLAMPS_KEY_DATABASE"] = self.postgres.dsn(f"{self.postgres.template}_keys", login)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TWOLAMPS_")}
        return inherited | own | dict(self.changed)

    def _end(self, replica: Replica, how: signal.Signals) -> None:
        if replica.process is not None:
            replica.process.send_signal(how)
            replica.process.wait(STOPPED_WITHIN_S)
            replica.process = None
