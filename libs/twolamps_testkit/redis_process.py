"""How does a test take Redis away? A real `redis-server` of its own, to stop, hang and bring back.

Promises: it listens on loopback alone, keeps nothing on disk, comes back on its port, and is gone when the test is over.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from redis.asyncio import Redis

from twolamps_testkit.ports import free_port

HOW_TO_GET_REDIS_SERVER = "needs the program redis-server, to stop and hang one: apt install redis-server"
UP_WITHIN_S = 10.0


def find_redis_server() -> str | None:
    """Where the program is."""
    return shutil.which("redis-server")


@dataclass
class RedisProcess:
    """A Redis that a test may treat badly."""

    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        program = find_redis_server()
        assert program is not None, HOW_TO_GET_REDIS_SERVER
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", "/tmp"]
        self.process = subprocess.Popen([program, *options], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + UP_WITHIN_S
        while not self._answers():
            assert time.monotonic() < deadline, f"redis-server does not answer on {self.port}"
            time.sleep(0.01)

    def stop(self) -> None:
        """kill -9, and wait until it is gone."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """While inside, it is gone."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    async def flush(self) -> None:
        """Let it forget everything."""
        async with Redis.from_url(self.url) as redis:
            await redis.flushall()

    @contextmanager
    def hung(self) -> Iterator[None]:
        """While inside, its connections stay open and nothing is answered."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.process.pid, signal.SIGCONT)

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as asked:
            asked.sendall(b"PING\r\n")
            return asked.recv(7) == b"+PONG\r\n"
        return False
