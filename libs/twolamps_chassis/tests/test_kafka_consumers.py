"""Consumers on a real Kafka: each event once and in order, and nothing that arrives can stop or pass by the others."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from faststream.kafka import KafkaBroker
from prometheus_client import REGISTRY

from pairing.main import compose
from twolamps_chassis import kafka_consumers
from twolamps_chassis.consumers import Consumer
from twolamps_chassis.couples import Couples
from twolamps_chassis.db import Transaction
from twolamps_chassis.kafka_consumers import SESSION_MS
from twolamps_chassis.kafka_relay import KafkaDelivery, headers
from twolamps_chassis.records import UNREADABLE, Record
from twolamps_chassis.status import list_parked
from twolamps_events.pairing import SessionEnded
from twolamps_testkit.outbox_house import OutboxHouse
from twolamps_testkit.servers import Kafka
from twolamps_testkit.stage import Stage, eventually

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PARTITIONS = 4


def record(key: UUID, seq: int) -> Record:
    event = SessionEnded(person_id=key, session_id=UUID(int=seq))
    return Record("pairing", key, seq, 0, event.ce_type(), NOW, "", event.body())


def given_again() -> float:
    labels = {"service": "pairing", "source": "pairing", "outcome": "again"}
    return REGISTRY.get_sample_value("twolamps_consumed_events_total", labels) or 0.0


class Reader:
    """A consumer of one topic that keeps what it committed, and fails where told to."""

    def __init__(self, house: OutboxHouse, kafka: Kafka, topic: str) -> None:
        self.house, self.kafka, self.topic = house, kafka, topic
        self.applied: dict[UUID, list[UUID]] = defaultdict(list)
        self.raises: list[BaseException] = []
        self.calls = 0
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.consumer = Consumer(house.database, "pairing", Couples(), {SessionEnded: self.apply})
        self.brokers: list[KafkaBroker] = []

    async def apply(self, events: Sequence[SessionEnded], tx: Transaction) -> None:
        self.calls += 1
        if self.raises:
            raise self.raises.pop()
        await self.go_on.wait()

        def keep() -> None:
            for event in events:
                self.applied[event.person_id].append(event.session_id)

        tx.on_commit(keep)

    async def start(self) -> KafkaBroker:
        broker = kafka_consumers.make_broker(self.kafka.servers)
        kafka_consumers.subscribe(broker, self.consumer, self.topic)
        self.brokers.append(broker)
        await kafka_consumers.start(broker, self.kafka.servers)
        return broker

    async def has(self, key: UUID, count: int) -> list[UUID]:
        async def seen() -> list[UUID]:
            return self.applied[key]

        return list(await eventually(seen, 20, until=lambda ids: len(ids) >= count))

    async def lag(self) -> int:
        """Records of the topic that the group has not confirmed."""
        group = f"pairing.{self.topic}"
        asking = AIOKafkaConsumer(bootstrap_servers=self.kafka.servers, group_id=group, enable_auto_commit=False)
        places = [TopicPartition(self.topic, number) for number in range(PARTITIONS)]
        await asking.start()
        try:
            ends = await asking.end_offsets(places)
            return sum([end - (await asking.committed(place) or 0) for place, end in ends.items()])
        finally:
            await asking.stop()

    async def state(self) -> str:
        """What the group is doing."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka.servers)
        await admin.start()
        try:
            [described] = await admin.describe_consumer_groups([f"pairing.{self.topic}"])
            return str(described.groups[0][2])
        finally:
            await admin.close()

    async def settled(self) -> None:
        await eventually(self.lag, 20, until=lambda lag: lag == 0)


@pytest.fixture
async def house(stage: Stage) -> AsyncIterator[OutboxHouse]:
    made = await OutboxHouse.open(stage, compose)
    yield made
    await made.close()


@pytest.fixture
async def reader(house: OutboxHouse, kafka: Kafka) -> AsyncIterator[Reader]:
    made = Reader(house, kafka, await kafka.make_topic(PARTITIONS))
    yield made
    for broker in made.brokers:
        await broker.stop()


@pytest.fixture
async def delivery(reader: Reader) -> AsyncIterator[KafkaDelivery]:
    made = KafkaDelivery(reader.kafka.servers, reader.topic)
    yield made
    await made.close()


@pytest.fixture
async def producer(kafka: Kafka) -> AsyncIterator[AIOKafkaProducer]:
    async with AIOKafkaProducer(bootstrap_servers=kafka.servers) as made:
        yield made


async def test_events_go_from_outbox_through_relay_and_kafka_to_the_consumer_in_order(
    house: OutboxHouse, reader: Reader, delivery: KafkaDelivery
) -> None:
    keys = [uuid4() for _ in range(8)]
    house.relay(delivery)
    await reader.start()
    await house.fill(keys, 50)
    for key in keys:
        await reader.has(key, 50)
    async with house.database.begin() as tx:
        rows = await tx.fetch("SELECT key, body FROM outbox ORDER BY id")
    sent: dict[UUID, list[UUID]] = defaultdict(list)
    for row in rows:
        sent[row["key"]].append(SessionEnded.read(row["body"]).session_id)
    assert reader.applied == sent
    await reader.settled()
    assert await list_parked(house.database) == []


