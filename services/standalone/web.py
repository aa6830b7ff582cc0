"""How does one process serve HTTP beside gRPC? The gateway and the admin port, each a uvicorn that leaves signals alone."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from ipaddress import ip_address
from typing import Literal

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from standalone.admin_actions import action_routes
from twolamps_chassis.edge import BUSY
from twolamps_chassis.lifecycle import Lifecycle
from twolamps_chassis.node import Process
from twolamps_chassis.ports import hold_port
from twolamps_chassis.settings import Settings
from twolamps_chassis.status import list_parked, role_status
from twolamps_chassis.telemetry import STREAMS

ServerName = Literal["HTTP", "admin"]
SETTINGS: Mapping[ServerName, tuple[str, str]] = {
    "HTTP": ("TWOLAMPS_HOST", "TWOLAMPS_HTTP_PORT"),
    "admin": ("TWOLAMPS_ADMIN_HOST", "TWOLAMPS_ADMIN_PORT"),
}
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class WebServer(uvicorn.Server):
    """A uvicorn that the lifecycle starts and stops."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to the lifecycle."""
        yield


async def serve(config: uvicorn.Config, lifecycle: Lifecycle, name: ServerName) -> int:
    """Serve until the lifecycle stops; the port it listens on. Raises PortTaken."""
    listener = hold_port(name, config.host, config.port, *SETTINGS[name])
    server = WebServer(config)
    task = asyncio.create_task(server.serve([listener]), name=name)

    async def stop() -> None:
        server.should_exit = True
        await asyncio.wait([task], timeout=4)

    lifecycle.at_stop(stop)
    while not server.started:
        if task.done():
            await task
        await asyncio.sleep(0.005)
    return int(listener.getsockname()[1])


async def serve_admin(process: Process, settings: Settings) -> int:
    """Serve operators until the process stops; the port it listens on. Raises PortTaken."""
    app = for_this_machine(admin_app(process), settings.admin_host)
    config = uvicorn.Config(
        app, host=settings.admin_host, port=settings.admin_port, log_config=None, access_log=False,
        ws="none", timeout_graceful_shutdown=1,
    )  # fmt: skip
    return await serve(config, process.lifecycle, "admin")


def for_this_machine(app: ASGIApp, host: str) -> ASGIApp:
    """`app` on an address of this machine's own answers under its names alone: else a page in a browser here could ask
    it, by a name of its own that it lets mean 127.0.0.1. Elsewhere, as in containers, it is asked by any name."""
    try:
        own = ip_address(host).is_loopback
    except ValueError:
        own = host == "localhost"
    return TrustedHostMiddleware(app, [*LOOPBACK, host], www_redirect=False) if own else app


def admin_app(node: Process) -> Starlette:
    """healthz, readyz, metrics, status and what is parked; for operators, on loopback."""

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> Response:
        return JSONResponse({"ready": node.lifecycle.ready}, 200 if node.lifecycle.ready else 503)

    async def metrics(_: Request) -> Response:
        with suppress(*BUSY, OSError):  # the numbers that need no database are wanted most when it is away
            await _statuses()
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    async def status(_: Request) -> Response:
        streams = sum(int(sample.value) for metric in STREAMS.collect() for sample in metric.samples)
        return JSONResponse({"ready": node.lifecycle.ready, "open_streams": streams, "roles": await _statuses()})

    async def _statuses() -> list[dict[str, object]]:
        return [asdict(await role_status(node.databases[name], role.dues)) for name, role in node.roles.items()]

    async def parked(request: Request) -> Response:
        asked = [request.query_params.get(name, "") for name in ("reason", "key")]
        rows = [asdict(row) for database in node.databases.values() for row in await list_parked(database, *asked)]
        return Response(json.dumps(rows, default=str), media_type="application/json")

    async def no_database(_: Request, error: Exception) -> Response:
        detail = f"The platform is up, but its database does not answer ({type(error).__name__})."
        return JSONResponse({"detail": detail}, 503)

    handlers: dict[str, Callable[[Request], Awaitable[Response]]] = {
        "/healthz": healthz, "/readyz": readyz, "/metrics": metrics, "/status": status, "/parked": parked,
    }  # fmt: skip
    routes = [Route(path, handler) for path, handler in handlers.items()]
    return Starlette(
        routes=[*routes, *action_routes(node)], exception_handlers=dict.fromkeys((*BUSY, OSError), no_database)
    )
