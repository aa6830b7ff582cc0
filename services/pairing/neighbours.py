"""How does an end reach every service at once? Pairing tells each process to apply a fence, and waits for none long.

Promises: all peers at the same time, 300 ms each; who cannot be reached learns it from the event, so an error here is
none of the caller's.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

import grpc

from twolamps.internal.v1 import internal_pb2 as pb
from twolamps.internal.v1.internal_pb2_grpc import FenceServiceStub
from twolamps_chassis.telemetry import log, origin

WITHIN_S = 0.3


class Peers:
    """The processes of the platform; `token` makes a fresh token of pairing's own identity."""

    def __init__(self, channels: Iterable[grpc.aio.Channel], token: Callable[[], str]) -> None:
        self.stubs: list[Any] = [FenceServiceStub(channel) for channel in channels]
        self.token = token

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

    async def _apply(self, fences: Sequence[pb.ApplyFenceRequest]) -> None:
        metadata = (("authorization", f"Bearer {self.token()}"),)
        await asyncio.gather(*(_tell(stub, fence, metadata) for stub in self.stubs for fence in fences))


async def _tell(stub: Any, fence: pb.ApplyFenceRequest, metadata: Sequence[tuple[str, str]]) -> None:
    try:
        await stub.ApplyFence(fence, timeout=WITHIN_S, metadata=metadata)
    except grpc.aio.AioRpcError as error:
        log().warning("fence.not_applied", **origin(error))
