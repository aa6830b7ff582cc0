"""Who listens in F9, F10 and F11? Raw sockets in this process; the server is a process of its own, so that its memory and
CPU are its alone. The log is in memory: what a resume costs in SQL is part of what is measured on a whole platform."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

from benchmarks.rows import FOLDER

AT_ONCE = 200  # connections on their way


class Server:
    """A child that holds streams."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process, self.seen = process, dict[str, Any]()

    async def look(self, command: str = "look") -> dict[str, Any]:
        """Let it obey; what it then is."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{command}\n".encode())
        self.seen = json.loads(await self.process.stdout.readline())
        return self.seen


@asynccontextmanager
async def server(kind: str) -> AsyncIterator[Server]:
    """A server of a kind, gone afterwards."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.stream_server",
        kind,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=FOLDER.parent,
    )
    made = Server(process)
    try:
        assert process.stdout is not None
        made.seen = json.loads(await process.stdout.readline())
        yield made
    finally:
        process.terminate()
        await process.wait()


class Client(asyncio.Protocol):
    """A stream as its reader: it counts events and keeps the last id."""

    def __init__(self, name: str, last_id: bytes = b"") -> None:
        self.name, self.last_id, self.rest = name, last_id, b""
        self.items: list[bytes] = []
        self.ready = asyncio.get_running_loop().create_future()
        self.count = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        resume = b"last-event-id: %b\r\n" % self.last_id if self.last_id else b""
        self.transport.write(
            b"GET /v1/inbox/stream HTTP/1.1\r\nhost: t\r\naccept: text/event-stream\r\nauthorization: Bearer %b\r\n%b\r\n"
            % (self.name.encode(), resume)
        )

    def data_received(self, data: bytes) -> None:
        *blocks, self.rest = (self.rest + data).split(b"\n\n")
        for block in blocks:
            if (b"event: ready" in block or b": hi" in block) and not self.ready.done():
                self.ready.set_result(None)
            elif b'"item":{' in block:
                self.count += 1
                found = block.partition(b'"item":{"id":"')[2][:13]
                self.items.append(found)
            for line in block.split(b"\n"):
                if line.startswith(b"id: "):
                    self.last_id = line[4:]


async def connect(port: int, names: Sequence[str], last: Sequence[bytes] = ()) -> list[Client]:
    """Streams that are ready."""
    room, loop = asyncio.Semaphore(AT_ONCE), asyncio.get_running_loop()

    async def one(number: int) -> Client:
        async with room:
            client = Client(names[number], last[number] if last else b"")
            await loop.create_connection(lambda: client, "127.0.0.1", port)
            await client.ready
            return client

    async with asyncio.timeout(120):
        return list(await asyncio.gather(*map(one, range(len(names)))))


async def hang_up(clients: Sequence[Client]) -> None:
    """Cut them off."""
    for client in clients:
        client.transport.abort()
    await asyncio.sleep(0.5)


async def received(clients: Sequence[Client], count: int) -> None:
    """Wait until they have so many changes together."""
    async with asyncio.timeout(60):
        while sum(client.count for client in clients) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
