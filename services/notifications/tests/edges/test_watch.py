"""What does a stream tell? `ready`, then each change of one's own inbox, once and without a hole, or an honest reload."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from notifications.main import compose
from twolamps.notifications.v1 import notifications_pb2 as pb
from twolamps.notifications.v1.notifications_pb2_grpc import NotificationsServiceStub
from twolamps_chassis.node import Node
from twolamps_events.scheduling import InviteCreated
from twolamps_testkit.stage import Person, Stage


class Listener:
    """An open stream."""

    def __init__(self, call: Any) -> None:
        self.call = call

    async def next(self, within_s: float = 5) -> pb.WatchResponse:
        message = await asyncio.wait_for(self.call.read(), within_s)
        assert isinstance(message, pb.WatchResponse)
        return message


@asynccontextmanager
async def watching(stage: Stage, person: Person, cursor: str = "", node: Node | None = None) -> AsyncIterator[Listener]:
    token, _ = stage.signer.access_token(person.id, person.session)
    stub = NotificationsServiceStub((node or stage.node).channel)
    call = stub.Watch(pb.WatchRequest(cursor=cursor), metadata=(("authorization", f"Bearer {token}"),))
    try:
        yield Listener(call)
    finally:
        call.cancel()


async def invite(stage: Stage, couple: UUID) -> UUID:
    """Ann invites Sam."""
    ident, now = uuid4(), await stage.now()
    event = InviteCreated(couple_id=couple, invite_id=ident, by=stage.ann.id, to=stage.sam.id, sequence=0,
                          starts_at=now, ends_at=now + timedelta(hours=1), zone="Europe/Berlin")  # fmt: skip
    await stage.deliver(couple, event)
    return ident


async def test_ready_comes_first_then_each_change_as_it_happens(stage: Stage) -> None:
    await stage.start(notifications=compose)
    couple = await stage.pair()
    async with watching(stage, stage.sam) as stream:
        assert (await stream.next()).WhichOneof("event") == "ready"
        ident = await invite(stage, couple)
        told = await stream.next()
        assert told.change.op == pb.OP_ADDED
        assert told.change.item.subject.id == str(ident)
        read = pb.ReadItemRequest(item_id=told.change.item.id)
        await stage.caller(NotificationsServiceStub, stage.sam).ReadItem(read)
        changed = await stream.next()
        assert (changed.change.op, changed.change.item.state) == (pb.OP_CHANGED, pb.ITEM_STATE_READ)
