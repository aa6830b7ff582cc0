"""How is the gateway put together? One application in front of one gRPC target, and how uvicorn serves it.

Promises: nothing starts here; who composes a process calls `build`, then serves it with `server_config`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import uvicorn
from grpc.aio import AioRpcError, Channel, insecure_channel
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub
from starlette.applications import Starlette
from starlette.types import ASGIApp

from gateway.routes import application
from gateway.settings import EdgeSettings
from gateway.transcoder import Transcoder
from gateway.transcoder.contracts import public_methods


def build(
    target: str, service_token: Callable[[], str], settings: EdgeSettings, stream_endpoint: ASGIApp | None
) -> Starlette:
    """The gateway in front of the gRPC server at `target` (host:port); its channel lives as long as the lifespan.

    `service_token()` is asked at each call for a token of the gateway's identity; `stream_endpoint` serves
    GET /v1/inbox/stream. Raises UnspeakableContract or ValueError where contracts or settings cannot be served.
    """
    open_channel: list[Channel] = []

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        # A proxy of the environment is for the world outside, never for the way to our own services.
        async with insecure_channel(target, options=[("grpc.enable_http_proxy", 0)]) as opened:
            open_channel[:] = [opened]
            yield

    async def serving() -> bool:
        try:
            health = await HealthStub(open_channel[0]).Check(HealthCheckRequest(), timeout=1)
        except AioRpcError:
            return False
        return bool(health.status == HealthCheckResponse.SERVING)

    transcoder = Transcoder(public_methods(), lambda: open_channel[0], service_token, settings)
    return application(transcoder, serving, settings, stream_endpoint, lifespan)


def server_config(app: Starlette, settings: EdgeSettings, http: type[asyncio.Protocol]) -> uvicorn.Config:
    """uvicorn for `app`; `http` is the protocol class that lets event streams leave uvicorn.

    Addresses are not logged, and a forwarded one is believed only from the named proxies. Shutdown takes at most 3 s.
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
        timeout_graceful_shutdown=3,
    )
