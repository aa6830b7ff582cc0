"""How does an end reach every service at once? Pairing tells each to apply a fence, and waits for none long.

Promises: all services at the same time, 300 ms each, and within it a second and a third replica of one that does not
answer; who cannot be reached is told on until it answers, and learns it from the event, so an error here is none of the
caller's.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import grpc

from twolamps.internal.v1 import internal_pb2 as pb
from twolamps.internal.v1.internal_pb2_grpc import FenceServiceStub
from twolamps_chassis.channels import keep_asking
from twolamps_chassis.telemetry import log, origin

WITHIN_S = 0.3
ATTEMPT_S = 5.0
PAUSES_S = (0.08, 0.12, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Until the next attempt, which goes to the next replica, while those before go on."""


class Peers:
    """The services of the platform, a channel each; `token` makes a fresh token of pairing's own identity."""

    def __init__(self, channels: Iterable[grpc.aio.Channel], token: Callable[[], str]) -> None:
        self.stubs: list[Any] = [FenceServiceStub(channel) for channel in channels]
        self.token = token
        self.telling: set[asyncio.Task[bool]] = set()

    async def end_couple(self, couple_id: UUID, epoch: int) -> None:
        """Nothing of a couple before `epoch` acts any more."""
        await self._apply([pb.ApplyFenceRequest(couple_end=pb.CoupleEnd(couple_id=str(couple_id), epoch=epoch))])

    async def end_sessions(self, person: UUID, sessions: Sequence[UUID]) -> None:
        """No call and no stream of these sessions goes on."""
        ends = [pb.SessionEnd(person_id=str(person), session_id=str(session)) for session in sessions]
        await self._apply([pb.ApplyFenceRequest(session_end=end) for end in ends])

    async def change_shares(self, couple_id: UUID, active: Iterable[str], version: int) -> None:
        """What flows in a couple from now on."""
        change = pb.ShareChange(couple_id=str(couple_id), active=sorted(active), version=version)
        await self._apply([pb.ApplyFenceRequest(share_change=change)])

    async def close(self) -> None:
        """Tell nobody any more."""
        for task in self.telling:
            task.cancel()
        await asyncio.gather(*self.telling, return_exceptions=True)

    async def _apply(self, fences: Sequence[pb.ApplyFenceRequest]) -> None:
        tasks = {
            asyncio.create_task(keep_asking(partial(self._attempt, stub, fence), PAUSES_S))
            for stub in self.stubs
            for fence in fences
        }
        self.telling |= tasks
        for task in tasks:
            task.add_done_callback(self.telling.discard)
        if tasks:
            await asyncio.wait(tasks, timeout=WITHIN_S)

    async def _attempt(self, stub: Any, fence: pb.ApplyFenceRequest) -> bool:
        try:
            metadata = (("authorization", f"Bearer {self.token()}"),)
            await stub.ApplyFence(fence, timeout=ATTEMPT_S, metadata=metadata)
        except grpc.aio.AioRpcError as error:
            log().warning("fence.not_applied", **origin(error))
            return False
        return True
