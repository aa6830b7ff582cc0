"""What do running processes share for the moment? Hints, counts of open streams, counts of attempts; in Redis or not at all.

Promises: nothing here is the truth of anything. Without Redis, or while it is away, each process goes by itself.
"""

from dataclasses import dataclass
from typing import Self

from twolamps_chassis.hints import Hints
from twolamps_chassis.lifecycle import Lifecycle
from twolamps_chassis.limits_storage import LimitStorage
from twolamps_chassis.presence import Presence, RedisPresence
from twolamps_chassis.redis_hints import RedisHints
from twolamps_chassis.settings import Settings


@dataclass(frozen=True, slots=True)
class Live:
    """What a process shares."""

    hints: Hints
    presence: Presence
    counts: LimitStorage

    @classmethod
    def open(cls, settings: Settings, lifecycle: Lifecycle) -> Self:
        """In the Redis that the settings name, kept by the process's loops, else in the process. Raises ValueError."""
        if not settings.redis:
            return cls(Hints(), Presence(), LimitStorage())
        hints = RedisHints(settings.redis, settings.prefix)
        presence = RedisPresence(settings.redis, settings.prefix)
        counts = LimitStorage(settings.redis, settings.prefix)
        lifecycle.loop("hints", hints.run)
        lifecycle.loop("presence", presence.run)
        lifecycle.at_last(counts.close)
        return cls(hints, presence, counts)
