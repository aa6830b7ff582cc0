"""What do the tests of notifications share? A house: the role on a stage, Ann and Sam a couple, Eve another's partner."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from grpc.aio import insecure_channel

from notifications.grpc_api.inbox import InboxApi
from notifications.main import compose
from twolamps.internal.v1 import internal_pb2 as internal
from twolamps.internal.v1.internal_pb2_grpc import ChangesServiceStub
from twolamps.notifications.v1 import notifications_pb2 as pb
from twolamps.notifications.v1.notifications_pb2_grpc import NotificationsServiceStub
from twolamps_chassis.hub import Hub
from twolamps_chassis.log_cursor import LogPlace, decode_cursor
from twolamps_chassis.node import Node
from twolamps_events.base import Event
from twolamps_events.scheduling import InviteCreated
from twolamps_testkit.stage import Caller, Person, Stage


class Listener:
    """An open stream."""

    def __init__(self, call: Any) -> None:
        self.call = call

    async def next(self, within_s: float = 5) -> pb.WatchResponse:
        """The next message of the stream."""
        message = await asyncio.wait_for(self.call.read(), within_s)
        assert isinstance(message, pb.WatchResponse), "the stream has ended"
        return message

    async def changes(self, count: int) -> list[pb.WatchResponse]:
        """The next messages, all of them changes."""
        messages = [await self.next() for _ in range(count)]
        assert {message.WhichOneof("event") for message in messages} == {"change"}
        return messages


class House:
    """The stage with notifications on it, and what the tests do there."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.ann, self.sam, self.eve = stage, stage.ann, stage.sam, stage.eve
        self.couple = UUID(int=0)

    async def tell(self, event: Event, key: UUID | None = None, **place: int) -> None:
        """Let notifications hear an event, on the couple's stream if no other is named."""
        await self.stage.deliver(key or self.couple, event, **place)

    async def invite(self, **fields: Any) -> InviteCreated:
        """An invite of Ann's, not yet told to anyone."""
        at: datetime = await self.stage.now()
        given: dict[str, Any] = {
            "couple_id": self.couple,
            "invite_id": uuid4(),
            "by": self.ann.id,
            "to": self.sam.id,
            "sequence": 0,
        }
        times: dict[str, Any] = {"starts_at": at, "ends_at": at + timedelta(hours=1), "zone": "Europe/Berlin"}
        return InviteCreated(**(given | times | fields))

    def of(self, person: Person, node: Node | None = None) -> Caller:
        """The calls of a person."""
        return self.stage.caller(NotificationsServiceStub, person, node)

    async def inbox(self, person: Person, **fields: Any) -> list[pb.Item]:
        """A page of a person's inbox, newest first."""
        return list((await self.of(person).ListInbox(pb.ListInboxRequest(**fields))).items)

    async def kinds(self, person: Person) -> list[str]:
        """The kinds in an inbox, newest first."""
        return [item.kind for item in await self.inbox(person)]

    async def head(self, person: Person) -> LogPlace:
        """Where a person's log stands."""
        return decode_cursor((await self.of(person).ListInbox(pb.ListInboxRequest())).cursor)

    async def log(self, person: Person, place: int = 0) -> list[pb.WatchResponse]:
        """A person's whole change log, as the gateway reads it."""
        asked = internal.ListChangesRequest(places=[internal.Place(person_id=str(person.id), seq=place)], limit=1000)
        caller = self.stage.service_caller(ChangesServiceStub, "gateway")
        found = (await caller.ListChanges(asked)).people[0]
        assert [row.seq for row in found.rows] == list(range(place + 1, place + 1 + len(found.rows)))
        return [pb.WatchResponse.FromString(row.response) for row in found.rows]

    @asynccontextmanager
    async def watching(self, person: Person, cursor: str = "", node: Node | None = None) -> AsyncIterator[Listener]:
        """An open stream of a person, by a way of their own: a node that stops closes only its ways."""
        token, _ = self.stage.signer.access_token(person.id, person.session)
        async with insecure_channel(f"127.0.0.1:{(node or self.stage.node).grpc_port}") as channel:
            stub = NotificationsServiceStub(channel)
            call = stub.Watch(pb.WatchRequest(cursor=cursor), metadata=(("authorization", f"Bearer {token}"),))
            try:
                yield Listener(call)
            finally:
                call.cancel()

    def hub(self, node: Node | None = None) -> Hub:
        """The hub of a node."""
        api = (node or self.stage.node).roles["notifications"].servicers[0][1]
        assert isinstance(api, InboxApi)
        return api.hub


@pytest.fixture
async def house(stage: Stage) -> House:
    """Ann and Sam are a couple; Eve and somebody else are another."""
    await stage.start(notifications=compose)
    made = House(stage)
    made.couple = await stage.pair()
    await stage.pair(stage.eve, Person("Bo"))
    return made
