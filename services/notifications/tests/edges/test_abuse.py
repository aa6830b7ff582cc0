"""What can a stranger, a curious partner or a borrowed token learn or do? Nothing, and it all looks alike."""

from typing import Any
from uuid import uuid4

import grpc
import pytest

from notifications.tests.conftest import House
from twolamps.internal.v1 import internal_pb2 as internal
from twolamps.internal.v1.internal_pb2_grpc import ChangesServiceStub
from twolamps.notifications.v1 import notifications_pb2 as pb
from twolamps.notifications.v1.notifications_pb2_grpc import NotificationsServiceStub
from twolamps_events.pairing import SessionEnded
from twolamps_testkit.stage import Refused


async def refused(call: Any) -> tuple[str, str, str]:
    with pytest.raises(Refused) as error:
        await call
    return error.value.code, error.value.reason, error.value.text


async def test_another_persons_item_and_none_at_all_are_refused_alike(house: House) -> None:
    await house.tell(await house.invite())
    item = (await house.inbox(house.sam))[0]
    answers = {
        await refused(house.of(person).ReadItem(pb.ReadItemRequest(item_id=item_id)))
        for person in (house.ann, house.eve)
        for item_id in (item.id, str(uuid4()))
    }
    assert [code for code, _, _ in answers] == ["NOT_FOUND"]
    assert (await house.inbox(house.sam))[0] == item


async def test_an_item_that_was_pulled_back_can_no_longer_be_read(house: House) -> None:
    await house.tell(await house.invite())
    item = (await house.inbox(house.sam))[0]
    await house.stage.end(house.couple)
    code, _, _ = await refused(house.of(house.sam).ReadItem(pb.ReadItemRequest(item_id=item.id)))
    assert code == "NOT_FOUND"


async def test_a_partner_with_my_cursor_or_page_token_sees_only_the_own_inbox(house: House) -> None:
    for _ in range(3):
        await house.tell(await house.invite())
    page = await house.of(house.sam).ListInbox(pb.ListInboxRequest(page_size=1))
    theirs = await house.of(house.ann).ListInbox(pb.ListInboxRequest(page_token=page.next_page_token))
    assert [item.kind for item in theirs.items] == ["couple_formed"]
    async with house.watching(house.ann, page.cursor) as stream:
        assert (await stream.next()).WhichOneof("event") == "ready"
        assert (await stream.next()).WhichOneof("event") == "reload"


async def test_nothing_opens_without_a_persons_token(house: House) -> None:
    nobody = house.stage.caller(NotificationsServiceStub)
    service = house.stage.service_caller(NotificationsServiceStub, "gateway")
    for caller in (nobody, service):
        for call in (
            caller.ListInbox(pb.ListInboxRequest()),
            caller.ReadItem(pb.ReadItemRequest(item_id=str(uuid4()))),
        ):
            assert (await refused(call))[0] == "UNAUTHENTICATED"
    stream = NotificationsServiceStub(house.stage.node.channels.to("")).Watch(pb.WatchRequest())
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await stream.read()
    assert error.value.code() == grpc.StatusCode.UNAUTHENTICATED


async def test_an_ended_session_reads_nothing(house: House) -> None:
    await house.tell(SessionEnded(person_id=house.sam.id, session_id=house.sam.session), house.sam.id)
    assert (await refused(house.of(house.sam).ListInbox(pb.ListInboxRequest())))[0] == "UNAUTHENTICATED"


async def test_only_the_gateway_reads_the_change_log(house: House) -> None:
    places = internal.ListChangesRequest(places=[internal.Place(person_id=str(house.sam.id))], limit=10)
    streams = [internal.Stream(person_id=str(house.sam.id), session_id=str(house.sam.session))]
    callers = {
        "UNAUTHENTICATED": [house.stage.caller(ChangesServiceStub, person) for person in (house.sam, house.eve, None)],
        "PERMISSION_DENIED": [house.stage.service_caller(ChangesServiceStub, name) for name in ("pairing", "prompts")],
    }
    for code, some in callers.items():
        for caller in some:
            assert (await refused(caller.ListChanges(places)))[0] == code
            assert (await refused(caller.Heads(internal.HeadsRequest(streams=streams))))[0] == code


async def test_the_gateway_learns_heads_ended_sessions_and_changes_of_many_at_once(house: House) -> None:
    await house.tell(await house.invite())
    await house.tell(SessionEnded(person_id=house.ann.id, session_id=house.ann.session), house.ann.id)
    gateway, unknown = house.stage.service_caller(ChangesServiceStub, "gateway"), uuid4()
    people = (house.ann, house.sam, house.eve)
    streams = [internal.Stream(person_id=str(p.id), session_id=str(p.session)) for p in people]
    streams.append(internal.Stream(person_id=str(unknown), session_id=str(unknown)))
    heads = await gateway.Heads(internal.HeadsRequest(streams=streams))
    assert [(h.seq, h.closed) for h in heads.heads] == [(1, True), (2, False), (1, False), (0, False)]
    assert heads.log_epoch == (await house.head(house.sam)).log_epoch
    places = [internal.Place(person_id=stream.person_id) for stream in streams]
    found = await gateway.ListChanges(internal.ListChangesRequest(places=places, limit=1))
    assert [(len(p.rows), p.head, p.reload) for p in found.people] == [
        (1, 1, False),
        (1, 2, False),
        (1, 1, False),
        (0, 0, False),
    ]
    assert found.log_epoch == heads.log_epoch
