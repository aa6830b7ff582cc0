"""How many requests may one address make? A flood limit, said in RateLimit headers where it bites.

Who leaves, ending a couple or sessions, is counted by the session of a valid token: nobody is kept in by the flood of
somebody else behind the same address. A forged token counts as its address does.

Promises: request n of a window is served and n + 1 is 429 with Retry-After; an IPv6 address counts as its /64 network,
which one client owns, and is hashed, never kept; health checks are free. The limits of single features live in the
services. What is left is told to who is refused alone: two who live together share an address, and each could tell by it
when the other is here.

Headers: draft-ietf-httpapi-ratelimit-headers-10, `RateLimit-Policy: "flood";q=<requests>;w=<seconds>` and
`RateLimit: "flood";r=<left>;t=<seconds until there is more>`.
"""

import math
from uuid import UUID

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.auth import Authenticate
from gateway.problems import Problem, refused
from gateway.transcoder.contracts import public_methods
from gateway.transcoder.table import Table
from twolamps_chassis.errors import Unauthenticated
from twolamps_chassis.limits import hashed, network
from twolamps_chassis.limits_storage import Count, LimitStorage

FREE = ("/healthz", "/readyz")
LEAVING = frozenset({"EndCouple", "DeleteSession", "DeleteSessions"})


class Flood:
    """ASGI middleware; `limit` as the `limits` library reads it, for example `3000/minute`, counted in `storage`.
    Without `authenticate` all are counted by address."""

    def __init__(
        self, app: ASGIApp, limit: str, storage: LimitStorage | None = None,
        authenticate: Authenticate | None = None,
    ) -> None:  # fmt: skip
        self._app, self._item, self._storage = app, parse(limit), storage or LimitStorage()
        self._authenticate = authenticate
        self._leaving = Table(method for method in public_methods() if method.descriptor.name in LEAVING)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve or refuse one request; raises Problem `too_many_requests`."""
        if scope["type"] != "http" or scope["path"] in FREE:
            return await self._app(scope, receive, send)
        amount, window = self._item.amount, self._item.get_expiry()
        session = await self._leaver(scope)
        address = network(scope["client"][0] if scope["client"] else "")
        key = self._item.key_for(*(("leaving", hashed(str(session))) if session else ("flood", hashed(address))))

        async def count(storage: MemoryStorage | RedisStorage) -> Count:
            served = await storage.acquire_sliding_window_entry(key, amount, window)
            return Count(served, *_standing(self._item, *await storage.get_sliding_window(key, window)))

        found = await self._storage.ask(count)
        policy = {"ratelimit-policy": f'"flood";q={amount};w={window}'}
        if not found.served:
            detail = f"At most {amount} requests in {window} seconds from one {'session' if session else 'address'}."
            left = {"ratelimit": f'"flood";r=0;t={found.wait_s:.0f}', "retry-after": f"{found.wait_s:.0f}"}
            raise refused("too_many_requests", detail, headers=policy | left)

        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(policy)
            await send(message)

        await self._app(scope, receive, with_policy)

    async def _leaver(self, scope: Scope) -> UUID | None:
        """The session of who is leaving; nobody's where this is another request, or the token is not valid."""
        if self._authenticate is None:
            return None
        try:
            methods, _ = self._leaving.find(scope["raw_path"])
            return (await self._authenticate(scope))[1] if scope["method"] in methods else None
        except (Problem, Unauthenticated):
            return None


def _standing(item: RateLimitItem, before: int, before_left_s: float, now: int, now_left_s: float) -> tuple[int, int]:
    """Requests left, and whole seconds until one more is free.

    A sliding window counts this window whole and the one before by the share of it that still overlaps.
    """
    amount, window = item.amount, item.get_expiry()
    left = max(0, math.floor(amount - now - before * before_left_s / window))
    if now < amount and before:
        wait = before_left_s - (amount - 1 - now) * window / before
    else:
        rest = now_left_s % window
        wait = rest + window - (amount - 1) * window / now if now >= amount else rest
    return left, max(1, math.ceil(wait))
