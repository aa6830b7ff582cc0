"""How does an end take hold everywhere at once? Every process applies fences to the services that live in it.

A fence comes twice: as a call, at once, and as an event in the topic of fences, for who could not be reached. Promises:
from the answer on, nothing of the old epoch acts in these services; applying twice is applying once, in any order.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, time
from typing import Any
from uuid import UUID

from grpc.aio import AioRpcError

from twolamps.internal.v1 import internal_pb2 as pb
from twolamps.internal.v1 import internal_pb2_grpc as rpc
from twolamps_chassis.couples import Couple, Couples, end_session, set_shares
from twolamps_chassis.db import Database
from twolamps_chassis.edge import passes
from twolamps_chassis.errors import TryAgain
from twolamps_chassis.records import Record
from twolamps_chassis.telemetry import log, origin
from twolamps_events.catalog import EVENTS
from twolamps_events.pairing import CoupleEnded, SessionEnded, SharesChanged

Fence = CoupleEnded | SessionEnded | SharesChanged
FENCES = frozenset({CoupleEnded.ce_type(), SessionEnded.ce_type(), SharesChanged.ce_type()})
"""The types of the events that are fences."""
EndStreams = Callable[[UUID, UUID], None]
"""Ends the open streams of a (person, session)."""


@dataclass(frozen=True, slots=True)
class Fenced:
    """A service of this process."""

    database: Database
    couples: Couples

    async def apply(self, fence: Fence, epoch: int) -> None:
        """Apply a fence to what the service knows; `epoch` is the one that a couple's end began."""
        async with self.database.begin() as tx:
            match fence:
                case CoupleEnded(couple_id=couple_id):
                    await tx.lock([couple_id])
                    await self.couples.end(tx, couple_id, epoch)
                case SharesChanged(couple_id=couple_id):
                    await tx.lock([couple_id])
                    await set_shares(tx, couple_id, fence.active, fence.shares_version)
                case SessionEnded():
                    await end_session(tx, fence.person_id, fence.session_id)


class FenceApi(rpc.FenceServiceServicer):
    """Applies fences to every service of this process, and ends the streams of a session wherever they are open."""

    def __init__(self, services: Sequence[Fenced], end_streams: EndStreams) -> None:
        self.services, self.end_streams = services, end_streams

    async def ApplyFence(self, request: pb.ApplyFenceRequest, context: object) -> pb.ApplyFenceResponse:
        """Apply one fence."""
        fence, epoch = _fence_of(request)
        for service in self.services:
            await service.apply(fence, epoch)
        if isinstance(fence, SessionEnded):
            self.end_streams(fence.person_id, fence.session_id)
        return pb.ApplyFenceResponse()


class FenceConsumer:
    """Takes the topic of fences for one service, past cursors and what is parked: a fence waits for no other event."""

    source = "fences"

    def __init__(self, service: Fenced) -> None:
        self.service, self.database = service, service.database

    async def handle(self, records: Sequence[Record]) -> None:
        """Apply what is a fence; anything else is not for here, and what cannot be read is parked on its own topic."""
        for record in records:
            if record.type in FENCES:
                try:
                    fence = EVENTS[record.type].read(record.body)
                except ValueError as error:
                    log().error("fence.unreadable", service=self.database.schema, key=str(record.key), **origin(error))
                    continue
                assert isinstance(fence, Fence)
                await self._apply(fence, record)

    async def _apply(self, fence: Fence, record: Record) -> None:
        """What no database takes must not keep the fences behind it waiting."""
        try:
            await self.service.apply(fence, record.epoch)
        except Exception as error:
            if passes(error):
                raise
            log().error("fence.unfit", service=self.database.schema, key=str(record.key), **origin(error))


def _fence_of(request: pb.ApplyFenceRequest) -> tuple[Fence, int]:
    match request.WhichOneof("fence"):
        case "couple_end":
            return CoupleEnded(couple_id=UUID(request.couple_end.couple_id)), request.couple_end.epoch
        case "share_change":
            change = request.share_change
            couple_id, active = UUID(change.couple_id), list(change.active)
            return SharesChanged(couple_id=couple_id, active=active, shares_version=change.version), 0
        case _:
            ended = request.session_end
            return SessionEnded(person_id=UUID(ended.person_id), session_id=UUID(ended.session_id)), 0


class PairingNeighbour:
    """Asks pairing who is with whom, once on a miss."""

    def __init__(self, channel: Any, service_token: Any) -> None:
        self.stub: Any = rpc.CouplesServiceStub(channel)
        self.token = service_token

    async def find_couple(self, person: UUID) -> Couple | None:
        """The connected couple of a person; raises TryAgain where pairing does not answer."""
        metadata = (("authorization", f"Bearer {self.token()}"),)
        request = pb.FindCoupleRequest(person_id=str(person))
        try:
            reply = await self.stub.FindCouple(request, timeout=2, metadata=metadata)
        except AioRpcError as error:
            log().warning("pairing.silent", **origin(error))
            raise TryAgain(retry_after_s=0.5) from error
        if not reply.couple_id:
            return None
        return Couple(
            id=UUID(reply.couple_id),
            inviter=UUID(reply.inviter_id),
            invitee=UUID(reply.invitee_id),
            epoch=reply.epoch,
            zone=reply.zone,
            day_start=time.fromisoformat(reply.day_start),
            week_start=reply.week_start,
            calendar_version=reply.calendar_version,
            shares=frozenset(reply.shares),
            shares_version=reply.shares_version,
            paired_at=reply.paired_at.ToDatetime(tzinfo=UTC),
        )
