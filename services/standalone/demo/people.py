"""Who lives the evening? Two people, each with a client, a listening process with a diary, and the bytes they fetched.

Promises: mails are new each time, so the story repeats on the same data; what a person fetches raw is kept whole; the
listening process of a person can be killed and started again, and goes on from its diary.
"""

import asyncio
import json
import secrets
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import httpx

from standalone.demo.diary import Diary, Line, line_of
from twolamps.notifications.v1.notifications_pb2 import OP_ADDED
from twolamps_client import Change, TokenFile, Twolamps

Transport = Literal["sse", "grpc"]
VOLATILE = {"date", "x-request-id", "ratelimit", "ratelimit-policy"}


@dataclass(frozen=True, slots=True)
class Where:
    """A platform: its HTTP address, and its gRPC address or nothing."""

    url: str
    grpc: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came; `headers` without those that differ between any two answers."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def everything(self) -> bytes:
        """Head and body, to search in."""
        return repr(self.headers).encode() + self.body

    @property
    def stated(self) -> bytes:
        """The body of a problem without the request's own id."""
        problem = json.loads(self.body)
        return json.dumps({name: value for name, value in problem.items() if name != "request_id"}).encode()


class Person:
    """One of the two; use it with `async with`."""

    def __init__(self, where: Where, name: str, zone: str, transport: Transport, folder: Path) -> None:
        self.where, self.name, self.zone, self.transport = where, name, zone, transport
        self.mail = f"{name.lower()}.{secrets.token_hex(8)}@example.org"
        self.password = secrets.token_urlsafe(18)
        self.diary = Diary(folder / f"{name}.diary")
        self.client = Twolamps(where.url, grpc=where.grpc or None)
        self._tokens = folder / f"{name}.tokens"
        self._raw = httpx.AsyncClient(base_url=where.url, timeout=10)
        self._watcher: asyncio.subprocess.Process | None = None
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._open.enter_async_context(self.client)
        await self._open.enter_async_context(self._raw)
        self._open.push_async_callback(self.kill_watcher)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    async def arrive(self) -> None:
        """Sign up and in: one session to act with, one for the listening process."""
        await self.client.sign_up(
            mail=self.mail, password=self.password, display_name=self.name, zone=self.zone, adult=True
        )
        await self.client.sign_in(self.mail, self.password, client_name="the evening")
        async with Twolamps(self.where.url, token_store=TokenFile(self._tokens)) as listening:
            await listening.sign_in(self.mail, self.password, client_name=f"a live stream over {self.transport}")

    async def read(self, path: str) -> Reply:
        """GET, raw."""
        token = await self.client.session.access_token()
        answer = await self._raw.get(path, headers={"authorization": f"Bearer {token}"})
        headers = ((name, value) for name, value in answer.headers.items() if name not in VOLATILE)
        return Reply(answer.status_code, tuple(sorted(headers)), answer.content)

    async def stream_bytes(self, cursor: str, seconds: float) -> bytes:
        """Every byte of my event stream after a cursor, as far as it comes in that time."""
        token = await self.client.session.access_token()
        headers = {"authorization": f"Bearer {token}", "last-event-id": cursor}
        seen = bytearray()
        async with self._raw.stream("GET", "/v1/inbox/stream", headers=headers) as answer:
            try:
                async with asyncio.timeout(seconds):
                    async for chunk in answer.aiter_raw():
                        seen += chunk
            except TimeoutError:
                pass
        return bytes(seen)

    async def start_watcher(self) -> int:
        """Start my listening process; its id, to find its lines in the diary by."""
        arguments = {"url": self.where.url, "grpc": self.where.grpc, "transport": self.transport}
        arguments |= {"tokens": str(self._tokens), "diary": str(self.diary.path)}
        flags = [f"--{name}={value}" for name, value in arguments.items()]
        command = [sys.executable, "-m", "standalone.demo.watcher", *flags]
        self._watcher = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE)
        return self._watcher.pid

    async def kill_watcher(self) -> None:
        """SIGKILL: nothing of it is left but what it wrote."""
        watcher, self._watcher = self._watcher, None
        if watcher is not None and watcher.returncode is None:
            watcher.kill()
            await watcher.wait()

    @property
    def listens(self) -> bool:
        """Whether a listening process is there."""
        return self._watcher is not None

    async def inbox(self) -> list[Line]:
        """What is in my inbox, oldest first, as lines of a diary."""
        items = [item async for item in self.client.notifications.all_inbox()]
        return [line_of(Change("", OP_ADDED, item), datetime.now(UTC)) for item in reversed(items)]

    def added(self) -> list[Line]:
        """The notices that came to my listening processes, oldest first."""
        return [line for line in self.diary.lines() if line.what == "added"]

    def __str__(self) -> str:
        return self.name
