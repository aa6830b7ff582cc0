"""How do Kafka's records reach a consumer? In batches through FastStream, confirmed when the consumer has settled them.

Promises: a batch is confirmed whole or sent again whole; no record, however broken, is passed over, since reading never
raises and what fails for its own sake is parked by the consumer; what passes by itself is tried again with growing
pauses; a stop in the middle of a batch leaves it to the next owner, and a rebalance waits until it is confirmed.
"""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from aiokafka import ConsumerRebalanceListener, TopicPartition
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage

from twolamps_chassis.consumers import Consumer
from twolamps_chassis.fences import FenceConsumer
from twolamps_chassis.kafka_header_names import accept_any_header_name
from twolamps_chassis.kafka_records import read_record
from twolamps_chassis.kafka_relay import cluster_id
from twolamps_chassis.lifecycle import Cancelled, is_told_to_stop
from twolamps_chassis.pace import Pace
from twolamps_chassis.telemetry import log, origin
from twolamps_events import catalog

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord
    from faststream.kafka.subscriber.usecase import BatchSubscriber

PAUSES_S = (0.05, 0.2, 1.0, 5.0)  # the last is below GRACE_S, and far below Kafka's max.poll.interval of 300 s
GRACE_S = 15.0
WAIT_S = 0.5
MOST, FULL = 2_000, 500
HAND_OVER_S, REBALANCE_MS = 3.0, 15_000  # the second holds a heartbeat and the first
REQUEST_MS = 30_000  # above a rebalance; a subscription waits this long for a topic that is not there
SESSION_MS = 6_000  # a killed owner's partitions go on after this; Kafka's usual least (group.min.session.timeout.ms)


class Handover(ConsumerRebalanceListener):  # type: ignore[misc]
    """Partitions go to another owner between two batches: what was settled and not confirmed would be given again there."""

    def __init__(self) -> None:
        self.idle = asyncio.Event()
        self.idle.set()

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Wait for the batch under way, but not for one that fails again and again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(HAND_OVER_S):
                await self.idle.wait()

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Nothing to do."""


class Batch(KafkaAckableMessage):
    """Records that hold up a rebalance until they are confirmed, or given back."""

    def __init__(self, records: Sequence["ConsumerRecord[bytes, bytes]"], consumer: Any, handover: Handover) -> None:
        super().__init__(raw_message=records, body=[], headers={}, batch_headers=[], content_type=None, message_id="",
                         correlation_id="-", consumer=consumer)  # fmt: skip
        self.handover = handover
        handover.idle.clear()

    async def ack(self) -> None:
        """Confirm all of it."""
        try:
            await super().ack()
        finally:
            self.handover.idle.set()

    async def nack(self) -> None:
        """Have all of it again."""
        try:
            await super().nack()
        finally:
            self.handover.idle.set()


def make_broker(servers: str) -> KafkaBroker:
    """A broker of `servers`, a comma-separated list. Topics are made by who deploys, never by it."""
    accept_any_header_name()
    return KafkaBroker(
        servers.split(","), apply_types=False, allow_auto_create_topics=False, metadata_max_age_ms=10_000,
        request_timeout_ms=REQUEST_MS,
        graceful_timeout=GRACE_S, logger=None,
    )  # fmt: skip


async def start(broker: KafkaBroker, servers: str) -> None:
    """Start the subscriptions, each as soon as Kafka answers and has its topic; FastStream itself gives up at once."""
    while True:
        try:
            await cluster_id(servers)
            break
        except Exception as error:
            log().warning("kafka.away", **origin(error))
            await asyncio.sleep(WAIT_S)
    await broker.connect()
    # at once, since each waits to be given partitions
    await asyncio.gather(*(_start(subscriber) for subscriber in broker.subscribers))


async def _start(subscriber: Any) -> None:
    while True:
        try:
            await subscriber.start()
            return
        except Exception as error:
            log().warning("consumer.not_started", topic=",".join(subscriber.topic_names), **origin(error))
            await subscriber.stop()  # what is half started would go on beside the next
            await asyncio.sleep(WAIT_S)


def subscribe(broker: KafkaBroker, consumer: Consumer | FenceConsumer, topic: str = "") -> "BatchSubscriber":
    """Let a service's consumer take its source's topic, in the group <service>.<topic>."""
    topic, handover, pace = topic or catalog.topic(consumer.source), Handover(), Pace()
    subscriber = broker.subscriber(
        topic, group_id=f"{consumer.database.schema}.{topic}", batch=True, max_records=MOST, batch_timeout_ms=50,
        ack_policy=AckPolicy.NACK_ON_ERROR, auto_offset_reset="earliest", no_reply=True, listener=handover,
        session_timeout_ms=SESSION_MS, rebalance_timeout_ms=REBALANCE_MS, heartbeat_interval_ms=SESSION_MS // 3,
    )  # fmt: skip
    failures = 0

    async def parse(batch: Sequence["ConsumerRecord"]) -> Batch:
        """Touches nothing of a record: where a parser raises, FastStream goes on behind the batch."""
        return Batch(batch, subscriber.consumer, handover)

    async def decode(message: Any) -> Any:
        return message.raw_message

    async def settle(batch: Sequence["ConsumerRecord"]) -> None:
        nonlocal failures
        try:
            await consumer.handle([read_record(consumer.source, raw) for raw in batch])
        except BaseException as error:
            if is_told_to_stop():
                handover.idle.set()
                raise
            log().warning("consumer.again", service=consumer.database.schema, source=consumer.source,
                          count=len(batch), **origin(error))  # fmt: skip
            failures += 1
            await asyncio.sleep(PAUSES_S[min(failures, len(PAUSES_S)) - 1])  # FastStream seeks back without a pause
            if isinstance(error, asyncio.CancelledError):  # as it is, it would end the subscription for good
                raise Cancelled from error
            raise
        failures = 0
        if len(batch) < FULL:
            await pace.keep()

    subscriber(settle, parser=parse, decoder=decode)
    return subscriber
