"""What does a relay do with a real outbox and a real Kafka? Events are recorded, relays run, the topic is read back."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Self
from uuid import UUID, uuid4

from aiokafka import AIOKafkaConsumer, ConsumerRecord

from twolamps_chassis.db import Database
from twolamps_chassis.kafka_records import read_record
from twolamps_chassis.kafka_relay import KafkaDelivery
from twolamps_chassis.node import Compose
from twolamps_chassis.relay import LogId, Relay
from twolamps_events.pairing import SessionEnded
from twolamps_testkit.servers import Kafka
from twolamps_testkit.stage import Stage, eventually


async def read_topic(kafka: Kafka, topic: str) -> list[ConsumerRecord]:
    """All that is in a topic now."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka.servers, auto_offset_reset="earliest")
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        found: list[ConsumerRecord] = []
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                found.extend(batch)
        return found
    finally:
        await consumer.stop()


def firsts(found: Sequence[ConsumerRecord]) -> dict[UUID, list[int]]:
    """The seqs of each stream in the order of their first arrival."""
    seen: dict[UUID, list[int]] = defaultdict(list)
    for one in (read_record("pairing", raw) for raw in found):
        if one.seq not in seen[one.key]:
            seen[one.key].append(one.seq)
    return seen


class OutboxHouse:
    """Pairing's outbox, and relays that a test starts and stops."""

    def __init__(self, stage: Stage) -> None:
        self.database: Database = stage.tables("pairing")
        self.dsn = stage.postgres.dsn(stage.database, stage.postgres.login("pairing"))
        self.tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def open(cls, stage: Stage, compose: Compose) -> Self:
        """On a stage, with the node's own relay stopped."""
        node = await stage.start(pairing=compose)
        for task in node.lifecycle.tasks:
            task.cancel()
        await asyncio.gather(*node.lifecycle.tasks, return_exceptions=True)
        return cls(stage)

    def relay(self, delivery: KafkaDelivery, log_id: LogId | None = None) -> Relay:
        """Start a relay, and keep its task in `tasks`."""
        relay = Relay(self.dsn, self.database, delivery.deliver, log_id or delivery.log_id)
        self.tasks.append(asyncio.create_task(relay.run()))
        return relay

    async def fill(self, keys: Sequence[UUID], each: int) -> None:
        """Record events on streams, one of each in a transaction."""
        for _ in range(each):
            async with self.database.begin() as tx:
                await tx.lock(keys)
                for key in keys:
                    tx.record(key, SessionEnded(person_id=key, session_id=uuid4()))

    async def drained(self, within_s: float = 20) -> None:
        """Wait until every event is marked."""

        async def waiting() -> int:
            async with self.database.begin(readonly=True) as tx:
                return int(await tx.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL"))

        await eventually(waiting, within_s, until=lambda count: count == 0)

    async def close(self) -> None:
        """Stop the relays."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