async def test_header_values_that_are_not_utf8_and_tombstones_are_parked_and_stop_nobody(
    reader: Reader, producer: AIOKafkaProducer
) -> None:
    good, tomb = uuid4(), uuid4()
    plain = str(good).encode()
    await producer.send(reader.topic, b"{}", plain, headers=[("seq", b"\xff\xfe"), ("ce_type", b"\xc3\x28")])
    await producer.send(reader.topic, b"\xff", b"\xff\xff", headers=[])
    await producer.send(reader.topic, None, b"somebody")
    await producer.send(reader.topic, None, str(tomb).encode(), headers=headers(record(tomb, 1)))
    for seq in (1, 2):
        odd = [*headers(record(good, seq)), ("strange", b"\xff\xfe"), ("ce_time", b"\xff")]
        await producer.send(reader.topic, record(good, seq).body, plain, headers=odd)
    await producer.flush()
    await reader.start()
    assert await reader.has(good, 2) == [UUID(int=1), UUID(int=2)]
    await reader.settled()
    lying = await list_parked(reader.house.database)
    assert sorted((row.type == UNREADABLE, row.reason) for row in lying) == [(False, "failed"), *[(True, "failed")] * 3]
    assert [row.key for row in lying if row.type != UNREADABLE] == [tomb]


async def test_an_unreadable_record_stays_parked_when_it_is_replayed(
    reader: Reader, producer: AIOKafkaProducer
) -> None:
    await producer.send_and_wait(reader.topic, b"words", b"nobody")
    await reader.start()
    await reader.settled()
    (lying,) = await list_parked(reader.house.database)
    assert lying.error == "RecordUnreadable"
    assert not await reader.consumer.replay(lying.key)
    assert len(await list_parked(reader.house.database)) == 1


async def test_a_batch_that_raises_twice_is_applied_once_and_in_order(reader: Reader, delivery: KafkaDelivery) -> None:
    keys = [uuid4() for _ in range(6)]
    await delivery.deliver([record(key, seq) for seq in range(1, 31) for key in keys])
    reader.raises = [ConnectionError(), TimeoutError()]
    await reader.start()
    for key in keys:
        assert await reader.has(key, 30) == [UUID(int=seq) for seq in range(1, 31)]
    await reader.settled()
    assert reader.raises == []


async def test_a_handler_that_raises_cancelled_error_does_not_end_the_subscription(
    reader: Reader, delivery: KafkaDelivery
) -> None:
    key = uuid4()
    reader.raises = [asyncio.CancelledError()]
    await reader.start()
    await delivery.deliver([record(key, seq) for seq in range(1, 6)])
    assert await reader.has(key, 5) == [UUID(int=seq) for seq in range(1, 6)]
    await delivery.deliver([record(key, 6)])
    await reader.has(key, 6)
    await reader.settled()


async def test_a_handler_that_always_raises_is_called_with_growing_pauses(
    reader: Reader, delivery: KafkaDelivery
) -> None:
    reader.raises = [ConnectionError() for _ in range(1_000)]
    await delivery.deliver([record(uuid4(), 1)])
    began = asyncio.get_running_loop().time()
    await reader.start()

    async def calls() -> int:
        return reader.calls

    await eventually(calls, 20, until=lambda count: count >= 4)  # after 50, 200 and 1,000 ms
    assert asyncio.get_running_loop().time() - began > 1.2
    assert await reader.lag() == 1
    reader.raises = []


async def test_a_record_that_arrives_after_its_successor_is_applied_before_it(
    reader: Reader, delivery: KafkaDelivery
) -> None:
    key, other = uuid4(), uuid4()
    await reader.start()
    await delivery.deliver([record(key, 1), record(key, 3), record(other, 1)])
    await reader.has(other, 1)
    await reader.settled()  # the gap blocks nothing
    assert [(row.seq, row.reason) for row in await list_parked(reader.house.database)] == [(3, "gap")]
    await delivery.deliver([record(key, 2), record(key, 3)])
    assert await reader.has(key, 3) == [UUID(int=1), UUID(int=2), UUID(int=3)]
    assert await list_parked(reader.house.database) == []


async def test_a_consumer_that_is_stopped_and_its_successor_apply_everything_once(
    reader: Reader, delivery: KafkaDelivery
) -> None:
    key = uuid4()
    first = await reader.start()
    await delivery.deliver([record(key, seq) for seq in range(1, 21)])
    await reader.has(key, 1)
    await first.stop()
    await delivery.deliver([record(key, seq) for seq in range(15, 41)])
    await reader.start()
    assert await reader.has(key, 40) == [UUID(int=seq) for seq in range(1, 41)]


async def test_a_new_replica_waits_for_the_batch_under_way_so_that_nothing_is_given_again(
    reader: Reader, delivery: KafkaDelivery
) -> None:
    keys = [uuid4() for _ in range(8)]
    before = given_again()
    await reader.start()
    await eventually(reader.state, 20, until=lambda state: state == "Stable")
    reader.go_on.clear()
    await delivery.deliver([record(key, seq) for seq in range(1, 6) for key in keys])

    async def calls() -> int:
        return reader.calls

    await eventually(calls, 20)
    joining = asyncio.create_task(reader.start())
    await eventually(reader.state, 20, until=lambda state: state == "PreparingRebalance")
    with suppress(AssertionError):  # whoever does not wait has rejoined after a heartbeat
        await eventually(reader.state, SESSION_MS / 2_000, until=lambda state: state == "Stable")
    reader.go_on.set()
    await joining
    for key in keys:
        assert await reader.has(key, 5) == [UUID(int=seq) for seq in range(1, 6)]
    await reader.settled()
    assert given_again() == before
