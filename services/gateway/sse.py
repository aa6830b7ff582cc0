"""How does a browser listen? `GET /v1/inbox/stream`, server-sent events (WHATWG HTML 9.2) that resume by Last-Event-ID.

The head goes through ASGI as any answer does; then the connection leaves uvicorn and is a place in the log: no task, no
queue, the transport's buffer alone. It needs `uvicorn.Config(http=StreamingProtocol)`, leans on uvicorn's protocol as
tests/test_sse.py states, and bears no middleware that holds the head of an answer back (BaseHTTPMiddleware does).

Promises:
- What the hub promises of a stream. Event = the oneof case of WatchResponse, id = its cursor, data = the message as
  proto3 JSON on one line; a comment as keep-alive; `retry` differs by stream, so that they do not all return at once.
- The stream is the last answer of its connection and ends with it, byte for byte alike over HTTP/1.0 and 1.1. A request
  that waits behind it is never run: 400 if it is there already, else the stream closes.
- Memory for a reader that takes nothing is bounded, and it is cut.
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, MutableSet, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from google.protobuf.json_format import MessageToDict
from starlette.datastructures import Headers, QueryParams
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from twolamps.notifications.v1.notifications_pb2 import WatchResponse
from twolamps_chassis.hub import Hub
from twolamps_chassis.hub_streams import Reader
from twolamps_chassis.log_cursor import decode_cursor

Authenticate = Callable[[Scope], Awaitable[tuple[UUID, UUID, datetime]]]
"""The person, the session and the end of the token of a request; raises a Problem."""

TRANSPORT = "twolamps.transport"  # the ASGI extension that shows an application its connection
HEAD = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"connection", b"close"),
]
HIGH, LOW = 65_536, 16_384  # bytes held here for one slow reader, and what it must come down to
RETRY_MS = (500, 3_000)
FLUSH_SECONDS = 1.0  # to take the last bytes of an ended stream
PROBLEM_JSON = "application/problem+json"
BEHIND = {  # written here, since it has to close the connection
    "type": "/errors/request_behind_stream",
    "title": "Request behind a stream",
    "status": 400,
    "detail": "A stream is the last request of its connection; send others on another one.",
    "reason": "request_behind_stream",
}


class StreamingProtocol(HttpToolsProtocol):
    """uvicorn's protocol; it shows its transport to the application."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        cast(dict[str, Any], self.scope)["extensions"] = {TRANSPORT: self.transport}


def encode_event(response: bytes) -> bytes:
    """A serialized WatchResponse as one server-sent event."""
    message = WatchResponse.FromString(response)
    data = json.dumps(MessageToDict(message, always_print_fields_with_no_presence=True), separators=(",", ":"))
    id_line = f"id: {message.cursor}\n" if message.cursor else ""
    return f"event: {message.WhichOneof('event')}\n{id_line}data: {data}\n\n".encode()


class Stream(Reader, asyncio.Protocol):
    """One open stream, as the protocol of its connection."""

    __slots__ = ("connections", "transport")

    transport: asyncio.Transport
    connections: MutableSet[Any]  # uvicorn's: it shuts these down, and waits until they are gone

    def take_over(self, http: HttpToolsProtocol) -> None:
        """The connection whose head is sent becomes this stream."""
        connections: MutableSet[Any] = http.connections
        self.transport, self.connections = http.transport, connections
        self.slow = int(http.flow.write_paused)
        http.connection_lost(ConnectionAbortedError("goes on as a stream"))  # lets go of parser, scope and cycle
        self.connections.add(self)
        self.transport.set_protocol(self)
        self.transport.set_write_buffer_limits(HIGH, LOW)  # uvloop's own low mark is 16 bytes
        self.transport.resume_reading()  # else the end of the connection would not be seen
        self.transport.write(b"retry: %d\n\n" % random.randint(*RETRY_MS))
        self.hub.join(self)

    def write(self, messages: Sequence[bytes]) -> None:
        if not self.transport.is_closing():
            self.transport.write(b"".join(messages))

    def close(self, last: bytes) -> None:
        if self.slow:
            return self.transport.abort()  # the client has its Last-Event-ID
        self.write([last])
        self._hang_up()

    def cut(self) -> None:
        self.transport.abort()

    def keep_alive(self) -> None:
        self.write([b":\n\n"])

    def pause_writing(self) -> None:
        self.pause()

    def resume_writing(self) -> None:
        self.resume()

    def data_received(self, data: bytes) -> None:
        self._hang_up()

    def connection_lost(self, exc: Exception | None) -> None:
        self.connections.discard(self)
        self.hub.leave(self)

    def shutdown(self) -> None:
        """uvicorn stops."""
        self.hub.end(self, "restart")

    def _hang_up(self) -> None:
        self.transport.close()
        if self.transport.get_write_buffer_size():
            asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.transport.abort)


class InboxStream:
    """The ASGI endpoint, for GET and HEAD. Raises Problems while nothing is sent yet: those of `authenticate`,
    `MalformedCursor` and `TooManyStreams`."""

    def __init__(self, hub: Hub, authenticate: Authenticate) -> None:
        self.hub, self.authenticate = hub, authenticate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        person, session, expires_at = await self.authenticate(scope)
        cursor = Headers(scope=scope).get("last-event-id") or QueryParams(scope["query_string"]).get("cursor", "")
        stream = Stream(self.hub, person, session, decode_cursor(cursor), expires_at)
        transport: asyncio.Transport = scope["extensions"][TRANSPORT]
        if scope["method"] == "GET":
            await self.hub.admit(stream)
        try:
            await self._begin(stream, transport, scope, receive, send)
        finally:
            if transport.get_protocol() is not stream:
                self.hub.leave(stream)

    async def _begin(
        self, stream: Stream, transport: asyncio.Transport, scope: Scope, receive: Receive, send: Send
    ) -> None:
        http = transport.get_protocol()
        if not isinstance(http, HttpToolsProtocol) or transport.is_closing():
            return  # the client is gone
        if http.pipeline:
            return await JSONResponse(BEHIND, 400, {"connection": "close"}, PROBLEM_JSON)(scope, receive, send)
        if scope["method"] == "HEAD":
            await send({"type": "http.response.start", "status": 200, "headers": HEAD})
            return await send({"type": "http.response.body"})
        http.cycle.chunked_encoding = False  # ends with the connection
        await send({"type": "http.response.start", "status": 200, "headers": HEAD})
        if not http.cycle.response_started:
            raise RuntimeError("a middleware holds the head of an event stream back")
        if transport.get_protocol() is http and not transport.is_closing():
            stream.take_over(http)
