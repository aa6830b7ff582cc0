"""When is somebody told? People who follow their inbox with the platform's own client, and note when each thing came.

Promises: a stream that is lost is opened again as the client does it, waits included, at the next gateway; a thing that
came twice is counted.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Literal
from uuid import UUID

import httpx
from google.protobuf.timestamp_pb2 import Timestamp

from benchmarks.fleets import Town
from twolamps.notifications.v1.notifications_pb2 import OP_ADDED, WatchResponse
from twolamps.pairing.v1.pairing_pb2 import Tokens
from twolamps_client.events import Change, Ready
from twolamps_client.patience import Patience
from twolamps_client.session import Session
from twolamps_client.streams import grpc_messages, open_channel, sse_messages
from twolamps_client.watch import Watch

Connect = Callable[[str, str], AsyncGenerator[WatchResponse]]
READY_WITHIN_S = 60.0


@dataclass
class Heard:
    """What came to all listeners: when, on the loop's clock, something was first added, by the id of what it is about."""

    came: dict[str, float] = field(default_factory=dict)
    doubled: int = 0
    ready: int = 0
    grown: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, about: str) -> None:
        """Something came."""
        if about in self.came:
            self.doubled += 1
        else:
            self.came[about] = asyncio.get_running_loop().time()
            self.grown.set()

    def opened(self) -> None:
        """One more stream is open."""
        self.ready += 1
        self.grown.set()

    async def all_came(self, abouts: Collection[str], within_s: float) -> None:
        """Wait until all of these came; raises TimeoutError."""
        wanted = set(abouts)
        await self._until(lambda: self.came.keys() >= wanted, within_s)

    async def all_ready(self, streams: int, within_s: float) -> None:
        """Wait until so many streams are open; raises TimeoutError."""
        await self._until(lambda: self.ready >= streams, within_s)

    async def _until(self, holds: Callable[[], bool], within_s: float) -> None:
        async with asyncio.timeout(within_s):
            while not holds():
                self.grown.clear()
                await self.grown.wait()


@asynccontextmanager
async def listening(
    town: Town, people: Sequence[UUID], transport: Literal["sse", "grpc"] = "sse", first: int | None = None
) -> AsyncIterator[Heard]:
    """While inside, these people have open streams; SSE at the gateways in turn, or all at the `first` while it lives."""
    heard = Heard()
    channel = open_channel(town.fleet.grpc)
    limits = httpx.Limits(max_connections=None)
    doors = [
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits, trust_env=False) for port in town.gates
    ]

    def connect(number: int) -> Connect:
        if transport == "grpc":
            return lambda token, cursor: grpc_messages(channel, token, cursor)
        turns = islice(cycle(doors), number if first is None else first, None)
        return lambda token, cursor: sse_messages(next(turns), token, cursor)

    tasks = [asyncio.create_task(_listen(town, person, connect(n), heard)) for n, person in enumerate(people)]
    try:
        await heard.all_ready(len(people), READY_WITHIN_S)
        yield heard
        failed = [task for task in tasks if task.done()]
        assert not failed, f"{len(failed)} streams ended: {failed[0].exception()!r}"
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(channel.close(None), *(door.aclose() for door in doors))


async def _listen(town: Town, person: UUID, connect: Connect, heard: Heard) -> None:
    async def renewed(_: str) -> Tokens:
        return _tokens(town, person)

    session, began = Session(_tokens(town, person), renewed, None, just_issued=True), False
    async with Watch(connect, session, Patience(), "", None) as events:
        async for event in events:
            if isinstance(event, Ready):
                if not began:
                    heard.opened()
                began = True
            elif isinstance(event, Change) and event.op == OP_ADDED:
                heard.note(event.item.subject.id)


def _tokens(town: Town, person: UUID) -> Tokens:
    token, expires_at = town.signed(person)
    until = Timestamp()
    until.FromDatetime(expires_at)
    return Tokens(person_id=str(person), session_id=str(person), access_token=token, access_expires_at=until)
