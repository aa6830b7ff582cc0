"""How do the open streams of other processes hear of a change? Through one Redis channel that every process hears.

Promises:
- Telling never waits and never fails. What cannot be sent yet waits in little room, the oldest giving way: the newest
  hint shows a stream that it missed others, so it alone makes the stream read the log.
- The hubs here are told at once; that they hear their own hints again from Redis changes nothing.
- A hub counts on hints only while the subscription is proven: each ping on it is answered. Redis that has stopped, hangs
  or is cut off is noticed within 2 s; until it answers again the hubs ask the heads at their quick pace.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from uuid import UUID

from google.protobuf.message import DecodeError

from twolamps.internal.v1.hints_pb2 import Hint as SentHint
from twolamps.internal.v1.hints_pb2 import Hints as Message
from twolamps.internal.v1.internal_pb2 import SessionEnd
from twolamps_chassis.hints import Hints
from twolamps_chassis.hub_log import Hint
from twolamps_chassis.redis_client import FAULTS, Standing, open_redis
from twolamps_chassis.telemetry import log, origin

TIMEOUT_S = 1.0
PING_S, SILENCE_S = 0.5, 1.5
MOST_BYTES = 1 << 20  # that wait to be sent: as many as a busy process sends within TIMEOUT_S


class RedisHints(Hints):
    """Hints for the hubs of every process that hears the channel `<prefix>.hints` of the Redis at `url`."""

    def __init__(self, url: str, prefix: str) -> None:
        super().__init__()
        self.url, self.channel = url, f"{prefix}.hints"
        self._unsent: deque[bytes] = deque()
        self._unsent_bytes = 0
        self._more = asyncio.Event()

    def heard(self, person: UUID) -> bool:
        """Always: who listens elsewhere is not known here."""
        return True

    def publish(self, hints: Sequence[Hint]) -> None:
        """Tell of committed changes, everywhere."""
        super().publish(hints)
        if hints:
            sent = [
                SentHint(person_id=h.person.bytes, log_epoch=h.log_epoch, prev=h.prev, seq=h.seq, response=h.response)
                for h in hints
            ]
            self._tell(Message(hints=sent))

    def end_streams(self, person: UUID, session: UUID) -> None:
        """End the open streams of a session that was ended, everywhere."""
        super().end_streams(person, session)
        self._tell(Message(session_ends=[SessionEnd(person_id=str(person), session_id=str(session))]))

    async def run(self) -> None:
        """Send until cancelled, and hear as soon as there is a hub to hear."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_sending())
            tasks.create_task(self._keep_hearing())

    def _tell(self, message: Message) -> None:
        batch = message.SerializeToString()
        self._unsent.append(batch)
        self._unsent_bytes += len(batch)
        while self._unsent_bytes > MOST_BYTES:
            self._unsent_bytes -= len(self._unsent.popleft())
        self._more.set()

    async def _keep_sending(self) -> None:
        standing = Standing("hints.sending")
        async with open_redis(self.url) as redis:
            while True:
                await self._more.wait()
                self._more.clear()
                batches, self._unsent, self._unsent_bytes = self._unsent, deque(), 0
                pipeline = redis.pipeline(transaction=False)
                for batch in batches:
                    pipeline.publish(self.channel, batch)
                try:
                    async with asyncio.timeout(TIMEOUT_S):
                        await pipeline.execute()
                    standing.is_back()
                except FAULTS as error:
                    self._unsent.extendleft(reversed(batches))
                    self._unsent_bytes += sum(map(len, batches))
                    self._more.set()
                    await asyncio.sleep(standing.is_away(error))

    async def _keep_hearing(self) -> None:
        standing = Standing("hints.hearing")
        while not self.hubs:  # noqa: ASYNC110 (they come with the roles, when the loops of the process run already)
            await asyncio.sleep(PING_S)
        while True:
            try:
                await self._hear(standing)
            except FAULTS as error:
                pause = standing.is_away(error)
                self._mark(False)
                await asyncio.sleep(pause)

    async def _hear(self, standing: Standing) -> None:
        """One subscription; raises what ended it."""
        self._mark(False)
        now = asyncio.get_running_loop().time
        async with open_redis(self.url) as redis, redis.pubsub() as ear:
            async with asyncio.timeout(TIMEOUT_S):
                await ear.subscribe(self.channel)
            asked = heard = now()
            while True:
                message = await ear.get_message(timeout=max(0.0, min(asked + PING_S, heard + SILENCE_S) - now()))
                if message is not None:
                    heard = now()
                    standing.is_back()
                    self._mark(True)
                    if message["type"] == "message":
                        self._take(message["data"])
                elif now() >= heard + SILENCE_S:
                    raise TimeoutError
                if now() >= asked + PING_S:
                    async with asyncio.timeout(TIMEOUT_S):
                        await ear.ping()
                    asked = now()

    def _take(self, data: bytes) -> None:
        """What cannot be read is dropped, as a lost hint."""
        try:
            message = Message.FromString(data)
            hints = [Hint(UUID(bytes=h.person_id), h.log_epoch, h.prev, h.seq, h.response) for h in message.hints]
            super().publish(hints)
            for end in message.session_ends:
                super().end_streams(UUID(end.person_id), UUID(end.session_id))
        except (DecodeError, ValueError) as error:
            log().error("hints.unreadable", **origin(error))

    def _mark(self, healthy: bool) -> None:
        for hub in self.hubs:
            hub.hints_healthy = healthy
