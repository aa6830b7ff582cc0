"""Whom does a service meet that runs alone? A pairing that knows who is a couple only as the service does: by events."""

from typing import Any
from uuid import UUID

from twolamps.internal.v1 import internal_pb2, internal_pb2_grpc
from twolamps_chassis.couples import Couples, load_call
from twolamps_chassis.db import Database
from twolamps_chassis.node import Role, Surroundings


class KnowsByEvents(internal_pb2_grpc.CouplesServiceServicer):
    """Answers with the couple that the stage has told of."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def FindCouple(self, request: Any, context: Any) -> internal_pb2.FindCoupleResponse:
        """The connected couple of a person."""
        async with self.database.begin(readonly=True) as tx:
            await load_call(tx, UUID(request.person_id), UUID(request.person_id))
        if (couple := tx.couple) is None:
            return internal_pb2.FindCoupleResponse()
        found = internal_pb2.FindCoupleResponse(
            couple_id=str(couple.id), inviter_id=str(couple.inviter), invitee_id=str(couple.invitee),
            epoch=couple.epoch, zone=couple.zone, day_start=couple.day_start.isoformat("minutes"),
            week_start=couple.week_start, calendar_version=couple.calendar_version, shares=sorted(couple.shares),
            shares_version=couple.shares_version,
        )  # fmt: skip
        found.paired_at.FromDatetime(couple.paired_at)
        return found


def pairing(around: Surroundings) -> Role:
    """Pairing, as far as others ask it."""
    servicer = (internal_pb2_grpc.add_CouplesServiceServicer_to_server, KnowsByEvents(around.database))
    return Role(couples=Couples(), servicers=[servicer], statuses={}, consumers={"pairing": {}})
