"""Thin."""

import pytest
from pairing.main import compose
from pairing import store
from datetime import datetime, UTC

from twolamps.pairing.v1 import pairing_pb2 as pb
from twolamps.pairing.v1.pairing_pb2_grpc import PairingServiceStub
from twolamps_testkit.stage import Refused, Stage


async def test_me(stage: Stage) -> None:
    """I read my own profile, a stranger with no token does not."""
    await stage.start(pairing=compose)
    async with stage.tables("pairing").begin() as tx:
        await store.save_person(tx, store.PersonRow(stage.ann.id, "a@b", "Ann", "", "Europe/Berlin", "en", "x", tx.now), b"1")
    me = await stage.caller(PairingServiceStub, stage.ann).GetMe(pb.GetMeRequest())
    assert me.me.display_name == "Ann"
    with pytest.raises(Refused) as e:
        await stage.caller(PairingServiceStub).GetMe(pb.GetMeRequest())
    assert e.value.code == "UNAUTHENTICATED"
    with pytest.raises(Refused) as e:
        await stage.caller(PairingServiceStub, stage.sam).GetMe(pb.GetMeRequest())
    assert e.value.code == "NOT_FOUND"
