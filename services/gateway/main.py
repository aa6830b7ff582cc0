"""How is the gateway put together? One application in front of the services' gRPC, and how uvicorn serves it.

Promises: nothing starts here; who composes a process calls `build`, then serves it with `server_config`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import uvicorn
from grpc.aio import AioRpcError, Channel
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub
from starlette.applications import Starlette
from starlette.types import ASGIApp

from gateway.routes import application
from gateway.settings import EdgeSettings
from gateway.transcoder import Transcoder
from gateway.transcoder.contracts import public_methods
from gateway.web.sessions import WebSessions
from twolamps_chassis.channels import Channels
from twolamps_chassis.limits_storage import LimitStorage


def build(
    channels: Channels, service_token: Callable[[], str], settings: EdgeSettings, stream_endpoint: ASGIApp | None,
    counts: LimitStorage | None = None, sessions: WebSessions | None = None,
) -> Starlette:  # fmt: skip
    """The gateway in front of the services that `channels` leads to; it closes them when its lifespan ends.

    `service_token()` is asked at each call for a token of the gateway's identity; `stream_endpoint` serves
    GET /v1/inbox/stream; the flood limit counts in `counts`, else in this process, and knows by `sessions` who
    leaves; with them the web app is served. Raises UnspeakableContract or ValueError where contracts or settings cannot
    be served.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await channels.close()

    async def serving() -> bool:
        """One service is enough: a gateway that leaves with the first would take the others along."""
        return any(await asyncio.gather(*map(_serves, channels.every())))

    transcoder = Transcoder(public_methods(), channels.to, service_token, settings)
    return application(transcoder, serving, settings, stream_endpoint, lifespan, counts, sessions)


async def _serves(channel: Channel) -> bool:
    try:
        health = await HealthStub(channel).Check(HealthCheckRequest(), timeout=1)
    except AioRpcError:
        return False
    return bool(health.status == HealthCheckResponse.SERVING)


def server_config(app: Starlette, settings: EdgeSettings, http: type[asyncio.Protocol]) -> uvicorn.Config:
    """uvicorn for `app`; `http` is the protocol class that lets event streams leave uvicorn.

    Addresses are not logged, and a forwarded one is believed only from the named proxies. Shutdown takes at most 3 s.
    An idle connection is kept longer than clients and proxies keep theirs (nginx: 60 s): who closes first may meet a request
    that the other has just sent, and a client can send that again while a server cannot.
    """
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=http,
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_keep_alive=75,
        timeout_graceful_shutdown=3,
    )
