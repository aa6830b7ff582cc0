"""Consumers: each event once, in order; early ones wait aside, failing ones are parked, others pass."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from pairing.main import compose
from twolamps_chassis import consumers
from twolamps_chassis.consumers import Consumer, NotFailed
from twolamps_chassis.couples import Couples, end_session
from twolamps_chassis.db import Database, Transaction
from twolamps_chassis.records import Record
from twolamps_chassis.status import list_parked
from twolamps_events.prompts import LightTaken
from twolamps_testkit.stage import Stage

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def record(key: UUID, seq: int, prompt: UUID | None = None, epoch: int = 0, body: bytes | None = None) -> Record:
    event = LightTaken(couple_id=key, members=[], prompt_id=prompt or UUID(int=seq), by=key)
    return Record("prompts", key, seq, epoch, event.ce_type(), NOW, "", event.body() if body is None else body)


class Log:
    """A handler that keeps what it applied in the database, and fails where told to."""

    def __init__(self, database: Database) -> None:
        self.database, self.poison = database, set[int]()
        self.consumer = Consumer(database, "prompts", Couples(), {LightTaken: self.apply})

    async def apply(self, events: Sequence[LightTaken], tx: Transaction) -> None:
        for event in events:
            if event.prompt_id.int in self.poison:
                raise ZeroDivisionError("words of somebody")
            sql = "INSERT INTO ended_sessions (session_id, person_id, ended_at) VALUES ($1, $2, clock_timestamp())"
            await tx.execute(
                sql,
                uuid4(),
                event.prompt_id,
            )

    async def applied(self) -> list[int]:
        async with self.database.begin() as tx:
            rows = await tx.fetch("SELECT person_id FROM ended_sessions ORDER BY ended_at")
        return [row["person_id"].int for row in rows]


@pytest.fixture
async def log(stage: Stage) -> Log:
    await stage.start(pairing=compose)
    return Log(stage.tables("pairing"))


async def test_a_record_sent_twice_is_applied_once(log: Log) -> None:
    key = uuid4()
    for _ in range(3):
        await log.consumer.handle([record(key, 1), record(key, 2), record(key, 2)])
    assert await log.applied() == [1, 2]


async def test_any_order_of_arrival_is_applied_in_the_order_of_the_stream(log: Log) -> None:
    key, seqs = uuid4(), list(range(1, 41))
    random.Random(7).shuffle(seqs)
    for start in range(0, 40, 3):
        await log.consumer.handle([record(key, seq) for seq in seqs[start : start + 3]])
    assert await log.applied() == list(range(1, 41))
    assert await list_parked(log.database) == []


async def test_in_a_large_batch_every_stream_keeps_its_order_and_a_failing_one_stops_no_other(log: Log) -> None:
    keys, length = [UUID(int=n) for n in range(1, 31)], 20
    log.poison = {7 * 1_000 + 5}
    batch = [record(key, seq, UUID(int=key.int * 1_000 + seq)) for seq in range(1, length + 1) for key in keys]
    for _ in range(2):
        await log.consumer.handle(batch)
    applied = await log.applied()
    for key in keys:
        last = 4 if key.int == 7 else length
        assert [n % 1_000 for n in applied if n // 1_000 == key.int] == list(range(1, last + 1))
    assert len(await list_parked(log.database)) == length - 4


async def test_a_failing_record_is_parked_with_what_follows_while_others_pass_and_replay_heals(log: Log) -> None:
    bad, good = uuid4(), uuid4()
    log.poison = {2}
    await log.consumer.handle([record(bad, 1), record(bad, 2), record(good, 1, UUID(int=101))])
    await log.consumer.handle([record(bad, 3), record(good, 2, UUID(int=102))])
    assert sorted(await log.applied()) == [1, 101, 102]
    lying = await list_parked(log.database)
    assert [(row.seq, row.reason, row.error) for row in lying] == [
        (2, "failed", "ZeroDivisionError"),
        (3, "behind", ""),
    ]
    assert not await log.consumer.replay(bad)
    log.poison = set()
    assert await log.consumer.replay(bad)
    await log.consumer.handle([record(bad, 4)])
    assert [n for n in await log.applied() if n < 100] == [1, 2, 3, 4]
    assert await list_parked(log.database) == []


async def test_what_failed_is_tried_again_by_itself(log: Log, stage: Stage) -> None:
    key = uuid4()
    log.poison = {1}
    await log.consumer.handle([record(key, 1)])
    log.poison = set()
    assert await log.consumer.retry_parked() == 0
    stage.move_clock(2)
    assert await log.consumer.retry_parked() == 1
    assert await log.applied() == [1]


async def test_an_undecodable_body_is_parked_and_an_unknown_type_only_moves_the_cursor(log: Log) -> None:
    key, other = uuid4(), uuid4()
    unknown = Record("prompts", other, 1, 0, "twolamps.prompts.of_tomorrow.v9", NOW, "", b"{}")
    await log.consumer.handle([record(key, 1, body=b"\xff not json"), unknown, record(other, 2)])
    assert await log.applied() == [2]
    assert [(row.key, row.reason) for row in await list_parked(log.database)] == [(key, "failed")]


async def test_an_event_of_an_epoch_that_is_over_is_dropped_and_a_later_epoch_proves_the_end(log: Log) -> None:
    key = uuid4()
    await log.consumer.handle(
        [record(key, 1), record(key, 2, epoch=1), record(key, 3, epoch=0), record(key, 4, epoch=1)]
    )
    assert await log.applied() == [1, 2, 4]


async def test_two_replicas_with_overlapping_batches_apply_each_once(log: Log) -> None:
    keys = [uuid4() for _ in range(8)]
    twin = Log(log.database)
    records = [record(key, seq, UUID(int=n * 1000 + seq)) for seq in range(1, 31) for n, key in enumerate(keys)]

    async def replica(consumer: Consumer, step: int) -> None:
        for start in range(0, len(records), step):
            await consumer.handle(records[start : start + step])

    await asyncio.gather(replica(log.consumer, 17), replica(twin.consumer, 23))
    applied = await log.applied()
    for n in range(8):
        assert [a - n * 1000 for a in applied if a // 1000 == n] == list(range(1, 31))


@pytest.mark.parametrize(
    "lost",
    [
        asyncpg.ConnectionDoesNotExistError,
        asyncpg.InternalClientError,
        asyncpg.DiskFullError,
        asyncpg.IdleInTransactionSessionTimeoutError,
        asyncpg.QueryCanceledError,
        TimeoutError,
    ],
)
async def test_a_lost_connection_or_one_that_is_late_is_raised_and_parks_nothing(
    log: Log, lost: type[Exception]
) -> None:
    async def cut(_events: Sequence[LightTaken], tx: Transaction) -> None:
        await end_session(tx, uuid4(), uuid4())
        raise lost("gone")

    consumer = Consumer(log.database, "prompts", Couples(), {LightTaken: cut})
    with pytest.raises(lost):
        await consumer.handle([record(uuid4(), 1)])
    assert await list_parked(log.database) == []
    assert await log.applied() == []


async def taken(consumer: Consumer, records: Sequence[Record]) -> int:
    """Have records settled as a caller does that sends again what is raised; how often that was."""
    for again in range(20):
        try:
            await consumer.handle(records)
            return again
        except TimeoutError:
            pass
    raise AssertionError("it stands still")


async def test_a_batch_that_is_never_done_in_time_is_settled_in_smaller_ones(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    async def slow(events: Sequence[LightTaken], tx: Transaction) -> None:
        sizes.append(len(events))
        if len(events) > 40:
            raise TimeoutError
        await log.apply(events, tx)

    key = uuid4()
    consumer = Consumer(log.database, "prompts", Couples(), {LightTaken: slow})
    assert await taken(consumer, [record(key, seq) for seq in range(1, 151)]) == 3
    assert await log.applied() == list(range(1, 151))
    monkeypatch.setattr(consumers, "CALM_S", 0.0)
    sizes.clear()
    with pytest.raises(TimeoutError):
        await consumer.handle([record(key, seq) for seq in range(151, 301)])
    assert sizes == [150], "what was slow once is not slow for ever"


async def test_a_record_that_is_not_done_in_time_even_alone_is_parked_and_others_go_on(log: Log) -> None:
    slow, other = uuid4(), uuid4()
    late, tries = {2}, 0

    async def apply(events: Sequence[LightTaken], tx: Transaction) -> None:
        if any(event.prompt_id.int in late for event in events):
            raise TimeoutError
        await log.apply(events, tx)

    consumer = Consumer(log.database, "prompts", Couples(), {LightTaken: apply})
    while not await list_parked(log.database):
        tries += 1
        with suppress(TimeoutError):
            await consumer.handle([record(slow, seq) for seq in (1, 2, 3)])
        await consumer.handle([record(other, tries, UUID(int=100 + tries))])  # of another partition
    assert tries == 7
    assert sorted(await log.applied()) == [1, *range(101, 108)]
    lying = [(row.seq, row.reason, row.error) for row in await list_parked(log.database)]
    assert lying == [(2, "failed", "TimeoutError"), (3, "behind", "")]
    assert not await consumer.replay(slow)
    late.clear()
    assert await consumer.replay(slow)
    assert [number for number in await log.applied() if number < 100] == [1, 2, 3]


async def test_a_held_record_that_fails_is_parked_behind_its_predecessor_and_fails_in_its_turn(log: Log) -> None:
    key = uuid4()
    log.poison = {3}
    for seq in (1, 3, 2):
        await log.consumer.handle([record(key, seq)])
    assert not await log.consumer.replay(key)
    for seq in (3, 4):
        await log.consumer.handle([record(key, seq)])
    assert await log.applied() == [1, 2]
    assert [(row.seq, row.reason) for row in await list_parked(log.database)] == [(3, "failed"), (4, "behind")]
    log.poison = set()
    assert await log.consumer.replay(key)
    assert await log.applied() == [1, 2, 3, 4]


async def test_what_was_held_behind_a_record_that_failed_passes_when_that_is_dropped(log: Log) -> None:
    key = uuid4()
    log.poison = {2}
    for seq in (1, 3, 2):
        await log.consumer.handle([record(key, seq)])
    assert await log.consumer.drop(key, 2)
    assert await log.consumer.replay(key)
    assert await log.applied() == [1, 3]
    assert await list_parked(log.database) == []


async def test_a_replay_goes_as_far_as_it_can_and_the_next_that_fails_is_the_failed_one(log: Log) -> None:
    key = uuid4()
    log.poison = {1, 3}
    await log.consumer.handle([record(key, seq) for seq in (1, 2, 3, 4)])
    log.poison = {3}
    assert not await log.consumer.replay(key)
    assert await log.applied() == [1, 2]
    assert [(row.seq, row.reason) for row in await list_parked(log.database)] == [(3, "failed"), (4, "behind")]


async def test_a_dropped_record_lets_what_is_behind_it_pass(log: Log, stage: Stage) -> None:
    key = uuid4()
    log.poison = {2, 3}
    await log.consumer.handle([record(key, seq) for seq in (1, 2, 3, 4)])
    assert await log.consumer.drop(key, 2)
    assert not await log.consumer.drop(key, 2)
    assert [(row.seq, row.reason) for row in await list_parked(log.database)] == [(3, "failed"), (4, "behind")]
    assert await log.consumer.retry_parked() == 1
    assert await log.consumer.drop(key, 3)
    assert await log.consumer.retry_parked() == 1
    await log.consumer.handle([record(key, 5)])
    assert await log.applied() == [1, 4, 5]
    assert await list_parked(log.database) == []


async def test_only_what_failed_can_be_dropped(log: Log) -> None:
    key, early = uuid4(), uuid4()
    log.poison = {1}
    await log.consumer.handle([record(key, 1), record(key, 2), record(early, 2)])
    for place in ((key, 2), (early, 2)):
        with pytest.raises(NotFailed):
            await log.consumer.drop(*place)
    assert len(await list_parked(log.database)) == 3
