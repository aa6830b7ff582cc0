"""Where are attempts counted? In this process; or in Redis, so that all processes count together.

Promises: when Redis fails, or takes longer than 0.3 s, this process counts in its own memory for the next 5 s: nobody
passes uncounted, no call fails, and none waits for Redis again. Then one call tries it, while the others still do not.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from limits.aio.storage import MemoryStorage, RedisStorage
from redis.asyncio import BlockingConnectionPool

from twolamps_chassis.redis_client import FAULTS, OPTIONS, Standing

PATIENCE_S, AWAY_S = 0.3, 5.0
MOST_CONNECTIONS = 32

Answer = TypeVar("Answer")
Question = Callable[[MemoryStorage | RedisStorage], Awaitable[Answer]]


class LimitStorage:
    """Counts in the Redis at `url`, under `<prefix>:limits:`; without a URL in this process alone. Raises ValueError."""

    def __init__(self, url: str = "", prefix: str = "twolamps") -> None:
        self._memory = MemoryStorage()
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

    async def ask(self, question: Question[Answer]) -> Answer:
        """The answer of what counts now. The question may be asked twice."""
        now = asyncio.get_running_loop().time
        if self._shared is not None and now() >= self._ask_from:
            if not self._standing.answers:
                self._ask_from = now() + AWAY_S
            try:
                async with asyncio.timeout(PATIENCE_S):
                    answer = await question(self._shared)
            except FAULTS as error:
                self._standing.is_away(error)
                self._ask_from = now() + AWAY_S
            else:
                self._standing.is_back()
                self._ask_from = 0.0
                return answer
        return await question(self._memory)

    async def close(self) -> None:
        """Close the connections."""
        if self._shared is not None:
            await self._pool.aclose()
