"""Whatever arrives on a topic: it is applied, skipped, held aside or parked; others pass, and a replay heals."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from faststream.kafka.subscriber.usecase import BatchSubscriber

from tests.faults.kafka.house import READER, SOURCE, TallyConsumer, TallyHouse
from tests.faults.kafka.replicas import carrying, consuming
from twolamps_chassis.kafka_lag import LAG, measure_lag
from twolamps_chassis.kafka_relay import KafkaDelivery, headers, partition_of
from twolamps_chassis.records import Record
from twolamps_events.base import MAX_BODY_BYTES
from twolamps_events.pairing import CoupleEnded, PairingEvent, SessionEnded
from twolamps_testkit.stage import eventually

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def record(key: UUID, seq: int, **changed: object) -> Record:
    """The event with this number on a stream, but for what is changed."""
    event = SessionEnded(person_id=key, session_id=UUID(int=seq))
    plain = Record(SOURCE, key, seq, 0, event.ce_type(), NOW, "", event.body())
    return replace(plain, **changed)  # type: ignore[arg-type]


@dataclass
class Topic:
    """A topic that a consumer takes, and somebody writes into as they like."""

    house: TallyHouse
    consumer: TallyConsumer
    delivery: KafkaDelivery
    subscriber: BatchSubscriber

    async def send(self, *records: Record) -> None:
        """Send what a relay might."""
        await self.delivery.deliver(records)

    async def confirmed(self) -> None:
        """Wait until nothing in the topic waits for the consumer: no partition is held up."""
        name = self.delivery.topic
        asking = AIOKafkaConsumer(
            bootstrap_servers=self.delivery.servers, group_id=f"{READER}.{name}", enable_auto_commit=False
        )
        await asking.start()

        async def lag() -> int:
            places = [TopicPartition(name, number) for number in asking.partitions_for_topic(name) or ()]
            ends = await asking.end_offsets(places)
            return sum([end - (await asking.committed(place) or 0) for place, end in ends.items()])

        try:
            await asking._client.force_metadata_update()
            await eventually(lag, 20, until=lambda count: count == 0)
        finally:
            await asking.stop()

    async def lying(self) -> list[tuple[int, str, str]]:
        """Seq, reason and error of what is parked."""
        return sorted((row.seq, row.reason, row.error) for row in await self.house.parked())


@pytest.fixture
async def topic(house: TallyHouse) -> AsyncIterator[Topic]:
    """A topic with its consumer."""
    delivery, consumer = KafkaDelivery(house.address.servers, house.address.topic), TallyConsumer(house.reader)
    async with AsyncExitStack() as open_:
        open_.push_async_callback(delivery.close)
        subscriber = await open_.enter_async_context(consuming(house.address, consumer))
        yield Topic(house, consumer, delivery, subscriber)


async def test_duplicates_are_skipped(topic: Topic) -> None:
    key = uuid4()
    for _ in range(3):
        await topic.send(record(key, 1), record(key, 2), record(key, 2), record(key, 1))
    await topic.send(record(key, 3))
    assert await topic.house.has(key, 3) == [1, 2, 3]
    await topic.confirmed()
    assert await topic.house.numbers(key) == [1, 2, 3]


async def test_reordered_events_are_applied_in_the_order_of_their_stream(topic: Topic) -> None:
    key, other = uuid4(), uuid4()
    for seq in (5, 2, 4, 7, 1, 6, 3):
        await topic.send(record(key, seq), record(other, 8 - seq))
    assert await topic.house.has(key, 7) == list(range(1, 8))
    assert await topic.house.has(other, 7) == list(range(1, 8))
    assert await topic.lying() == []


async def test_a_gap_is_held_aside_while_others_pass_until_the_missing_one_comes(topic: Topic) -> None:
    key, other = uuid4(), uuid4()
    await topic.send(record(key, 1), record(key, 3), record(key, 4), *(record(other, seq) for seq in range(1, 51)))
    await topic.house.has(other, 50)
    await topic.confirmed()
    assert await topic.lying() == [(3, "gap", ""), (4, "gap", "")]
    await topic.send(record(key, 2))
    assert await topic.house.has(key, 4) == [1, 2, 3, 4]
    assert await topic.lying() == []


async def test_an_event_of_an_unknown_type_only_moves_the_cursor(topic: Topic) -> None:
    key = uuid4()
    await topic.send(record(key, 1), record(key, 2, type="twolamps.pairing.of_tomorrow.v1"), record(key, 3))
    assert await topic.house.has(key, 2) == [1, 3]
    await topic.confirmed()
    assert await topic.lying() == []


async def test_an_undecodable_event_is_parked_with_what_follows_it_while_others_pass(topic: Topic) -> None:
    key, other = uuid4(), uuid4()
    await topic.send(record(key, 1), record(key, 2, body=b"\xff{"), record(key, 3), record(other, 1))
    assert await topic.house.has(other, 1) == [1]
    await topic.confirmed()
    assert await topic.lying() == [(2, "failed", "ValidationError"), (3, "behind", "")]
    assert await topic.house.numbers(key) == [1]


async def test_events_that_kill_their_handler_are_parked_while_others_pass_and_a_replay_heals(topic: Topic) -> None:
    key, other = uuid4(), uuid4()
    topic.consumer.poison = {1_000_002}
    killing = SessionEnded(person_id=key, session_id=UUID(int=1_000_002)).body()
    await topic.send(record(key, 1), record(key, 2, body=killing), record(key, 3), record(other, 1), record(other, 2))
    assert await topic.house.has(other, 2) == [1, 2]
    await topic.confirmed()
    assert await topic.lying() == [(2, "failed", "ZeroDivisionError"), (3, "behind", "")]
    topic.consumer.poison = set()
    assert await topic.consumer.replay(key)
    await topic.send(record(key, 4))
    assert await topic.house.has(key, 4) == [1, 1_000_002, 3, 4]
    assert await topic.lying() == []


class Letter(PairingEvent):
    """An event of any size."""

    name = "letter"
    text: str


async def record_letter(house: TallyHouse, key: UUID, size: int) -> None:
    """Record an event whose body has so many bytes."""
    async with house.source.begin() as tx:
        await tx.lock([key])
        tx.record(key, Letter(text="a" * (size - len('{"text":""}'))))


async def insert_row(house: TallyHouse, key: UUID, size: int) -> None:
    """Write a row as no code of ours would."""
    sql = "INSERT INTO outbox (key, seq, epoch, type, body, time) VALUES ($1, 1, 0, 't.v1', $2, now())"
    async with house.source.begin() as tx:
        await tx.execute(sql, key, b"a" * size)


async def test_an_oversized_event_is_refused_when_it_is_recorded_and_blocks_nothing(house: TallyHouse) -> None:
    key, other = uuid4(), uuid4()
    async with carrying(house):
        with pytest.raises(ValueError, match="at most 900000"):
            await record_letter(house, key, MAX_BODY_BYTES + 1)
        with pytest.raises(asyncpg.CheckViolationError):
            await insert_row(house, key, MAX_BODY_BYTES + 1)
        await house.record([key, other], 3)
        assert await house.has(key, 3) == [1, 2, 3]
        assert await house.has(other, 3) == [1, 2, 3]


async def test_the_largest_event_that_is_recorded_reaches_the_consumer(house: TallyHouse) -> None:
    key = uuid4()
    async with carrying(house):
        await record_letter(house, key, MAX_BODY_BYTES)
        await house.record([key])
        assert await house.has(key, 1) == [2]


async def test_events_of_the_version_before_and_of_the_next_one_are_applied_or_passed_over(topic: Topic) -> None:
    """A field more, an optional field less, a new type, a new version of a type, a header more."""
    key = uuid4()
    more = b'{"person_id":"%s","session_id":"%s","device":{"of":["tomorrow"]}}'
    body = more % (str(key).encode(), str(UUID(int=1)).encode())
    less = Record(SOURCE, key, 2, 0, CoupleEnded.ce_type(), NOW, "", b'{"couple_id":"%s"}' % str(key).encode())
    new_version = record(key, 4, type="twolamps.pairing.session_ended.v2", body=b'{"session":{"id":1}}')
    await topic.send(
        record(key, 1, body=body), less, record(key, 3, type="twolamps.pairing.of_tomorrow.v1"), new_version
    )
    async with AIOKafkaProducer(bootstrap_servers=topic.delivery.servers) as producer:
        fifth = record(key, 5)
        odd = [*headers(fifth), ("ce_dataschema", b"of tomorrow")]
        await producer.send_and_wait(topic.delivery.topic, fifth.body, str(key).encode(), headers=odd)
    assert await topic.house.has(key, 2) == [1, 5]
    await topic.confirmed()
    assert await topic.lying() == []


class OddName(str):
    """A header's name as a client in another language may send it."""

    __slots__ = ()

    def encode(self, *_: object) -> bytes:
        return b"\xff\xfe"


