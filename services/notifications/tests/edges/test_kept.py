"""How long is an inbox kept? Items ninety days, what a cursor can resume thirty."""

from notifications.tests.conftest import House
from twolamps.notifications.v1 import notifications_pb2 as pb
from twolamps_testkit.stage import eventually

DAY = 86_400


async def rows(house: House, table: str) -> int:
    async with house.stage.tables("notifications").begin() as tx:
        return int(await tx.fetchval(f"SELECT count(*) FROM {table}"))


async def test_after_thirty_days_a_cursor_is_answered_with_reload_and_after_ninety_the_items_go(house: House) -> None:
    cursor = (await house.of(house.sam).ListInbox(pb.ListInboxRequest())).cursor
    for _ in range(3):
        await house.tell(await house.invite())
    house.stage.move_clock(29 * DAY)
    await house.tell(await house.invite())
    assert await rows(house, "changes") == 8
    house.stage.move_clock(2 * DAY)
    await eventually(lambda: rows(house, "changes"), until=lambda count: count == 1)
    async with house.watching(house.sam, cursor) as stream:
        assert (await stream.next()).WhichOneof("event") == "ready"
        assert (await stream.next()).reload.reason
    assert len(await house.inbox(house.sam)) == 5
    house.stage.move_clock(60 * DAY)
    await eventually(lambda: rows(house, "items"), until=lambda count: count == 1)
    assert await house.kinds(house.sam) == ["invite_created"]
