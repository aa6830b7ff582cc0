"""How does a relay hand on to Kafka? Through one idempotent producer, a pass being all or nothing.

Promises: deliver() returns when every record is in the log of all in-sync replicas. A stall is waited out; a final
error or an abandoned pass takes the producer with it, so nothing of that pass is sent later. A new producer begins each
partition with one record alone, so the first of a producer's batches is never overtaken. An ack below the log's end
means that the broker took the record for another producer's and dropped it: then the producer goes too.
Envelope: CloudEvents 1.0, Kafka protocol binding, binary mode.
"""

import asyncio
from collections.abc import Collection, Sequence

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaTimeoutError, ProducerClosed
from aiokafka.partitioner import DefaultPartitioner

from twolamps_chassis.records import Record

REQUEST_TIMEOUT_S = 10.0
MAX_REQUEST_BYTES = 1_048_576  # a body of 900 KB with its headers; no more than the topic's max.message.bytes
partition_of = DefaultPartitioner()


class AckBelowEnd(Exception):
    """The broker confirmed a record at a place that was taken before."""


def headers(record: Record) -> list[tuple[str, bytes]]:
    """A record's envelope as Kafka headers: texts in UTF-8, numbers in decimal, the time as RFC 3339."""
    texts = {
        "ce_specversion": "1.0",
        "ce_id": f"{record.source}/{record.key}/{record.seq}",
        "ce_type": record.type,
        "ce_source": record.source,
        "ce_time": record.time.isoformat(),
        "ce_subject": str(record.key),
        "seq": str(record.seq),
        "epoch": str(record.epoch),
        "traceparent": record.traceparent,
        "content-type": "application/json",
    }
    return [(name, text.encode()) for name, text in texts.items() if text]


async def cluster_id(servers: str) -> str:
    """The id of the Kafka cluster, made anew when its disks were; raises KafkaError or TimeoutError without an answer."""
    async with asyncio.timeout(REQUEST_TIMEOUT_S):
        admin = AIOKafkaAdminClient(bootstrap_servers=servers.split(","))
        try:
            await admin.start()
            return str((await admin.describe_cluster())["cluster_id"])
        finally:
            await admin.close()


class KafkaDelivery:
    """The way of one service's records to its topic; those of the types `fences` also go to the topic of fences. One pass at
    a time; `servers` is a comma-separated list."""

    def __init__(self, servers: str, topic: str, fence_topic: str = "", fences: Collection[str] = ()) -> None:
        self.servers, self.topic, self.fence_topic, self.fences = servers, topic, fence_topic, fences
        self.producer: AIOKafkaProducer | None = None
        self.cluster = ""
        self.ends: dict[TopicPartition, int] = {}
        self.begun: set[TopicPartition] = set()

    async def deliver(self, records: Sequence[Record]) -> None:
        """Send a pass in order; returns when all of it is safe, raises when all of it has to be sent again."""
        sent: list[tuple[TopicPartition, asyncio.Future[object]]] = []
        try:
            producer = self.producer or await self._start()
            partitions = {topic: sorted(await producer.partitions_for(topic)) for topic in self._topics()}
            for record in records:
                key = str(record.key).encode()
                for topic in self._topics()[: 1 + (record.type in self.fences)]:
                    place = TopicPartition(topic, partition_of(key, partitions[topic], partitions[topic]))
                    future = await self._enqueue(producer, record, key, place)
                    if place in self.begun:
                        sent.append((place, future))
                    else:
                        self._check(place, await future)
                        self.begun.add(place)
            for place, future in sent:
                self._check(place, await future)
        except BaseException:
            await self.close()
            for _, future in sent:
                if future.done() and not future.cancelled():
                    future.exception()  # told by the one that was raised
            raise

    async def log_id(self) -> str:
        """The cluster's id; when it is another one, the producer and all it knew of the old log are dropped."""
        found = await cluster_id(self.servers)
        if self.cluster not in ("", found):
            await self.close()
        self.cluster = found
        return found

    async def close(self) -> None:
        """Drop the producer with what it has not sent yet."""
        producer, self.producer = self.producer, None
        self.begun.clear()
        if producer is not None:
            await _drop(producer)

    def _topics(self) -> list[str]:
        return [self.topic, self.fence_topic] if self.fence_topic else [self.topic]

    async def _start(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            bootstrap_servers=self.servers.split(","), enable_idempotence=True, acks="all", linger_ms=0,
            max_batch_size=65_536, max_request_size=MAX_REQUEST_BYTES, metadata_max_age_ms=10_000,
            request_timeout_ms=int(REQUEST_TIMEOUT_S * 1_000),
        )  # fmt: skip
        try:
            async with asyncio.timeout(2 * REQUEST_TIMEOUT_S):
                await producer.start()
                found = {topic: await producer.partitions_for(topic) for topic in self._topics()}
                self.ends = await self._end_offsets(
                    [TopicPartition(topic, number) for topic, numbers in found.items() for number in numbers]
                )
        except BaseException:
            await producer.stop()  # it has nothing to flush
            raise
        self.producer = producer
        return producer

    async def _end_offsets(self, places: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        consumer = AIOKafkaConsumer(bootstrap_servers=self.servers.split(","), enable_auto_commit=False)
        try:
            await consumer.start()
            return dict(await consumer.end_offsets(places))
        finally:
            await consumer.stop()

    async def _enqueue(
        self, producer: AIOKafkaProducer, record: Record, key: bytes, place: TopicPartition
    ) -> "asyncio.Future[object]":
        while True:
            try:
                future: asyncio.Future[object] = await producer.send(
                    place.topic, record.body, key, partition=place.partition, headers=headers(record)
                )
                return future
            except KafkaTimeoutError:
                continue  # full, because the broker stalls; the record was not taken

    def _check(self, place: TopicPartition, ack: object) -> None:
        offset: int = getattr(ack, "offset", -1)
        if offset < self.ends.get(place, 0):
            raise AckBelowEnd(f"{place.topic}/{place.partition}")
        self.ends[place] = offset + 1


async def _drop(producer: AIOKafkaProducer) -> None:
    """End a producer without its flush, which never ends while a broker is away; the library has no public way."""
    await producer.client.close()  # what is under way fails at once
    sender = producer._sender.sender_task
    while not sender.done():  # its first cancellation waits for requests, which wait for metadata that come no more
        sender.cancel()
        await asyncio.wait([sender], timeout=0.2)
    producer._message_accumulator.fail_all(ProducerClosed())
    await producer.stop()
