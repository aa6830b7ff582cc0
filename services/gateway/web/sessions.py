"""Who is a browser? Whoever its cookie names: an opaque secret of pairing's, exchanged here for an access token.

Promises: the secret is in the cookie alone, never in a page, a log or a URL; a bearer token goes before the cookie; a write
by cookie comes from our own page, and does nothing for whoever signed in after the person that the page shows; one exchange
serves all calls of a browser that come together, and ten minutes. Signing out is `DELETE /v1/sessions/{id}`, as for any
session, and takes the cookie away. A refusal leaves it: it may be late, and the browser's cookie another one by then.
"""

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID
from weakref import WeakValueDictionary

from grpc.aio import AioRpcError, Channel, Metadata
from starlette.background import BackgroundTask
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Part

from gateway.auth import Authenticate
from gateway.problems import Problem, from_rpc, refused
from gateway.settings import EdgeSettings
from gateway.transcoder.body import take_body
from gateway.transcoder.reading import read_body
from gateway.web.cookie import FORGET, check_own_page, keep, read_secret
from twolamps.internal.v1 import internal_pb2 as pb
from twolamps.internal.v1.internal_pb2_grpc import WebSessionsServiceStub
from twolamps.pairing.v1 import pairing_pb2
from twolamps.pairing.v1.pairing_pb2_grpc import PairingServiceStub
from twolamps_chassis import clock
from twolamps_chassis.limits import network

SAFE = ("GET", "HEAD", "OPTIONS")
SESSIONS = "/v1/sessions"
FRESH = timedelta(seconds=30)
"""A token that ends sooner than this is exchanged anew."""
HELD = 20_000
AT_ONCE = 4
"""Exchanges for one address at a time, as the services have it; more wait in line."""


