"""How is one connection of the live stream read? As WatchResponse messages, the same over SSE and gRPC, until it ends.

Each function is one connection: it resumes after `cursor` (empty: from now), raises TwolampsError when refused or lost,
and leaves nothing open when it is closed.
"""

from collections.abc import AsyncGenerator, Mapping

import grpc
import httpx

from twolamps.notifications.v1.notifications_pb2 import WatchRequest, WatchResponse
from twolamps.notifications.v1.notifications_pb2_grpc import NotificationsServiceStub
from twolamps_client.errors import error_of_response, error_of_rpc, no_answer
from twolamps_client.methods import message_of_json
from twolamps_client.sse import EventParser

# The server sends a comment every 15 s; three missed mean that the connection is dead.
_SSE_TIMEOUT = httpx.Timeout(10, read=45)

_CHANNEL_OPTIONS = (
    ("grpc.keepalive_time_ms", 310_000),  # a gRPC server, unless told otherwise, cuts who pings within 300 s
    ("grpc.keepalive_timeout_ms", 15_000),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 2_000),  # Watch has its own, jittered waits
    ("grpc.use_local_subchannel_pool", 1),
)


def open_channel(address: str) -> grpc.aio.Channel:
    """A channel to `host:port`, or with TLS to `https://host:port`. Needs a running event loop."""
    host = address.removeprefix("https://").removeprefix("http://")
    if address.startswith("https://"):
        return grpc.aio.secure_channel(host, grpc.ssl_channel_credentials(), options=_CHANNEL_OPTIONS)
    return grpc.aio.insecure_channel(host, options=_CHANNEL_OPTIONS)


async def sse_messages(http: httpx.AsyncClient, token: str, cursor: str) -> AsyncGenerator[WatchResponse]:
    """One connection of GET /v1/inbox/stream."""
    headers: Mapping[str, str] = {"authorization": f"Bearer {token}", "accept": "text/event-stream"}
    if cursor:
        headers = {**headers, "last-event-id": cursor}
    parser = EventParser()
    try:
        async with http.stream("GET", "/v1/inbox/stream", headers=headers, timeout=_SSE_TIMEOUT) as response:
            if not response.is_success:
                await response.aread()
                raise error_of_response(response)
            async for chunk in response.aiter_bytes():
                for event in parser.feed(chunk):
                    yield message_of_json(event.data, WatchResponse)
    except httpx.TransportError as lost:
        raise no_answer(lost) from lost


async def grpc_messages(channel: grpc.aio.Channel, token: str, cursor: str) -> AsyncGenerator[WatchResponse]:
    """One call of NotificationsService.Watch."""
    watch = NotificationsServiceStub(channel).Watch
    call = watch(WatchRequest(cursor=cursor), metadata=(("authorization", f"Bearer {token}"),))
    try:
        async for message in call:
            yield message
    except grpc.aio.AioRpcError as error:
        raise error_of_rpc(error) from error
    finally:
        call.cancel()  # an abandoned call would go on in the server until the channel closes
