"""Where are attempts counted? In this process; and in Redis as well, so that all processes count together.

Promises: what this process served counts here too, so a Redis that was emptied or died gives no fresh tries: until all
is known again a limit bounds what each process serves, so at most limit x replicas. When Redis fails, or takes longer
than 0.3 s, this process counts alone for the next 5 s: no call fails, and none waits for Redis again. Then one call
tries it, while the others still do not.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from limits.aio.storage import MemoryStorage, RedisStorage
from redis.asyncio import BlockingConnectionPool

from twolamps_chassis.redis_client import FAULTS, OPTIONS, Standing

PATIENCE_S, AWAY_S = 0.3, 5.0
MOST_CONNECTIONS = 32
RESTS_S = 60.0


@dataclass(frozen=True, slots=True)
class Count:
    """What a count says of an attempt: whether it is served, how many are left, and seconds until there is more."""

    served: bool
    left: int = 0
    wait_s: float = 0.0


Question = Callable[[MemoryStorage | RedisStorage], Awaitable[Count]]


class LimitStorage:
    """Counts in the Redis at `url`, under `<prefix>:limits:`; without a URL in this process alone. Raises ValueError."""

    def __init__(self, url: str = "", prefix: str = "twolamps") -> None:
        self._memory = MemoryStorage()
        self._rest: asyncio.Task[None] | None = None
        self._shared: RedisStorage | None = None
        self._standing, self._ask_from = Standing("limits"), 0.0
        if url:
            self._pool = BlockingConnectionPool.from_url(
                url, max_connections=MOST_CONNECTIONS, timeout=PATIENCE_S, **OPTIONS
            )
            pool: Any = self._pool  # their signature does not know that an option may be a pool
            self._shared = RedisStorage(
                f"async+{url}", implementation="redispy", key_prefix=f"{prefix}:limits", connection_pool=pool
            )

    async def ask(self, question: Question) -> Count:
        """The strictest of what counts now. Here only what Redis serves is counted: else who is refused, and goes on
        trying, would be refused for longer. The question may be asked twice."""
        shared = await self._ask_shared(question)
        if shared is not None and not shared.served:
            return shared
        self._let_rest()
        own = await question(self._memory)
        return own if shared is None or not own.served or own.left < shared.left else shared

    async def close(self) -> None:
        """Close the connections."""
        if self._rest is not None:
            self._rest.cancel()
        if self._shared is not None:
            await self._pool.aclose()

    async def _ask_shared(self, question: Question) -> Count | None:
        now = asyncio.get_running_loop().time
        if self._shared is None or now() < self._ask_from:
            return None
        if not self._standing.answers:
            self._ask_from = now() + AWAY_S
        try:
            async with asyncio.timeout(PATIENCE_S):
                count = await question(self._shared)
        except FAULTS as error:
            self._standing.is_away(error)
            self._ask_from = now() + AWAY_S
            return None
        self._standing.is_back()
        self._ask_from = 0.0
        return count

    def _let_rest(self) -> None:
        """The library looks through all it counts for what is over, at every attempt that finds its `timer` done; with
        thousands of addresses that costs more than all else. So between two looks it gets one that takes a minute."""
        timer = self._memory.timer
        if timer is None or (timer.done() and timer is not self._rest):
            self._rest = self._memory.timer = asyncio.create_task(asyncio.sleep(RESTS_S))
