"""How often may a thing be tried? Moving windows per person, address or named field, kept by the `limits` library.

Promises: counts attempts, not successes; the answer says when to try again; what is counted is hashed, never kept.
"""

import hashlib
import time
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter

from twolamps_chassis.errors import TooManyRequests
from twolamps_chassis.limits_storage import Count, LimitStorage


@dataclass(frozen=True, slots=True)
class Limit:
    """`rate` as in "5/10 minutes"; `by` is person, address, or the name of a request's field, counted for each address:
    else what somebody elsewhere tries with my mail would show when I try, and keep me out."""

    rate: str
    by: str


class Limiter:
    """Counts attempts, by itself or with all who count in the same storage; what that promises when it fails, holds."""

    def __init__(self, storage: LimitStorage | None = None) -> None:
        self.storage = storage or LimitStorage()
        self.items: dict[str, RateLimitItem] = {}

    async def hit(self, limit: Limit, method: str, who: str) -> None:
        """Count one attempt; raises TooManyRequests where there were too many."""
        item = self.items.setdefault(limit.rate, parse(limit.rate))
        names = (method, limit.by, hashed(who.strip().lower()))

        async def count(storage: MemoryStorage | RedisStorage) -> Count:
            windows = MovingWindowRateLimiter(storage)
            if await windows.hit(item, *names):
                return Count(True)
            return Count(False, 0, (await windows.get_window_stats(item, *names)).reset_time - time.time())

        counted = await self.storage.ask(count)
        if not counted.served:
            raise TooManyRequests(retry_after_s=max(1.0, counted.wait_s))


def hashed(who: str) -> str:
    """What stands for somebody among the counts."""
    return hashlib.sha256(who.encode()).hexdigest()[:32]


def network(address: str) -> str:
    """Who an address stands for: itself, or the /64 of an IPv6 one, which one client owns."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    found = getattr(found, "ipv4_mapped", None) or found
    return str(found) if found.version == 4 else str(ip_network((found, 64), strict=False))
