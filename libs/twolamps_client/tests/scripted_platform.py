"""Against what do the client's tests run? Real HTTP and gRPC servers of their own, over one scripted state."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import grpc
import uvicorn
from google.protobuf import json_format
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from twolamps.notifications.v1.notifications_pb2 import Ready, WatchRequest, WatchResponse
from twolamps_client import Patience

QUICK = Patience(deadline=timedelta(seconds=5), first_wait=timedelta(milliseconds=5))


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as the server got it."""

    verb: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: Any


async def eventually(fact: Callable[[], object]) -> None:
    """Wait until it is so, 5 s at most."""
    async with asyncio.timeout(5):
        while not fact():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


def cut() -> Response:
    """An answer that ends before its promised length: to the client, no answer."""

    async def half() -> AsyncIterator[bytes]:
        yield b'{"code": "'
        raise ConnectionResetError

    return StreamingResponse(half(), media_type="application/json")


def problem(status: int, reason: str, **more: Any) -> Response:
    """A problem+json answer."""
    headers = {"retry-after": more.pop("retry_after")} if "retry_after" in more else {}
    content = {"status": status, "reason": reason, "title": reason, "detail": f"About {reason}.", **more}
    return JSONResponse(content, status, headers, "application/problem+json")


@dataclass
class Platform:
    """Scripted: `answers` are given in order to plain calls; the stream plays `log`, cut after `cuts` messages each."""

    answers: list[Response] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    refreshes: list[str] = field(default_factory=list)
    refresh_answers: list[Response] = field(default_factory=list)
    token_life: timedelta = timedelta(minutes=10)
    clock_ahead: timedelta = timedelta()
    log: list[WatchResponse] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)
    resumed_from: list[str] = field(default_factory=list)
    stream_answers: list[Response] = field(default_factory=list)
    open_streams: int = 0
    good_token: str = ""
    issued: int = 0
    url: str = ""
    grpc_address: str = ""

    def tokens(self) -> dict[str, Any]:
        """The next tokens; only the newest access token is good."""
        self.issued += 1
        self.good_token = f"access-{self.issued}"
        expires_at = datetime.now(UTC) + self.clock_ahead + self.token_life
        return {
            "accessToken": self.good_token,
            "accessExpiresAt": expires_at.isoformat().replace("+00:00", "Z"),
            "refreshToken": f"refresh-{self.issued}",
            "sessionId": "session-1",
            "personId": "person-1",
        }

    async def sign_in(self, request: Request) -> Response:
        return JSONResponse({"tokens": self.tokens()})

    async def refresh(self, request: Request) -> Response:
        self.refreshes.append((await request.json())["refreshToken"])
        await asyncio.sleep(0.02)
        if self.refresh_answers:
            return self.refresh_answers.pop(0)
        return JSONResponse({"tokens": self.tokens()})

    async def plain(self, request: Request) -> Response:
        raw = await request.body()
        headers = dict(request.headers)
        path = request.scope["raw_path"].decode()
        body = json.loads(raw) if raw else None
        self.seen.append(Seen(request.method, path, request.query_params.multi_items(), headers, body))
        if headers.get("authorization") not in (f"Bearer {self.good_token}", None):
            return problem(401, "token_expired")
        return self.answers.pop(0) if self.answers else JSONResponse({})

    def messages_after(self, cursor: str) -> list[WatchResponse]:
        """What a stream that resumes there is told, up to its next cut."""
        self.resumed_from.append(cursor)
        cursors = [message.cursor for message in self.log]
        ready = WatchResponse(cursor=cursor or "c0", ready=Ready())
        return [ready, *self.log[cursors.index(cursor) + 1 if cursor in cursors else 0 :]]

    async def stream(self, request: Request) -> Response:
        if request.headers["authorization"] != f"Bearer {self.good_token}":
            return problem(401, "token_expired")
        if self.stream_answers:
            return self.stream_answers.pop(0)
        messages = self.messages_after(request.headers.get("last-event-id", ""))
        left = self.cuts.pop(0) if self.cuts else -1

        async def events() -> AsyncIterator[bytes]:
            self.open_streams += 1
            try:
                for position, message in enumerate(messages):
                    data = json_format.MessageToJson(message, indent=None)
                    text = f"event: {message.WhichOneof('event')}\nid: {message.cursor}\ndata: {data}\n\n".encode()
                    if position == left:
                        yield text[: len(text) // 2]
                        raise ConnectionResetError
                    yield text
                    if message.HasField("drain"):
                        return
                await asyncio.Event().wait()
            finally:
                self.open_streams -= 1

        return StreamingResponse(events(), media_type="text/event-stream")

    async def watch(
        self, request: WatchRequest, context: "grpc.aio.ServicerContext[WatchRequest, WatchResponse]"
    ) -> AsyncIterator[WatchResponse]:
        metadata = dict(cast(Iterable[tuple[str, str]], context.invocation_metadata()))
        if metadata["authorization"] != f"Bearer {self.good_token}":
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "The token has expired.")
        left = self.cuts.pop(0) if self.cuts else -1
        self.open_streams += 1
        try:
            for position, message in enumerate(self.messages_after(request.cursor)):
                if position == left:
                    await context.abort(grpc.StatusCode.UNAVAILABLE, "max connection age")
                yield message
                if message.HasField("drain"):
                    return
            await asyncio.Event().wait()
        finally:
            self.open_streams -= 1

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Both servers, on free ports of loopback."""
        routes = [
            Route("/v1/sessions", self.sign_in, methods=["POST"]),
            Route("/v1/sessions:refresh", self.refresh, methods=["POST"]),
            Route("/v1/inbox/stream", self.stream),
            Route("/{rest:path}", self.plain, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        ]
        config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="critical", timeout_graceful_shutdown=1)
        web = uvicorn.Server(config)
        web.capture_signals = nullcontext  # type: ignore[assignment,method-assign]
        serving = asyncio.create_task(web.serve())
        await eventually(lambda: web.started)
        self.url = f"http://127.0.0.1:{web.servers[0].sockets[0].getsockname()[1]}"
        rpc = grpc.aio.server()
        watch = grpc.unary_stream_rpc_method_handler(
            cast(Any, self.watch), WatchRequest.FromString, WatchResponse.SerializeToString
        )
        service = "twolamps.notifications.v1.NotificationsService"
        rpc.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {"Watch": watch}),))
        self.grpc_address = f"127.0.0.1:{rpc.add_insecure_port('127.0.0.1:0')}"
        await rpc.start()
        try:
            yield
        finally:
            await rpc.stop(None)
            web.should_exit = True
            await serving
