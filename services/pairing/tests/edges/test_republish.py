"""Republishing: a service that sees the snapshots alone knows what one knows that saw everything."""

from pathlib import Path
from uuid import UUID

import scheduling.main
from pairing.main import compose
from pairing.tests.conftest import House
from pairing.use_cases.republish_couples import RepublishCouples, republish_couples, streams_to_republish
from twolamps.pairing.v1 import pairing_pb2 as pb
from twolamps_chassis.consumers import Consumer
from twolamps_chassis.couples import Couples
from twolamps_chassis.db import Database
from twolamps_chassis.records import Record
from twolamps_chassis.status import list_parked
from twolamps_events.pairing import PersonSnapshot
from twolamps_testkit.servers import Postgres
from twolamps_testkit.stage import Stage, eventually


async def republish(pairing: Database, most: int) -> list[int]:
    """Tell every stream; how many each transaction told."""
    told: list[int] = []
    after = UUID(int=0)
    while True:
        command = RepublishCouples(after, most)
        async with pairing.begin() as tx:
            keys = await streams_to_republish(command, tx)
            await tx.lock(keys)
            await republish_couples(command, tx)
        if not keys:
            return told
        told, after = [*told, len(keys)], max(keys)


async def outbox(pairing: Database) -> list[Record]:
    async with pairing.begin() as tx:
        rows = await tx.fetch("SELECT key, seq, epoch, type, time, traceparent, body FROM outbox ORDER BY id")
    return [Record("pairing", *row) for row in map(tuple, rows)]


async def known(database: Database) -> list[tuple[object, ...]]:
    """The couples that a service knows, and which of them are over."""
    sql = """SELECT id, inviter, invitee, couples.epoch, zone, day_start, week_start, calendar_version, shares,
                 shares_version, paired_at, ended_at IS NOT NULL, streams.epoch
             FROM couples JOIN streams ON key = id ORDER BY id"""
    async with database.begin() as tx:
        return [tuple(row) for row in await tx.fetch(sql)]


async def settled(stage: Stage) -> None:
    """Wait until scheduling has all that pairing told."""

    async def waiting() -> int:
        async with stage.tables("pairing").begin() as tx:
            return int(await tx.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL"))

    await eventually(waiting, until=lambda count: count == 0)


async def test_a_service_without_history_learns_what_one_knows_that_saw_all_of_it(
    stage: Stage, postgres: Postgres, tmp_path: Path
) -> None:
    await stage.start(pairing=compose, scheduling=scheduling.main.compose)
    house, pairing = House(stage), stage.tables("pairing")
    ann, sam, kim, lee = [await house.sign_up(name) for name in ("ann", "sam", "kim", "lee")]
    await house.pair(ann, sam)
    await house.share(ann, pb.SHARE_AVAILABILITY, pb.SHARE_TITLES)
    await house.share(sam, pb.SHARE_AVAILABILITY)
    calendar = pb.Calendar(zone="Asia/Tokyo", day_start="03:30", week_start=7)
    await house.of(ann).SetCalendar(pb.SetCalendarRequest(calendar=calendar))
    await house.pair(kim, lee)
    await house.end(kim)
    history = await outbox(pairing)
    assert await republish(pairing, most=2) == [2, 2]  # two couples, and the two whose codes were claimed
    await settled(stage)
    everything = await known(stage.tables("scheduling"))
    assert len(everything) == 2

    late = Stage(postgres, await postgres.copy(), tmp_path / "late")
    late.folder.mkdir()
    try:
        await late.start(scheduling=scheduling.main.compose)
        consumer = Consumer(late.tables("scheduling"), "pairing", Couples(), {})
        await consumer.handle((await outbox(pairing))[len(history) :])
        assert await known(consumer.database) == []
        late.move_clock(31)
        await eventually(consumer.retry_parked, until=lambda tried: tried == 0)
        assert await known(consumer.database) == everything
        assert await list_parked(consumer.database) == []
    finally:
        await late.close()
        await postgres.drop(late.database)


async def test_of_a_person_nothing_but_the_id_is_told(house: House) -> None:
    ann, sam = await house.sign_up("ann"), await house.sign_up("sam")
    await house.claim(sam, await house.code(ann))
    pairing = house.stage.tables("pairing")
    assert await republish(pairing, most=200) == [1]
    assert PersonSnapshot.read((await outbox(pairing))[-1].body) == PersonSnapshot(person_id=ann.id)
