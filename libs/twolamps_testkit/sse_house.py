"""How does a test stand between a real streaming server and real sockets? A house to serve, clients that see each byte."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid5

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Scope

from twolamps_chassis.errors import Problem, Unauthenticated, reason
from twolamps_chassis.hub import Hub, Pace
from twolamps_testkit.change_log import MemoryLog

HOME = UUID(int=1)
STREAM = b"GET /v1/inbox/stream HTTP/1.1\r\nhost: test\r\nauthorization: Bearer %b\r\n%b\r\n"
STATUS = {"unauthenticated": 401, "too_many_streams": 429, "malformed_cursor": 422}


def person(name: str) -> UUID:
    return uuid5(HOME, name)


async def authenticate(scope: Scope) -> tuple[UUID, UUID, datetime]:
    """`Bearer <name>[:<seconds it lasts>]`; the session is the person's only one."""
    name, _, lasts = Headers(scope=scope).get("authorization", "")[7:].partition(":")
    if not name:
        raise Unauthenticated
    return person(name), person(name), datetime.now(UTC) + timedelta(seconds=float(lasts or 600))


async def refused(request: Request, error: Exception) -> Response:
    why = reason(type(error))
    return JSONResponse({"reason": why, "field": cast(Problem, error).field}, STATUS[why])


@dataclass
class House:
    """A server, its hub and its log."""

    port: int
    log: MemoryLog
    hub: Hub
    server: uvicorn.Server
    served: list[str] = field(default_factory=list)

    def commit(self, name: str, item: str = "", lose: bool = False) -> None:
        hint = self.log.append(person(name), item)
        if not lose:
            self.hub.publish(hint)


@asynccontextmanager
async def house(
    endpoint: Callable[..., ASGIApp],
    http: type[asyncio.Protocol],
    encode: Callable[[bytes], bytes],
    pace: Pace | None = None,
    middleware: list[Middleware] | None = None,
    log: MemoryLog | None = None,
) -> AsyncIterator[House]:
    """Serves `endpoint(hub, authenticate)` as /v1/inbox/stream, beside /other."""
    log = log or MemoryLog()
    hub = Hub(log.read, log.heads, encode, pace=pace)
    served: list[str] = []

    async def other(request: Request) -> Response:
        served.append(request.url.path)
        return PlainTextResponse("other")

    routes = [
        Route("/v1/inbox/stream", endpoint(hub, authenticate), methods=["GET"]),
        Route("/other", other),
    ]
    app = Starlette(routes=routes, middleware=middleware, exception_handlers={Problem: refused})
    config = uvicorn.Config(app, http=http, port=0, log_level="critical", timeout_graceful_shutdown=3)
    server = uvicorn.Server(config)
    tasks = asyncio.create_task(hub.run()), asyncio.create_task(server.serve())
    await until(lambda: server.started)
    try:
        yield House(server.servers[0].sockets[0].getsockname()[1], log, hub, server, served)
    finally:
        server.should_exit = True
        await asyncio.wait([tasks[1]])
        tasks[0].cancel()
        await asyncio.wait([tasks[0]])


async def until(fact: Callable[[], bool]) -> None:
    """Waits for a fact, at most 10 s."""
    async with asyncio.timeout(10):
        while not fact():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


class Client:
    """A raw client: it sees each byte, and stores the id of the last event it saw."""

    def __init__(self, port: int, name: str, last_id: str = "") -> None:
        self.port, self.name, self.last_id = port, name, last_id
        self.items: list[str] = []

    async def open(self, extra: bytes = b"", request: bytes = STREAM) -> bytes:
        """Sends the request; the head of the answer."""
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        if self.last_id:
            extra += b"last-event-id: %b\r\n" % self.last_id.encode()
        self.writer.write(request % (self.name.encode(), extra))
        return await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 10)

    async def event(self) -> tuple[str, dict[str, Any]]:
        """The next event; ("", {}) at the end of the stream."""
        while True:
            try:
                block = await asyncio.wait_for(self.reader.readuntil(b"\n\n"), 10)
            except (asyncio.IncompleteReadError, ConnectionError):
                return "", {}
            if block.startswith(b"event: "):
                fields = dict(line.split(": ", 1) for line in block.decode().strip().split("\n"))
                data = json.loads(fields["data"])
                assert data["cursor"] == fields.get("id", "")
                assert fields["event"] in data
                self.last_id = fields.get("id", self.last_id)
                self.items += [data["change"]["item"]["id"]] if "change" in data else []
                return fields["event"], data
            assert block == b":\n\n" or block.startswith(b"retry: ")

    async def until_item(self, item: str) -> None:
        while item not in self.items:
            assert (await self.event())[0]

    async def close(self) -> None:
        self.writer.transport.abort()
        await asyncio.sleep(0)


async def opened(port: int, name: str, last_id: str = "") -> Client:
    """A client whose stream is ready."""
    client = Client(port, name, last_id)
    assert (await client.open()).startswith(b"HTTP/1.1 200 OK\r\n")
    assert (await client.event())[0] == "ready"
    return client


async def answer(client: Client, head: bytes) -> tuple[int, str, str]:
    """Status, reason and field of a refusal."""
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    body = json.loads(await client.reader.readexactly(length))
    return int(head.split()[1]), body["reason"], body.get("field", "")
