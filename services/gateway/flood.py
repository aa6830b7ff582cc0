"""How many requests may one address make? A flood limit, said in RateLimit headers before it bites.

Promises: request n of a window is served and n + 1 is 429 with Retry-After; an IPv6 address counts as its /64 network,
which one client owns, and is hashed, never kept; health checks are free. The limits of single features live in the
services.

Headers: draft-ietf-httpapi-ratelimit-headers-10, `RateLimit-Policy: "flood";q=<requests>;w=<seconds>` and
`RateLimit: "flood";r=<left>;t=<seconds until there is more>`.
"""

import math

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.problems import refused
from twolamps_chassis.limits import hashed, network
from twolamps_chassis.limits_storage import LimitStorage

FREE = ("/healthz", "/readyz")


class Flood:
    """ASGI middleware; `limit` as the `limits` library reads it, for example `3000/minute`, counted in `storage`."""

    def __init__(self, app: ASGIApp, limit: str, storage: LimitStorage | None = None) -> None:
        self._app, self._item, self._storage = app, parse(limit), storage or LimitStorage()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve or refuse one request; raises Problem `too_many_requests`."""
        if scope["type"] != "http" or scope["path"] in FREE:
            return await self._app(scope, receive, send)
        amount, window = self._item.amount, self._item.get_expiry()
        key = self._item.key_for("flood", hashed(network(scope["client"][0] if scope["client"] else "")))

        async def count(storage: MemoryStorage | RedisStorage) -> tuple[bool, int, int]:
            served = await storage.acquire_sliding_window_entry(key, amount, window)
            return served, *_standing(self._item, *await storage.get_sliding_window(key, window))

        served, left, wait = await self._storage.ask(count)
        headers = {"ratelimit-policy": f'"flood";q={amount};w={window}', "ratelimit": f'"flood";r={left};t={wait}'}
        if not served:
            detail = f"At most {amount} requests in {window} seconds from one address."
            raise refused("too_many_requests", detail, headers={**headers, "retry-after": str(wait)})

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        await self._app(scope, receive, with_headers)


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
