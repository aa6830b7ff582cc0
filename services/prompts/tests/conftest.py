"""What do tests of prompts act on? A stage that runs prompts beside a pairing that knows of no couple by itself."""

from typing import Any

import pytest

from prompts.main import compose
from twolamps.internal.v1 import internal_pb2, internal_pb2_grpc
from twolamps_chassis.couples import Couples
from twolamps_chassis.node import Role, Surroundings
from twolamps_testkit.stage import Stage


class NobodyIsPaired(internal_pb2_grpc.CouplesServiceServicer):
    """Answers every question for a couple with none: what prompts knows came by events."""

    async def FindCouple(self, request: Any, context: Any) -> internal_pb2.FindCoupleResponse:
        """None."""
        return internal_pb2.FindCoupleResponse()


def pairing(_around: Surroundings) -> Role:
    """Pairing, as far as prompts asks it."""
    servicer = (internal_pb2_grpc.add_CouplesServiceServicer_to_server, NobodyIsPaired())
    return Role(couples=Couples(), servicers=[servicer], statuses={})


@pytest.fixture
async def played(stage: Stage) -> Stage:
    """A stage with prompts running."""
    await stage.start(prompts=compose, pairing=pairing)
    return stage