class WebSessions:
    """Exchanges cookies for access tokens under the gateway's identity; `by_bearer` knows a token's person."""

    def __init__(
        self, channel: Channel, service_token: Callable[[], str], settings: EdgeSettings, by_bearer: Authenticate
    ) -> None:
        self._stub, self._service_token = WebSessionsServiceStub(channel), service_token
        self._settings, self._by_bearer = settings, by_bearer
        self._pairing = PairingServiceStub(channel)
        self._held: dict[bytes, asyncio.Task[pb.ExchangeWebSessionResponse]] = {}
        self._lines: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def sign_in(self, request: Request) -> Response:
        """POST /web/session with mail, password and clientName: the cookie, and whose session it is. Raises Problem."""
        check_own_page(request.headers, self._settings.web_origins)
        asked = pb.CreateWebSessionRequest()
        read_body(asked, await take_body(request, self._settings), ())
        try:
            made = await self._stub.CreateWebSession(asked, metadata=self._metadata(request.scope), timeout=10)
        except AioRpcError as error:
            raise from_rpc(error) from error
        headers = {"set-cookie": keep(made.secret), "cache-control": "no-store"}
        then = BackgroundTask(self._end_replaced, request.scope)  # other pages hear of it, and ask by the new cookie
        return JSONResponse(
            {"sessionId": made.session_id, "personId": made.person_id}, headers=headers, background=then
        )

    async def authenticate(self, scope: Scope) -> tuple[UUID, UUID, datetime]:
        """Who asks, by token or by cookie; raises Unauthenticated, or Problem."""
        return await self._by_bearer(await self.with_token(scope))

    async def with_token(self, scope: Scope) -> Scope:
        """The request with the access token that its cookie stands for; as it is where it has a token or no cookie."""
        access = await self.access(scope)
        return scope if access is None else _with_bearer(scope, access.access_token)

    async def access(self, scope: Scope) -> pb.ExchangeWebSessionResponse | None:
        """What the cookie of a request stands for; None where it has a token or no cookie. Raises Problem.

        A page says by `X-Twolamps-Person` whom it shows: where somebody else has signed in since, nothing is done or told.
        """
        headers = Headers(scope=scope)
        secret = read_secret(headers)
        if secret is None or "authorization" in headers:
            return None
        if scope["method"] not in SAFE:
            check_own_page(headers, self._settings.web_origins)
        access = await self._access(secret, scope)
        if headers.get("x-twolamps-person", access.person_id) != access.person_id:
            raise refused("somebody_else")
        return access

    def forget(self, scope: Scope) -> None:
        """What is held for the cookie of a request is believed no more."""
        self._held.pop(_digest(read_secret(Headers(scope=scope)) or ""), None)

    async def _access(self, secret: str, scope: Scope) -> pb.ExchangeWebSessionResponse:
        digest = _digest(secret)
        task = self._held.get(digest)
        if task is None or (task.done() and _stale(task)):
            if len(self._held) >= HELD:
                self._held.clear()
            task = self._held[digest] = asyncio.create_task(self._exchange(secret, scope))
        try:
            return await asyncio.shield(task)
        except AioRpcError as error:
            raise from_rpc(error) from error

    async def _exchange(self, secret: str, scope: Scope) -> pb.ExchangeWebSessionResponse:
        request, client = pb.ExchangeWebSessionRequest(secret=secret), scope.get("client")
        async with self._lines.setdefault(network(client[0]) if client else "", asyncio.Semaphore(AT_ONCE)):
            reply: pb.ExchangeWebSessionResponse = await self._stub.ExchangeWebSession(
                request, metadata=self._metadata(scope), timeout=5
            )
        return reply

    async def _end_replaced(self, scope: Scope) -> None:
        """The session whose cookie is replaced ends, since nobody holds it any more; best effort, it lapses by itself."""
        if (secret := read_secret(Headers(scope=scope))) is None:
            return
        with suppress(AioRpcError, Problem):
            before = await self._access(secret, scope)
            request = pairing_pb2.DeleteSessionRequest(session_id=before.session_id)
            await self._pairing.DeleteSession(request, metadata=_bearer(before.access_token), timeout=5)
        self.forget(scope)

    def _metadata(self, scope: Scope) -> Metadata:
        client, token = scope.get("client"), self._service_token()
        return Metadata(
            *_bearer(token),
            ("x-twolamps-service-token", token),
            ("x-twolamps-client-address", client[0] if client else ""),
        )


class ByCookie:
    """ASGI middleware: a call of the API by cookie goes on as a call by token; signing out takes the cookie away."""

    def __init__(self, app: ASGIApp, sessions: WebSessions) -> None:
        self._app, self._sessions = app, sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; raises Problem."""
        if scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            return await self._app(scope, receive, send)
        try:
            access = await self._sessions.access(scope)
        except Problem as problem:
            if problem.status == 401:
                self._sessions.forget(scope)
            raise
        if access is None:
            return await self._app(scope, receive, send)
        leaves = scope["method"] == "DELETE" and scope["path"] in (SESSIONS, f"{SESSIONS}/{access.session_id}")

        async def watched(part: Part) -> None:
            if part["type"] == "http.response.start":
                ended = leaves and part["status"] < 300
                if ended or part["status"] == 401:
                    self._sessions.forget(scope)
                if ended:
                    MutableHeaders(scope=part).append("set-cookie", FORGET)
            await send(part)

        await self._app(_with_bearer(scope, access.access_token), receive, watched)


def _with_bearer(scope: Scope, token: str) -> Scope:
    return {**scope, "headers": [*scope["headers"], (b"authorization", f"Bearer {token}".encode())]}


def _stale(task: asyncio.Task[pb.ExchangeWebSessionResponse]) -> bool:
    if task.cancelled() or task.exception() is not None:
        return True
    return task.result().access_expires_at.ToDatetime(tzinfo=UTC) - clock.utc_now() < FRESH


def _bearer(token: str) -> tuple[tuple[str, str]]:
    return (("authorization", f"Bearer {token}"),)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
