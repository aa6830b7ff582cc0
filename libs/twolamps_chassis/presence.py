"""How many streams may a person have open? One count for every hub of a process, and over Redis for every process.

Promises: stream n is admitted and n + 1 is refused, before anything is sent to it. Over Redis the streams of a process
that was killed are forgotten within a minute; while Redis is away each process counts for itself. Nothing here is asked
or told for a message.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Hashable
from contextlib import suppress
from typing import cast
from uuid import UUID

from grpc import StatusCode
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from twolamps_chassis.errors import Problem
from twolamps_chassis.limits import hashed
from twolamps_chassis.redis_client import FAULTS, Standing, open_redis

PATIENCE_S = 0.3
"""How long the head of a stream waits for Redis."""
KEPT_S, RENEWED_S = 45, 15.0
AT_ONCE = 500  # people in one round trip
ENTER = """
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) and not redis.call('ZSCORE', KEYS[1], ARGV[3]) then return 0 end
for n = 3, #ARGV do redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[n]) end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
"""
"""Counts streams (ARGV from 3) for ARGV[2] seconds, by the clock of Redis, unless ARGV[1] others are there."""
STREAMS_PER_PERSON = 20
UNLIMITED = 1 << 30


class TooManyStreams(Problem):
    """You have as many open streams as one person may have; close one first."""

    code = StatusCode.RESOURCE_EXHAUSTED


class Presence:
    """The open streams of this process, by person. `most` is what one person may have."""

    def __init__(self, most: int = STREAMS_PER_PERSON) -> None:
        self.most = most
        self.open: dict[UUID, set[Hashable]] = {}

    async def enter(self, person: UUID, stream: Hashable) -> None:
        """Count one more. Raises `TooManyStreams`; what has entered must `leave`."""
        if len(self.open.get(person, ())) >= self.most:
            raise TooManyStreams
        self.open.setdefault(person, set()).add(stream)

    def leave(self, person: UUID, stream: Hashable) -> bool:
        """Count it no more; whether it was counted."""
        streams = self.open.get(person)
        if streams is None or stream not in streams:
            return False
        streams.remove(stream)
        if not streams:
            del self.open[person]
        return True


class RedisPresence(Presence):
    """The open streams of every process that counts in the Redis at `url`, under `<prefix>:streams:`. A person is a
    sorted set of streams by when they are forgotten, named by a hash; who has them open renews them."""

    def __init__(self, url: str, prefix: str, most: int = STREAMS_PER_PERSON) -> None:
        super().__init__(most)
        self.url, self.prefix, self.process = url, f"{prefix}:streams:", secrets.token_hex(6)
        self._untold: list[tuple[UUID, str, asyncio.Future[bool] | None]] = []  # an answer is due to who enters
        self._news = asyncio.Event()
        self._standing = Standing("streams")

    @property
    def shared(self) -> bool:
        """Whether the streams of other processes count now."""
        return self._standing.answers

    async def enter(self, person: UUID, stream: Hashable) -> None:
        await super().enter(person, stream)
        if not self.shared:
            return
        admitted = asyncio.get_running_loop().create_future()
        self._note(person, stream, admitted)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_S):
                    if not await admitted:
                        raise TooManyStreams
        except BaseException:
            self.leave(person, stream)
            raise

    def leave(self, person: UUID, stream: Hashable) -> bool:
        left = super().leave(person, stream)
        if left and self.shared:
            self._note(person, stream, None)
        return left

    async def run(self) -> None:
        """Count until cancelled."""
        async with open_redis(self.url) as redis:
            while True:
                try:
                    await self._keep(redis)
                except FAULTS as error:
                    pause = self._standing.is_away(error)
                    self._untold.clear()
                    await asyncio.sleep(pause)

    def _note(self, person: UUID, stream: Hashable, admitted: asyncio.Future[bool] | None) -> None:
        self._untold.append((person, self._name(stream), admitted))
        self._news.set()

    def _key(self, person: UUID) -> str:
        return self.prefix + hashed(str(person))

    def _name(self, stream: Hashable) -> str:
        return f"{self.process}-{id(stream):x}"

    async def _keep(self, redis: Redis) -> None:
        """After a silence Redis may know nothing of this process, so all is told at first; raises what ended it."""
        now = asyncio.get_running_loop().time
        while True:
            await self._renew(redis)
            self._standing.is_back()
            renewed = now()
            while (left := renewed + RENEWED_S - now()) > 0:
                with suppress(TimeoutError):
                    async with asyncio.timeout(left):
                        await self._news.wait()
                self._news.clear()
                await self._tell(redis)

    async def _renew(self, redis: Redis) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await cast(Awaitable[bool], redis.ping())  # also where nobody has a stream
        people = list(self.open)
        for first in range(0, len(people), AT_ONCE):
            pipeline = redis.pipeline(transaction=False)
            for person in people[first : first + AT_ONCE]:
                if streams := self.open.get(person):
                    self._count(pipeline, person, UNLIMITED, *map(self._name, streams))
            async with asyncio.timeout(PATIENCE_S):
                await pipeline.execute()

    async def _tell(self, redis: Redis) -> None:
        """In the order it happened: who has left makes room for who comes."""
        while batch := self._untold[:AT_ONCE]:
            del self._untold[:AT_ONCE]
            pipeline = redis.pipeline(transaction=False)
            for person, name, admitted in batch:
                if admitted is None:
                    pipeline.zrem(self._key(person), name)
                else:
                    self._count(pipeline, person, self.most, name)
            async with asyncio.timeout(PATIENCE_S):
                answers = await pipeline.execute()
            for (_, _, admitted), answer in zip(batch, answers, strict=True):
                if admitted is not None and not admitted.done():
                    admitted.set_result(answer == 1)

    def _count(self, pipeline: Pipeline, person: UUID, most: int, *names: str) -> None:
        pipeline.eval(ENTER, 1, self._key(person), most, KEPT_S, *names)
