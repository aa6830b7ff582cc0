"""`twolamps check` on Kafka: a log that could lose events, and consumers for which there is nothing to read."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import NewPartitions, RecordsToDelete

from standalone.tests.check.conftest import Patient
from twolamps_chassis.kafka_topics import topic_names
from twolamps_testkit.stage import eventually


async def _head_deleted(patient: Patient) -> None:
    topic = f"{patient.settings.prefix}.pairing.v1"
    place = TopicPartition(topic, 0)
    producer = AIOKafkaProducer(bootstrap_servers=patient.settings.kafka)
    await producer.start()
    for _ in range(5):
        await producer.send_and_wait(topic, b"x", partition=place.partition)
    await producer.stop()
    reader = AIOKafkaConsumer(
        bootstrap_servers=patient.settings.kafka, group_id=f"notifications.{topic}", enable_auto_commit=False
    )
    await reader.start()
    reader.assign([place])
    await reader.commit({place: 2})
    await reader.stop()
    await patient.admin.delete_records({place: RecordsToDelete(before_offset=5)})


async def _others_have_more(patient: Patient) -> None:
    others = topic_names(patient.settings.prefix)[1:]
    await patient.admin.create_partitions({name: NewPartitions(9) for name in others})


@pytest.mark.parametrize(
    ("plant", "named"),
    [
        (lambda p: p.admin.delete_topics([f"{p.settings.prefix}.fences.v1"]), "fences.v1: it is missing"),
        (lambda p: p.topic(**{"retention.ms": "-1"}), "kept longer than 7 days"),
        (lambda p: p.topic(**{"retention.ms": "3600000"}), "away for a weekend"),
        (lambda p: p.topic(**{"retention.bytes": "1000000000"}), "a busy day would delete"),
        (lambda p: p.topic(**{"max.message.bytes": "9"}), "the largest event would be refused"),
        (lambda p: p.topic(**{"cleanup.policy": "compact"}), "compaction drops"),
        (lambda p: p.topic(**{"min.insync.replicas": "2"}), "writing stops"),
        (_others_have_more, "pairing.v1 has 8 partitions, another has 9"),
        (_head_deleted, "3 records were deleted before the group notifications."),
    ],
)
async def test_a_log_that_could_lose_events_is_named(
    patient: Patient, plant: Callable[[Patient], Awaitable[None]], named: str
) -> None:
    await plant(patient)
    (found,) = await eventually(patient.wrong)
    assert named in found.what
    assert found.following.startswith("twolamps")


async def test_replicas_for_which_there_is_no_partition_are_named(patient: Patient) -> None:
    topic = f"{patient.settings.prefix}.pairing.v1"
    async with AsyncExitStack() as running:
        replicas = [
            AIOKafkaConsumer(topic, bootstrap_servers=patient.settings.kafka, group_id=f"{reader}.{topic}")
            for reader in ("prompts", *["notifications"] * 9)
        ]
        for replica in replicas:
            running.push_async_callback(replica.stop)
        await asyncio.gather(*(replica.start() for replica in replicas))
        (found,) = await eventually(patient.wrong)
    assert f"9 replicas in notifications.{topic} share 8 partitions" in found.what
    assert found.following == "twolamps topics --partitions 9, or fewer replicas"
