"""Subscriptions start as soon as each can: a topic that is not there yet holds up no other, and nobody reads twice."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from faststream.kafka import KafkaBroker

from pairing.main import compose
from twolamps_chassis import kafka_consumers
from twolamps_chassis.consumers import Consumer
from twolamps_chassis.couples import Couples
from twolamps_chassis.db import Transaction
from twolamps_chassis.kafka_relay import KafkaDelivery
from twolamps_chassis.records import Record
from twolamps_events.pairing import SessionEnded
from twolamps_testkit.outbox_house import OutboxHouse
from twolamps_testkit.servers import Kafka
from twolamps_testkit.stage import Stage, eventually


def record(key: UUID) -> Record:
    event = SessionEnded(person_id=key, session_id=uuid4())
    return Record("pairing", key, 1, 0, event.ce_type(), datetime.now(UTC), "", event.body())


@pytest.fixture
async def house(stage: Stage) -> AsyncIterator[OutboxHouse]:
    made = await OutboxHouse.open(stage, compose)
    yield made
    await made.close()


@pytest.fixture
async def broker(kafka: Kafka, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[KafkaBroker]:
    """A broker whose subscriptions wait for a topic for a second."""
    monkeypatch.setattr(kafka_consumers, "REQUEST_MS", 1_000)
    made = kafka_consumers.make_broker(kafka.servers)
    yield made
    await made.stop()


async def test_a_topic_that_is_made_late_holds_up_no_other_and_leaves_each_group_one_reader(
    house: OutboxHouse, kafka: Kafka, broker: KafkaBroker
) -> None:
    applied: list[UUID] = []

    async def apply(events: Sequence[SessionEnded], tx: Transaction) -> None:
        tx.on_commit(lambda: applied.extend(event.person_id for event in events))

    async def told() -> list[UUID]:
        return applied

    async def deliver(topic: str, key: UUID) -> None:
        delivery = KafkaDelivery(kafka.servers, topic)
        await delivery.deliver([record(key)])
        await delivery.close()

    there, late = await kafka.make_topic(), f"test.{secrets.token_hex(6)}.v1"
    _, waiting = (
        kafka_consumers.subscribe(broker, Consumer(house.database, "pairing", Couples(), {SessionEnded: apply}), topic)
        for topic in (there, late)
    )
    tried: list[AIOKafkaConsumer] = []

    async def tries() -> int:
        if waiting.consumer is not None and waiting.consumer not in tried:
            tried.append(waiting.consumer)
        return len(tried)

    starting = asyncio.create_task(kafka_consumers.start(broker, kafka.servers))
    one, other = uuid4(), uuid4()
    await deliver(there, one)
    await eventually(told, 20, until=lambda keys: keys == [one])
    await eventually(tries, 20, until=lambda count: count >= 3)
    assert not starting.done()
    await kafka.make_topic(name=late)
    await deliver(late, other)
    await eventually(told, 20, until=lambda keys: keys == [one, other])
    await starting
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.servers)
    await admin.start()
    for topic in (there, late):
        [described] = await admin.describe_consumer_groups([f"pairing.{topic}"])
        assert len(described.groups[0][5]) == 1
    await admin.close()
