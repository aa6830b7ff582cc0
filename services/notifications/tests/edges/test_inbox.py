"""What does a person find in the inbox? One's own, newest first; read marks that nobody else sees."""

from datetime import timedelta
from uuid import uuid4

import pytest

from notifications.tests.conftest import House
from twolamps.notifications.v1 import notifications_pb2 as pb
from twolamps_testkit.stage import Refused

FILL = """
WITH new AS (
    INSERT INTO items (id, person, added_seq, kind, subject_type, subject_id, facts, created_at)
    SELECT gen_random_uuid(), $1, n, 'invite_accepted', 'invite', gen_random_uuid(), '{}', $3
    FROM generate_series($4::int + 1, $4 + $2::int) AS n RETURNING id, added_seq
), logged AS (
    INSERT INTO changes (person, seq, item_id, op, changed_at) SELECT $1, added_seq, id, 'added', $3 FROM new
) UPDATE heads SET seq = $4 + $2 WHERE person = $1
"""


async def fill(house: House, count: int) -> None:
    """Put so many items into Sam's inbox."""
    head = (await house.head(house.sam)).seq
    async with house.stage.tables("notifications").begin() as tx:
        await tx.execute(FILL, house.sam.id, count, tx.now, head)


async def test_the_newest_comes_first(house: House) -> None:
    events = [await house.invite() for _ in range(3)]
    for event in events:
        await house.tell(event)
    found = [item.subject.id for item in await house.inbox(house.sam)]
    assert found == [*(str(event.invite_id) for event in reversed(events)), str(house.couple)]


async def test_items_have_their_facts_and_a_fallback_text(house: House) -> None:
    event = await house.invite()
    await house.tell(event)
    item = (await house.inbox(house.sam))[0]
    assert item.facts.starts_at.ToDatetime(tzinfo=event.starts_at.tzinfo) == event.starts_at
    assert item.facts.ends_at.ToDatetime(tzinfo=event.ends_at.tzinfo) - event.starts_at == timedelta(hours=1)
    assert (item.facts.zone, item.text) == ("Europe/Berlin", "An invite needs an answer.")
    assert item.state == pb.ITEM_STATE_UNREAD


async def test_reading_marks_once_and_only_its_reader_learns_it(house: House) -> None:
    await house.tell(await house.invite())
    ann, item = await house.log(house.ann), (await house.inbox(house.sam))[0]
    read = pb.ReadItemRequest(item_id=item.id)
    first = (await house.of(house.sam).ReadItem(read)).item
    head = await house.head(house.sam)
    again = (await house.of(house.sam).ReadItem(read)).item
    assert first == again
    assert first.state == pb.ITEM_STATE_READ
    assert await house.head(house.sam) == head, "reading again changes nothing"
    assert await house.log(house.ann) == ann
    assert [row.change.op for row in await house.log(house.sam)][-1] == pb.OP_CHANGED


async def test_a_state_and_ids_narrow_the_list(house: House) -> None:
    for _ in range(3):
        await house.tell(await house.invite())
    items = await house.inbox(house.sam)
    await house.of(house.sam).ReadItem(pb.ReadItemRequest(item_id=items[1].id))
    assert [item.id for item in await house.inbox(house.sam, state=pb.ITEM_STATE_READ)] == [items[1].id]
    assert len(await house.inbox(house.sam, state=pb.ITEM_STATE_UNREAD)) == 3
    some = await house.inbox(house.sam, ids=[items[2].id, items[0].id, str(uuid4())])
    assert [item.id for item in some] == [items[0].id, items[2].id]
    assert await house.inbox(house.ann, ids=[items[0].id]) == []


async def test_ten_thousand_items_are_read_page_by_page_each_once(house: House) -> None:
    await fill(house, 10_000)
    seen: list[str] = []
    request, cursors = pb.ListInboxRequest(page_size=200), set[str]()
    while True:
        page = await house.of(house.sam).ListInbox(request)
        seen += [item.id for item in page.items]
        cursors.add(page.cursor)
        if len(seen) == 1000:
            await house.tell(await house.invite())  # comes on top, and moves nothing below
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    assert len(seen) == len(set(seen)) == 10_001
    (cursor,) = cursors
    async with house.watching(house.sam, cursor) as stream:
        assert (await stream.next()).WhichOneof("event") == "ready"
        assert (await stream.next()).change.item.kind == "invite_created", "what came meanwhile follows the cursor"


@pytest.mark.parametrize(("asked", "given"), [(0, 50), (1, 1), (200, 200)])
async def test_a_page_has_fifty_unless_asked_otherwise(house: House, asked: int, given: int) -> None:
    await fill(house, 210)
    assert len(await house.inbox(house.sam, page_size=asked)) == given


@pytest.mark.parametrize("token", ["x", "x.1", ".1", "MS5h.-1", "MS5h.", "MS5h.٣", "MS5h.99999999999"])
async def test_a_page_token_that_is_not_ours_is_refused_by_name(house: House, token: str) -> None:
    with pytest.raises(Refused) as refused:
        await house.inbox(house.sam, page_token=token)
    assert (refused.value.code, list(refused.value.fields)) == ("INVALID_ARGUMENT", ["page_token"])


async def test_more_than_a_page_or_two_hundred_ids_is_refused(house: House) -> None:
    for fields in ({"page_size": 201}, {"ids": [str(uuid4())] * 201}, {"ids": ["x"]}, {"page_token": "x" * 501}):
        with pytest.raises(Refused) as refused:
            await house.inbox(house.sam, **fields)
        assert refused.value.code == "INVALID_ARGUMENT"
    assert len(await house.inbox(house.sam, ids=[str(uuid4())] * 200)) == 0