async def send_with_odd_header_name(topic: Topic, records: Sequence[Record]) -> None:
    """Send records in one batch, the first with a header whose name is not UTF-8."""
    async with AIOKafkaProducer(bootstrap_servers=topic.delivery.servers) as producer:
        batch = producer.create_batch()
        batch._builder = _DefaultRecordBatchBuilderPy(2, 0, 0, -1, -1, 0, 16_384)  # asks a name for its bytes
        for n, one in enumerate(records):
            odd = [(OddName(), b"1")] if n == 0 else []
            key = str(one.key).encode()
            batch.append(timestamp=None, key=key, value=one.body, headers=[*headers(one), *odd])
        await (await producer.send_batch(batch, topic.delivery.topic, partition=1))


async def test_a_header_name_that_is_not_utf8_is_read_like_any_other_and_holds_up_nothing(topic: Topic) -> None:
    key, others = uuid4(), [uuid4() for _ in range(40)]
    await send_with_odd_header_name(topic, [record(key, 1), record(key, 2)])
    await topic.send(*(record(other, 1) for other in others))
    assert await topic.house.has(key, 2) == [1, 2]
    for other in others:
        assert await topic.house.has(other, 1) == [1]
    await topic.confirmed()
    assert await topic.lying() == []


async def test_a_partition_that_stands_still_shows_as_a_lag_that_stays(topic: Topic) -> None:
    group, numbers = f"{READER}.{topic.delivery.topic}", [0, 1, 2, 3]
    topic.consumer.raises = [ConnectionError() for _ in range(1_000)]
    sent = [record(uuid4(), 1) for _ in range(30)]
    await topic.send(*sent)
    expected = Counter(partition_of(str(one.key).encode(), numbers, numbers) for one in sent)

    async def lags() -> dict[int, float]:
        await measure_lag(topic.subscriber)
        found = {number: LAG.labels(group, str(number))._value.get() for number in numbers}
        return {number: lag for number, lag in found.items() if lag}

    await eventually(lags, 20, until=lambda found: found == expected)
    topic.consumer.raises = []
    await eventually(lags, 20, until=lambda found: found == {})
