"""The relay: in order per stream, nothing lost, whoever leads."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID, uuid4

import asyncpg

from pairing.main import compose
from twolamps_chassis.records import Record
from twolamps_chassis.relay import Relay
from twolamps_events.pairing import SessionEnded
from twolamps_testkit.stage import Stage, eventually


class Sink:
    """The other side: keeps what arrives, and can fail."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.fail = 0

    async def deliver(self, records: Sequence[Record]) -> None:
        self.records.extend(records)
        if self.fail:
            self.fail -= 1
            raise ConnectionError

    def firsts(self) -> dict[UUID, list[int]]:
        seen: dict[UUID, list[int]] = defaultdict(list)
        for record in self.records:
            if record.seq not in seen[record.key]:
                seen[record.key].append(record.seq)
        return seen


async def fill(stage: Stage, keys: list[UUID], each: int) -> None:
    for _ in range(each):
        async with stage.tables("pairing").begin() as tx:
            await tx.lock(keys)
            for key in keys:
                tx.record(key, SessionEnded(person_id=key, session_id=uuid4()))


async def waiting(stage: Stage) -> int:
    async with stage.tables("pairing").begin() as tx:
        return int(await tx.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL"))


async def test_two_relays_take_turns_and_send_everything_in_order(stage: Stage) -> None:
    node = await stage.start(pairing=compose)
    for task in node.lifecycle.tasks:
        task.cancel()  # the node's own relay
    await asyncio.gather(*node.lifecycle.tasks, return_exceptions=True)
    sink, keys = Sink(), [uuid4() for _ in range(5)]
    dsn = stage.postgres.dsn(stage.database, stage.postgres.login("pairing"))
    relays = [asyncio.create_task(Relay(dsn, stage.tables("pairing"), sink.deliver).run()) for _ in range(2)]
    sink.fail = 3
    for kill in range(4):
        await fill(stage, keys, 20)
        if kill < 2:
            relays[kill].cancel()  # at any moment, between send and mark too
            relays.append(asyncio.create_task(Relay(dsn, stage.tables("pairing"), sink.deliver).run()))
    await eventually(lambda: waiting(stage), until=lambda n: n == 0)
    assert sink.firsts() == {key: list(range(1, 81)) for key in keys}
    for task in relays:
        task.cancel()
    await asyncio.gather(*relays, return_exceptions=True)


async def test_what_could_not_be_handed_on_is_not_marked(stage: Stage) -> None:
    node = await stage.start(pairing=compose)
    sink = Sink()
    sink.fail = 2
    node.relays["pairing"].deliver = sink.deliver
    await fill(stage, [uuid4()], 1)
    await eventually(lambda: waiting(stage), until=lambda n: n == 0)
    assert [record.seq for record in sink.records] == [1, 1, 1]


async def test_a_relay_that_stops_marks_what_it_was_handing_on(stage: Stage) -> None:
    node = await stage.start(pairing=compose)
    begun, go_on, sink = asyncio.Event(), asyncio.Event(), Sink()

    async def slowly(records: Sequence[Record]) -> None:
        begun.set()
        await go_on.wait()
        await sink.deliver(records)

    node.relays["pairing"].deliver = slowly
    await fill(stage, [uuid4()], 1)
    await begun.wait()
    stopping = asyncio.create_task(node.lifecycle.stop())
    asyncio.get_running_loop().call_later(0.3, go_on.set)
    await stopping
    assert [record.seq for record in sink.records] == [1]
    connection = await asyncpg.connect(stage.postgres.dsn(stage.database))
    assert await connection.fetchval("SELECT count(*) FROM pairing.outbox WHERE published_at IS NULL") == 0
    await connection.close()
