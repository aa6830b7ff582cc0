"""A replay: the leader sends all that is kept once more, in order, in batches that each commit; a crash begins anew."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest

from pairing.main import compose
from twolamps_chassis import replay
from twolamps_chassis.records import Record
from twolamps_chassis.relay import Relay
from twolamps_chassis.replay import ask_replay, replay_state
from twolamps_testkit.outbox_house import OutboxHouse
from twolamps_testkit.stage import Stage, eventually


class Log:
    """The other side: what arrived since the last look."""

    def __init__(self) -> None:
        self.arrived: list[Record] = []

    async def deliver(self, records: Sequence[Record]) -> None:
        self.arrived.extend(records)


@pytest.fixture
async def house(stage: Stage) -> OutboxHouse:
    return await OutboxHouse.open(stage, compose)


def start(house: OutboxHouse, log: Log) -> Relay:
    relay = Relay(house.dsn, house.database, log.deliver)
    house.tasks.append(asyncio.create_task(relay.run()))
    return relay


async def test_all_that_is_kept_is_sent_again_in_order_while_new_events_come(
    house: OutboxHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "BATCH", 700)
    log, keys = Log(), [uuid4() for _ in range(20)]
    relay = start(house, log)
    await house.fill(keys, 200)
    await house.drained()
    log.arrived.clear()
    assert await ask_replay(house.database) == 4_000
    relay.look_at = 0.0
    await house.fill(keys, 20)

    async def all_there() -> bool:
        return {(r.key, r.seq) for r in log.arrived} == {(key, seq) for key in keys for seq in range(1, 221)}

    await eventually(all_there)
    await house.drained()
    assert (await replay_state(house.database)) == replay.ReplayState(False, 0)
    for key in keys:
        seqs = [r.seq for r in log.arrived if r.key == key]
        again = seqs[seqs.index(1) :]  # what came between the wish and the leader's look went out before
        assert again == list(range(1, 221))
    await house.close()


async def test_a_replay_that_nobody_leads_waits_for_the_next_leader(house: OutboxHouse) -> None:
    log, key = Log(), uuid4()
    start(house, log)
    await house.fill([key], 3)
    await house.drained()
    await house.close()
    await ask_replay(house.database)
    assert (await replay_state(house.database)).asked
    start(house, log)
    await eventually(
        lambda: asyncio.sleep(0, [r.seq for r in log.arrived]), until=lambda seqs: seqs == [1, 2, 3, 1, 2, 3]
    )
    await house.close()


async def test_a_leader_that_dies_in_the_middle_leaves_the_replay_to_the_next(
    house: OutboxHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "BATCH", 2)
    log, key = Log(), uuid4()
    first = start(house, log)
    await house.fill([key], 6)
    await house.drained()
    log.arrived.clear()
    whole = replay.unmark

    async def dies(conn: Any) -> int:
        await conn.fetchrow(replay.UNMARK.format(2), 0)
        raise OSError

    monkeypatch.setattr("twolamps_chassis.relay.unmark", dies)
    await ask_replay(house.database)
    first.look_at = 0.0
    await eventually(lambda: replay_state(house.database), until=lambda state: state.waiting == 2)
    await house.close()
    monkeypatch.setattr("twolamps_chassis.relay.unmark", whole)
    start(house, log)
    await eventually(
        lambda: asyncio.sleep(0, [r.seq for r in log.arrived]), until=lambda seqs: seqs == [1, 2, 3, 4, 5, 6]
    )
    await house.close()
