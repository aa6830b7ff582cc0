"""Whom does a service meet that runs alone? A pairing that knows of no couple: what the service knows came by events."""

from typing import Any

from twolamps.internal.v1 import internal_pb2, internal_pb2_grpc
from twolamps_chassis.couples import Couples
from twolamps_chassis.node import Role, Surroundings


class NobodyIsPaired(internal_pb2_grpc.CouplesServiceServicer):
    """Answers every question for a couple with none."""

    async def FindCouple(self, request: Any, context: Any) -> internal_pb2.FindCoupleResponse:
        """None."""
        return internal_pb2.FindCoupleResponse()


def pairing(_around: Surroundings) -> Role:
    """Pairing, as far as others ask it."""
    servicer = (internal_pb2_grpc.add_CouplesServiceServicer_to_server, NobodyIsPaired())
    return Role(couples=Couples(), servicers=[servicer], statuses={})
