"""How does an end take hold everywhere at once? Every process applies fences to the services that live in it.

Promises: from the answer on, nothing of the old epoch acts in these services; applying twice is applying once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, time
from typing import Any
from uuid import UUID

from twolamps.internal.v1 import internal_pb2 as pb
from twolamps.internal.v1 import internal_pb2_grpc as rpc
from twolamps_chassis.couples import Couple, Couples, end_session, set_shares
from twolamps_chassis.db import Database
from twolamps_chassis.hub import Hub


@dataclass(frozen=True, slots=True)
class Fenced:
    """A service of this process."""

    database: Database
    couples: Couples


class FenceApi(rpc.FenceServiceServicer):
    """Applies fences to every service and every open stream of this process."""

    def __init__(self, services: Sequence[Fenced], hubs: Sequence[Hub]) -> None:
        self.services, self.hubs = services, hubs

    async def ApplyFence(self, request: pb.ApplyFenceRequest, context: object) -> pb.ApplyFenceResponse:
        """Apply one fence."""
        for service in self.services:
            async with service.database.begin() as tx:
                match request.WhichOneof("fence"):
                    case "couple_end":
                        couple_id = UUID(request.couple_end.couple_id)
                        await tx.lock([couple_id])
                        await service.couples.end(tx, couple_id, request.couple_end.epoch)
                    case "session_end":
                        ended = request.session_end
                        await end_session(tx, UUID(ended.person_id), UUID(ended.session_id))
                    case "share_change":
                        change = request.share_change
                        await tx.lock([UUID(change.couple_id)])
                        await set_shares(tx, UUID(change.couple_id), change.active, change.version)
        if request.HasField("session_end"):
            for hub in self.hubs:
                hub.end_session(UUID(request.session_end.person_id), UUID(request.session_end.session_id))
        return pb.ApplyFenceResponse()


class PairingNeighbour:
    """Asks pairing who is with whom, once on a miss."""

    def __init__(self, channel: Any, service_token: Any) -> None:
        self.stub: Any = rpc.CouplesServiceStub(channel)
        self.token = service_token

    async def find_couple(self, person: UUID) -> Couple | None:
        """The connected couple of a person."""
        metadata = (("authorization", f"Bearer {self.token()}"),)
        reply = await self.stub.FindCouple(pb.FindCoupleRequest(person_id=str(person)), timeout=2, metadata=metadata)
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
