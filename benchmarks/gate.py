"""How does load reach a gateway? HTTP/1.1 over connections that are kept, with as little work of its own as can be.

Promises: never more connections than asked for; who finds none free waits in line. An answer that did not come is a reply
with status 0, and nothing is sent twice but by `insist`, under one Idempotency-Key.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

PATIENCE_S = 10.0
PAUSE_S = 0.05
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; status 0 is none."""

    status: int
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """What it says."""
        return json.loads(self.body)


class Refused(Exception):
    """The platform says no, and would say it again."""


class Gate:
    """Connections to the gateways at these ports, new ones in turn; use it with `async with`."""

    def __init__(self, ports: Sequence[int], most: int = 32) -> None:
        self._ports, self._room = cycle(ports), asyncio.Semaphore(most)
        self._idle: list[Connection] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for _, writer in self._idle:
            writer.close()

    async def call(self, verb: str, path: str, token: str, body: Mapping[str, Any], key: str = "") -> Reply:
        """Send a command once."""
        content = json.dumps(body).encode()
        head = (
            f"{verb} {path} HTTP/1.1\r\nhost: twolamps\r\nauthorization: Bearer {token}\r\n"
            f"idempotency-key: {key or uuid4()}\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
        )
        async with self._room:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    return await self._exchange(head.encode() + content)
            except (OSError, EOFError, TimeoutError):
                return Reply(0, b"")

    async def insist(self, verb: str, path: str, token: str, body: Mapping[str, Any]) -> Reply:
        """Send a command again and again until it is done, as an app does that lost its answer; raises Refused."""
        key = str(uuid4())
        while not (reply := await self.call(verb, path, token, body, key)).ok:
            if 400 <= reply.status < 500 and reply.status != 429:
                raise Refused(f"{path}: {reply.status} {reply.body!r}")
            await asyncio.sleep(PAUSE_S)
        return reply

    async def _exchange(self, request: bytes) -> Reply:
        async with self._connection() as (reader, writer):
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            body = await reader.readexactly(length)
            if b"\r\nconnection: close" in head:
                writer.close()
            return Reply(int(head[9:12]), body)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        reader, writer = self._take() or await asyncio.open_connection("127.0.0.1", next(self._ports))
        whole = False
        try:
            yield reader, writer
            whole = not writer.is_closing()
        finally:
            if whole:
                self._idle.append((reader, writer))
            else:
                writer.close()

    def _take(self) -> Connection | None:
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        return None
