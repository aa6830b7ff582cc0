"""Who acts in pairing's tests? People who really signed up and signed in, through the public door."""

from collections.abc import Awaitable
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

import asyncpg
import grpc
import pytest

from pairing.main import compose
from twolamps.internal.v1.internal_pb2_grpc import CouplesServiceStub
from twolamps.pairing.v1 import pairing_pb2 as pb
from twolamps.pairing.v1.pairing_pb2_grpc import PairingServiceStub
from twolamps_testkit.stage import Caller, Person, Refused, Stage

PASSWORD = "a long enough password"
DEVICE = "a kettle in the kitchen"
ADDRESSES = count(1)


@dataclass
class House:
    """Pairing on a stage of its own."""

    stage: Stage

    @property
    def anyone(self) -> Caller:
        """A caller without a token."""
        return self.stage.caller(PairingServiceStub)

    def of(self, person: Person) -> Caller:
        """A caller as a person."""
        return self.stage.caller(PairingServiceStub, person)

    async def sign_up(self, name: str, zone: str = "Europe/Berlin", pronouns: str = "") -> Person:
        """A new person with a session; the mail is <name>@example.org."""
        request = pb.CreatePersonRequest(
            mail=f"{name}@example.org", password=PASSWORD, display_name=name, zone=zone, adult=True, pronouns=pronouns
        )
        await self.anyone.CreatePerson(request)
        return await self.sign_in(name)

    async def sign_in(self, name: str) -> Person:
        """Another session of a person."""
        tokens = await self.tokens(name)
        return Person(name, UUID(tokens.person_id), UUID(tokens.session_id))

    async def tokens(self, name: str) -> pb.Tokens:
        """The tokens of a new session."""
        request = pb.CreateSessionRequest(mail=f"{name}@example.org", password=PASSWORD, client_name="test")
        reply: pb.CreateSessionResponse = await self.anyone.CreateSession(request)
        return reply.tokens

    async def code(self, person: Person) -> str:
        """A fresh code of a person."""
        reply: pb.CreatePairingCodeResponse = await self.of(person).CreatePairingCode(pb.CreatePairingCodeRequest())
        return reply.code

    async def claim(self, person: Person, code: str) -> pb.Pairing:
        """A person claims a code."""
        reply: pb.ClaimPairingResponse = await self.of(person).ClaimPairing(pb.ClaimPairingRequest(code=code))
        return reply.pairing

    async def confirm(self, person: Person, pairing_id: str, **how: str) -> pb.Pairing:
        """A person confirms."""
        request = pb.ConfirmPairingRequest(pairing_id=pairing_id)
        reply: pb.ConfirmPairingResponse = await self.of(person).ConfirmPairing(request, **how)
        return reply.pairing

    async def pairing(self, person: Person, pairing_id: str) -> pb.Pairing:
        """A pairing as a person sees it."""
        reply: pb.GetPairingResponse = await self.of(person).GetPairing(pb.GetPairingRequest(pairing_id=pairing_id))
        return reply.pairing

    async def couple(self, person: Person) -> pb.Couple:
        """A person's couple as they see it."""
        reply: pb.GetCoupleResponse = await self.of(person).GetCouple(pb.GetCoupleRequest())
        return reply.couple

    async def pair(self, inviter: Person, invitee: Person) -> str:
        """Make two people a couple; its id."""
        pairing = await self.claim(invitee, await self.code(inviter))
        await self.confirm(invitee, pairing.id)
        return (await self.confirm(inviter, pairing.id)).couple_id

    async def share(self, person: Person, *shares: int) -> pb.Couple:
        """A person states their shares."""
        reply: pb.SetSharesResponse = await self.of(person).SetShares(pb.SetSharesRequest(shares=shares))  # type: ignore[arg-type]
        return reply.couple

    async def end(self, person: Person, notice: int = pb.END_NOTICE_NOTHING) -> None:
        """A person ends it."""
        await self.of(person).EndCouple(pb.EndCoupleRequest(notice=notice))  # type: ignore[arg-type]


async def refused(call: Awaitable[Any]) -> Refused:
    """The refusal of a call that must be refused."""
    with pytest.raises(Refused) as caught:
        await call
    return caught.value


def on_the_wire(refusal: Refused) -> tuple[object, ...]:
    """All that a refused client gets, byte for byte."""
    error = refusal.__cause__
    assert isinstance(error, grpc.aio.AioRpcError)
    trailing: Any = error.trailing_metadata()
    return (error.code(), error.details(), tuple(sorted((name, value) for name, value in trailing)))


def from_address(house: House, address: str) -> dict[str, str]:
    """What the gateway says of a call from there."""
    gateway = house.stage.service_caller(CouplesServiceStub, "gateway").token()
    return {"x-twolamps-client-address": address, "x-twolamps-service-token": gateway}


async def dump(house: House) -> bytes:
    """Every column of every row of pairing's schema."""
    admin = await asyncpg.connect(house.stage.postgres.dsn(house.stage.database))
    try:
        tables = await admin.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'pairing'")
        values = [
            value
            for table in tables
            for row in await admin.fetch(f'SELECT * FROM pairing."{table["tablename"]}"')
            for value in row.values()
        ]
    finally:
        await admin.close()
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)


@dataclass
class Kettle:
    """A device that asked. Its tries come from an address each, since time is moved here and the limit's is not."""

    house: House
    told: pb.CreateDeviceCodeResponse

    def approved_by(self, person: Person, password: str = PASSWORD, **how: str) -> Awaitable[pb.ApproveDeviceResponse]:
        """A person types its code and their password."""
        return approve(self.house, person, self.told.user_code, password, **how)

    async def fetch(self) -> pb.Tokens:
        """It tries its own code."""
        request = pb.CreateDeviceSessionRequest(device_code=self.told.device_code)
        elsewhere = from_address(self.house, f"203.0.113.{next(ADDRESSES) % 250}")
        reply: pb.CreateDeviceSessionResponse = await self.house.anyone.CreateDeviceSession(request, **elsewhere)
        return reply.tokens


async def kettle(house: House, name: str = DEVICE) -> Kettle:
    """A device that asks."""
    return Kettle(house, await house.anyone.CreateDeviceCode(pb.CreateDeviceCodeRequest(client_name=name)))


def approve(
    house: House, person: Person, code: str, password: str = PASSWORD, **how: str
) -> Awaitable[pb.ApproveDeviceResponse]:
    """A person types a code of a device, and a password."""
    request = pb.ApproveDeviceRequest(user_code=code, password=password)
    return house.of(person).ApproveDevice(request, **how)


async def sessions(house: House, person: Person) -> list[pb.Session]:
    """Where a person is signed in, newest first."""
    return list((await house.of(person).ListSessions(pb.ListSessionsRequest())).sessions)


@pytest.fixture
async def house(stage: Stage) -> House:
    """Pairing, running."""
    await stage.start(pairing=compose)
    return House(stage)
