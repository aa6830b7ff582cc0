"""What does a stream tell? `ready`, then each change of one's own inbox, once and without a hole, or an honest reload."""

import asyncio
import time
from uuid import uuid4

import grpc
import pytest

from notifications.main import compose
from notifications.tests.conftest import House, Listener
from twolamps.notifications.v1 import notifications_pb2 as pb
from twolamps_chassis.log_cursor import encode_cursor
from twolamps_chassis.presence import STREAMS_PER_PERSON
from twolamps_events.pairing import SessionEnded
from twolamps_testkit.stage import eventually


async def ready(stream: Listener) -> str:
    message = await stream.next()
    assert message.WhichOneof("event") == "ready"
    return message.cursor


async def drained(stream: Listener) -> str:
    message = await stream.next()
    assert message.WhichOneof("event") == "drain"
    assert await stream.call.read() is grpc.aio.EOF  # type: ignore[attr-defined]
    return message.drain.reason


async def test_ready_comes_first_then_each_change_as_it_happens(house: House) -> None:
    async with house.watching(house.sam) as stream, house.watching(house.eve) as other:
        await ready(stream)
        await ready(other)
        await house.tell(await house.invite())
        told = await stream.next()
        assert (told.change.op, told.change.item) == (pb.OP_ADDED, (await house.inbox(house.sam))[0])
        read = pb.ReadItemRequest(item_id=told.change.item.id)
        item = (await house.of(house.sam).ReadItem(read)).item
        changed = await stream.next()
        assert (changed.change.op, changed.change.item) == (pb.OP_CHANGED, item)
        with pytest.raises(TimeoutError):
            await other.next(0.2)


async def test_resuming_tells_exactly_what_followed_the_cursor(house: House) -> None:
    events = [await house.invite() for _ in range(300)]
    async with house.watching(house.sam) as stream:
        await ready(stream)
        for event in events[:3]:
            await house.tell(event)
        seen = await stream.changes(2)
    for event in events[3:]:
        await house.tell(event)
    async with house.watching(house.sam, seen[-1].cursor) as stream:
        assert await ready(stream) == seen[-1].cursor
        rest = await stream.changes(298)
        assert [m.change.item.subject.id for m in seen + rest] == [str(event.invite_id) for event in events]
        await house.tell(await house.invite())
        assert (await stream.next()).change.item.state == pb.ITEM_STATE_UNREAD, "then live"


async def test_a_cursor_of_another_log_is_answered_with_one_reload_and_the_stream_goes_on(house: House) -> None:
    await house.tell(await house.invite())
    async with house.watching(house.sam, encode_cursor("otherlog", 1)) as stream:
        await ready(stream)
        reload = await stream.next()
        assert reload.reload.reason
        assert reload.cursor == (await house.of(house.sam).ListInbox(pb.ListInboxRequest())).cursor
        await house.tell(await house.invite())
        assert (await stream.next()).WhichOneof("event") == "change"


async def test_a_cursor_beyond_the_head_is_answered_with_reload(house: House) -> None:
    place = await house.head(house.sam)
    async with house.watching(house.sam, encode_cursor(place.log_epoch, place.seq + 1)) as stream:
        await ready(stream)
        assert (await stream.next()).WhichOneof("event") == "reload"


async def test_a_malformed_cursor_is_refused(house: House) -> None:
    async with house.watching(house.sam, "not a cursor") as stream:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stream.next()
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT


async def test_a_stream_ends_with_its_token(house: House) -> None:
    async with house.watching(house.sam) as stream:
        await ready(stream)
        house.stage.move_clock(601)
        assert await drained(stream) == "reauthenticate"


async def test_a_stream_ends_with_its_session_and_no_other_opens(house: House) -> None:
    house.hub().hints_healthy = False
    async with house.watching(house.sam) as stream:
        await ready(stream)
        await house.tell(SessionEnded(person_id=house.sam.id, session_id=house.sam.session), house.sam.id)
        assert await drained(stream) == "reauthenticate"
    async with house.watching(house.sam) as stream:
        assert await drained(stream) == "reauthenticate"


async def test_a_person_has_twenty_streams_and_not_one_more(house: House) -> None:
    calls = [house.watching(house.sam) for _ in range(STREAMS_PER_PERSON)]
    streams = [await call.__aenter__() for call in calls]
    for stream in streams:
        await ready(stream)
    async with house.watching(house.sam) as one_more, house.watching(house.ann) as another:
        await ready(another)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await one_more.next()
    assert refused.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    await calls[0].__aexit__(None, None, None)

    async def closed() -> bool:
        return house.hub().open_streams < STREAMS_PER_PERSON

    await eventually(closed)
    async with house.watching(house.sam) as again:
        await ready(again)
    for call in calls[1:]:
        await call.__aexit__(None, None, None)


async def test_a_stream_drains_when_its_process_stops_and_goes_on_in_another(house: House) -> None:
    second = await house.stage.start(notifications=compose)
    async with house.watching(house.sam, node=second) as stream:
        cursor = await ready(stream)
        reason, _ = await asyncio.gather(drained(stream), second.stop())
        assert reason == "restart"
        house.stage.nodes.remove(second)
    event = await house.invite()
    await house.tell(event)
    async with house.watching(house.sam, cursor) as stream:
        await ready(stream)
        assert (await stream.next()).change.item.subject.id == str(event.invite_id)


@pytest.mark.parametrize(("healthy", "within_s"), [(True, 6.5), (False, 1.5)])
async def test_a_hint_that_never_came_to_another_replica_is_made_up_for(
    house: House, healthy: bool, within_s: float
) -> None:
    second = await house.stage.start(notifications=compose)
    house.hub(second).hints_healthy = healthy
    async with house.watching(house.sam, node=second) as stream:
        await ready(stream)
        events = [await house.invite(invite_id=uuid4()) for _ in range(3)]
        for event in events:
            await house.tell(event)  # the first node delivers; its hints stay there
        started = time.monotonic()
        told = [await stream.next(within_s) for _ in events]
        assert time.monotonic() - started < within_s
        assert [m.change.item.subject.id for m in told] == [str(event.invite_id) for event in events]
