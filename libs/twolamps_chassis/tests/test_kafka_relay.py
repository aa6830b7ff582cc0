"""The relay on a real Kafka: in order, all or nothing, whatever is cut, and a new log is filled again."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError, TopicAlreadyExistsError

from pairing.main import compose
from twolamps_chassis.kafka_records import read_record
from twolamps_chassis.kafka_relay import AckBelowEnd, KafkaDelivery, cluster_id
from twolamps_chassis.records import UNREADABLE, Record
from twolamps_chassis.relay import Relay
from twolamps_testkit.outbox_house import OutboxHouse, firsts, read_topic
from twolamps_testkit.servers import Kafka
from twolamps_testkit.stage import Stage, eventually

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


def record(key: UUID, seq: int, body: bytes = b"{}") -> Record:
    return Record("pairing", key, seq, 0, "twolamps.pairing.session_ended.v1", NOW, "00-" + "a" * 52, body)


@pytest.fixture
async def house(stage: Stage) -> AsyncIterator[OutboxHouse]:
    made = await OutboxHouse.open(stage, compose)
    yield made
    await made.close()


@pytest.fixture
async def delivery(kafka: Kafka) -> AsyncIterator[KafkaDelivery]:
    made = KafkaDelivery(kafka.servers, await kafka.make_topic())
    yield made
    await made.close()


async def test_a_record_travels_as_a_cloudevent_and_is_read_as_it_was_sent(
    kafka: Kafka, delivery: KafkaDelivery
) -> None:
    sent = record(uuid4(), 7, b'{"a": 1}')
    await delivery.deliver([sent])
    (raw,) = await read_topic(kafka, delivery.topic)
    assert raw.key == str(sent.key).encode()
    assert dict(raw.headers) == {
        "ce_specversion": b"1.0",
        "ce_id": f"pairing/{sent.key}/7".encode(),
        "ce_type": b"twolamps.pairing.session_ended.v1",
        "ce_source": b"pairing",
        "ce_time": b"2026-11-23T08:30:00+00:00",
        "ce_subject": str(sent.key).encode(),
        "seq": b"7",
        "epoch": b"0",
        "traceparent": b"00-" + b"a" * 52,
        "content-type": b"application/json",
    }
    assert read_record("pairing", raw) == sent


async def test_two_relays_cut_at_any_moment_send_everything_in_order(kafka: Kafka, house: OutboxHouse) -> None:
    topic, keys = await kafka.make_topic(), [uuid4() for _ in range(6)]
    deliveries = [KafkaDelivery(kafka.servers, topic) for _ in range(5)]
    house.relay(deliveries[0])
    house.relay(deliveries[1])
    for cut in range(3):
        await house.fill(keys, 25)
        house.tasks[cut].cancel()
        house.relay(deliveries[cut + 2])
    await house.drained()
    assert firsts(await read_topic(kafka, topic)) == {key: list(range(1, 76)) for key in keys}
    await house.close()
    await asyncio.gather(*(delivery.close() for delivery in deliveries))


async def test_a_relay_cancelled_between_send_and_mark_repeats_and_loses_nothing(
    kafka: Kafka, house: OutboxHouse, delivery: KafkaDelivery
) -> None:
    key, sent = uuid4(), asyncio.Event()

    async def never_returns(records: Sequence[Record]) -> None:
        await delivery.deliver(records)
        sent.set()
        await asyncio.Event().wait()

    await house.fill([key], 3)
    relay = Relay(house.dsn, house.database, never_returns)
    task = asyncio.create_task(relay.run())
    await sent.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    house.relay(delivery)
    await house.drained()
    seqs = [read_record("pairing", raw).seq for raw in await read_topic(kafka, delivery.topic)]
    assert seqs == [1, 2, 3, 1, 2, 3]


async def test_a_broker_absent_at_the_start_is_waited_for(kafka: Kafka, house: OutboxHouse) -> None:
    topic, key = await kafka.make_topic(), uuid4()
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        delivery = KafkaDelivery(f"127.0.0.1:{nobody.getsockname()[1]}", topic)
        await house.fill([key], 2)
        house.relay(delivery)
        with pytest.raises(KafkaError):
            await delivery.log_id()
    with pytest.raises(AssertionError):
        await house.drained(1)
    delivery.servers = kafka.servers
    await house.drained()
    assert firsts(await read_topic(kafka, topic)) == {key: [1, 2]}
    await house.close()
    await delivery.close()


async def test_a_record_that_kafka_refuses_fails_its_pass_and_the_next_one_goes_through(
    kafka: Kafka, delivery: KafkaDelivery
) -> None:
    key = uuid4()
    with pytest.raises(KafkaError):
        await delivery.deliver([record(key, 1), record(key, 2, b" " * 1_100_000), record(key, 3)])
    assert delivery.producer is None
    await delivery.deliver([record(key, 1), record(key, 2), record(key, 3)])
    assert firsts(await read_topic(kafka, delivery.topic)) == {key: [1, 2, 3]}


async def test_an_acknowledgement_below_the_logs_end_is_not_believed(kafka: Kafka, delivery: KafkaDelivery) -> None:
    key = uuid4()
    await delivery.deliver([record(key, 1)])
    await kafka.delete_topic(delivery.topic)

    async def made() -> bool:
        try:
            return bool(await kafka.make_topic(name=delivery.topic))
        except TopicAlreadyExistsError:  # its deletion is under way
            return False

    await eventually(made)
    with pytest.raises(AckBelowEnd):
        await delivery.deliver([record(key, 2)])
    await delivery.deliver([record(key, 2)])
    assert {2} == {read_record("pairing", raw).seq for raw in await read_topic(kafka, delivery.topic)}


async def test_a_new_log_is_given_all_that_is_kept(kafka: Kafka, house: OutboxHouse, delivery: KafkaDelivery) -> None:
    log, key = "the first", uuid4()

    async def log_id() -> str:
        return log

    relay = house.relay(delivery, log_id)
    await house.fill([key], 3)
    await house.drained()
    log, delivery.topic = "the second", await kafka.make_topic()
    await delivery.close()
    relay.look_at = 0.0
    await house.fill([key], 1)

    async def sent() -> set[int]:
        return {read_record("pairing", raw).seq for raw in await read_topic(kafka, delivery.topic)}

    await eventually(sent, until=lambda seqs: seqs == {1, 2, 3, 4})
    await house.drained()


async def test_while_nobody_says_which_log_it_is_nothing_is_sent_so_that_a_new_one_begins_at_the_beginning(
    kafka: Kafka, house: OutboxHouse, delivery: KafkaDelivery
) -> None:
    log, asked, key = "the first", 0, uuid4()

    async def log_id() -> str:
        nonlocal asked
        asked += 1
        if not log:
            raise ConnectionError
        return log

    relay = house.relay(delivery, log_id)
    await house.fill([key], 3)
    await house.drained()
    log, delivery.topic = "", await kafka.make_topic()  # it was wiped, answers what is sent, and cannot be asked yet
    relay.look_at, asked = 0.0, 0
    await house.fill([key], 1)

    async def questions() -> int:
        return asked

    await eventually(questions, until=lambda count: count >= 4)
    assert await read_topic(kafka, delivery.topic) == []
    log = "the second"
    await house.drained()

    async def sent() -> list[int]:
        return firsts(await read_topic(kafka, delivery.topic))[key]

    await eventually(sent, until=lambda seqs: len(seqs) == 4)
    assert await sent() == [1, 2, 3, 4]


async def test_a_log_that_was_wiped_while_no_relay_ran_is_filled_by_the_next(
    kafka: Kafka, house: OutboxHouse, delivery: KafkaDelivery
) -> None:
    key = uuid4()
    house.relay(delivery)
    await house.fill([key], 2)
    await house.drained()
    await house.close()
    async with house.database.begin() as tx:
        assert await tx.fetchval("SELECT id FROM event_log") == await cluster_id(kafka.servers)
        await tx.execute("UPDATE event_log SET id = 'the log before'")
    house.relay(delivery)

    async def sent() -> list[int]:
        return [read_record("pairing", raw).seq for raw in await read_topic(kafka, delivery.topic)]

    await eventually(sent, until=lambda seqs: seqs == [1, 2, 1, 2])


def raw_record(**fields: object) -> ConsumerRecord:
    given = {"headers": (), "key": None, "value": None, "timestamp": 0, "offset": 0} | fields
    return ConsumerRecord(
        topic="t", partition=0, timestamp_type=0, checksum=None, serialized_key_size=0, serialized_value_size=0, **given
    )


@pytest.mark.parametrize(
    ("seq", "epoch", "kind", "key"),
    [
        (b"0", b"0", b"t.v1", str(NOW).encode()),
        (b"1", b"0", b"t.v1", b"\xff"),
        (b"\xff", b"0", b"t.v1", None),
        (b"9" * 19, b"0", b"t.v1", None),
        (b"1", b"2147483648", b"t.v1", None),
        (b"1", b"0", b"t\x00v1", None),
        (b"1", b"0", b"", None),
        ("٣".encode(), b"0", b"t.v1", None),
    ],
)
def test_what_does_not_name_its_place_becomes_a_stream_of_its_own(
    seq: bytes, epoch: bytes, kind: bytes, key: bytes | None
) -> None:
    heads = (("seq", seq), ("epoch", epoch), ("ce_type", kind))
    one = raw_record(headers=heads, key=key or str(UUID(int=5)).encode())
    read = read_record("pairing", one)
    assert (read.type, read.seq, read.epoch) == (UNREADABLE, 1, 0)
    assert read == read_record("pairing", one)
    assert read.key != read_record("pairing", raw_record(headers=heads, key=key, offset=1)).key


@pytest.mark.parametrize("time", [b"", b"\xff", b"yesterday", b"0001-01-01T00:00:00+23:00"])
@pytest.mark.parametrize("timestamp", [-1, 0, 2**62])
def test_a_time_that_cannot_be_read_is_the_one_of_kafka(time: bytes, timestamp: int) -> None:
    heads = (("seq", b"1"), ("epoch", b"0"), ("ce_type", b"t.v1"), ("ce_time", time), ("traceparent", b"\x00"))
    read = read_record("pairing", raw_record(headers=heads, key=str(uuid4()).encode(), timestamp=timestamp))
    assert (read.seq, read.traceparent, read.time.tzinfo) == (1, "", UTC)
