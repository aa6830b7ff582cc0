"""What answers at the edge? The web app, the transcoded paths, the event stream, the API's description, health and metrics.

Promises: every answer passes CORS, then `Answers`, then the flood limit, then the cookie's exchange; every error is
problem+json; nothing here holds the head of a stream back; metrics are told to loopback alone, never through a proxy.
"""

from collections.abc import Awaitable, Callable
from ipaddress import ip_address

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Lifespan

from gateway.answers import Answers, problem, routing_problem
from gateway.docs import ROUTES as DOCS
from gateway.flood import Flood
from gateway.openapi import document
from gateway.problems import Problem, refused
from gateway.settings import EdgeSettings
from gateway.web import ROUTES as APP
from gateway.web.sessions import ByCookie, WebSessions
from twolamps_chassis.errors import Problem as ServiceProblem
from twolamps_chassis.limits_storage import LimitStorage

_NO_STORE = {"cache-control": "no-store"}


def application(
    transcoder: ASGIApp,
    serving: Callable[[], Awaitable[bool]],
    settings: EdgeSettings,
    stream_endpoint: ASGIApp | None,
    lifespan: Lifespan[Starlette],
    counts: LimitStorage | None = None,
    sessions: WebSessions | None = None,
) -> Starlette:
    """All routes: `transcoder` has the rest of /v1, `serving` says whether the services behind answer; the flood limit
    counts in `counts`, else in this process, and knows by `sessions` who leaves. With them the web app is served."""
    description = JSONResponse(document(), headers={"cache-control": "no-cache"})

    async def ready(request: Request) -> Response:
        if not await serving():
            raise refused("unavailable", headers={"retry-after": "1"})
        return JSONResponse({"status": "ready"}, headers=_NO_STORE)

    async def openapi(request: Request) -> Response:
        return description

    routes: list[BaseRoute] = [
        Route("/healthz", healthy),
        Route("/readyz", ready),
        Route("/metrics", metrics),
        Route("/openapi.json", openapi),
        *DOCS,
    ]
    if sessions is not None:
        routes += [Route("/web/session", sessions.sign_in, methods=["POST"]), *APP]
    if stream_endpoint is not None:
        routes.append(Route("/v1/inbox/stream", stream_endpoint, methods=["GET"]))
        routes.append(Route("/v1/inbox/stream", only_get, methods=["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]))
    routes.append(Mount("/v1", transcoder))
    app = Starlette(
        routes=routes,
        middleware=[
            *_cors(settings),
            Middleware(Answers),
            Middleware(Flood, settings.flood_limit, counts, sessions.authenticate if sessions else None),
            *([Middleware(ByCookie, sessions)] if sessions else []),
        ],
        exception_handlers={Problem: problem, ServiceProblem: problem, HTTPException: routing_problem},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    return app


async def healthy(request: Request) -> Response:
    """This process answers."""
    return JSONResponse({"status": "ok"}, headers=_NO_STORE)


async def only_get(request: Request) -> Response:
    """The event stream, asked otherwise; raises Problem `method_not_allowed`."""
    allow = {"allow": "GET, HEAD, OPTIONS"}
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=allow)
    raise refused("method_not_allowed", headers=allow)


async def metrics(request: Request) -> Response:
    """Prometheus metrics, for a peer on this machine; raises Problem `no_such_path` for everyone else."""
    forwarded = {"forwarded", "x-forwarded-for", "x-real-ip", "via"} & set(request.headers)
    if forwarded or not _is_loopback(request.client.host if request.client else ""):
        raise refused("no_such_path")
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST, headers=_NO_STORE)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _cors(settings: EdgeSettings) -> list[Middleware]:
    """Cross-origin answers for the named origins; a token is sent by hand, so no credentials are allowed."""
    if not settings.cors_origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID", "Traceparent"],
            expose_headers=["RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id"],
            max_age=600,
        )
    ]
