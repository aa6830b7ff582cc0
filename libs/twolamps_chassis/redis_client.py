"""How does a process speak with Redis? Without retries and with short timeouts, since nothing may ever wait for it.

Promises: Redis holds nothing that is not also known elsewhere, so every fault of it is met by going on without it.
"""

from collections.abc import Mapping
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from twolamps_chassis.telemetry import REDIS, log, origin

FAULTS = (RedisError, OSError, TimeoutError, RuntimeError)
"""What a question to Redis may raise; a RuntimeError is uvloop's word for a connection that was just closed."""
PAUSES_S = (0.05, 0.1, 0.2, 0.5, 1.0)
"""How long to wait before the next attempt to reach it; the last one for all that follow."""


CONNECT_S = 1.0
OPTIONS: Mapping[str, Any] = {
    "socket_connect_timeout": CONNECT_S,
    "socket_timeout": None,
    "socket_keepalive": True,
    "retry": Retry(NoBackoff(), 0),
}
"""How every client connects. Who asks puts `asyncio.timeout` around the question: with a timeout of its own the library
waits by `asyncio.wait_for`, and that one of Python 3.11 may swallow the end of a task."""


def open_redis(url: str) -> Redis:
    """A client that connects at its first question. Raises ValueError for a URL that is none."""
    return Redis.from_url(url, **OPTIONS)


class Standing:
    """Whether Redis answers, for one use of it; a change is logged, a repetition is not."""

    def __init__(self, use: str) -> None:
        self.use, self.answers, self._failures = use, False, 0

    def is_back(self) -> None:
        """It answered."""
        if self._failures:
            log().info("redis.back", role=self.use)
        self.answers, self._failures = True, 0
        REDIS.labels(self.use).set(1)

    def is_away(self, error: BaseException) -> float:
        """It did not; the seconds to wait before the next attempt."""
        if not self._failures:
            log().warning("redis.away", role=self.use, **origin(error))
        self.answers, self._failures = False, self._failures + 1
        REDIS.labels(self.use).set(0)
        return PAUSES_S[min(self._failures, len(PAUSES_S)) - 1]
