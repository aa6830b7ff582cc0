"""F5: how fast do events become inbox items? The real consumer of notifications, over Kafka and in the process, beside a
bare loop that reads the same topic and does nothing.

An event is a reveal: two new items, and the light that told of it leaves both inboxes. 2,000 couples take turns.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from benchmarks.machine import Cpu
from benchmarks.plan import Plan
from benchmarks.rows import Bar, Row, measured
from benchmarks.servers import Servers
from notifications.main import compose
from twolamps_chassis.consumers import Consumer
from twolamps_chassis.kafka_consumers import make_broker, subscribe
from twolamps_chassis.kafka_relay import headers
from twolamps_chassis.records import Record
from twolamps_events.prompts import AnswersRevealed
from twolamps_testkit.stage import Stage

COUPLES, RELAY_PASS = 2_000, 1_000
BAR = Bar("at least", 10_000)
WHAT = "reveals into two inboxes each"


async def run(servers: Servers, plan: Plan) -> list[Row]:
    """The rows of F5."""
    each = plan.size(30, 5)
    couples = [(uuid4(), uuid4(), uuid4()) for _ in range(COUPLES)]
    count = each * COUPLES
    loops, consumers, inside = [], [], []
    for _ in plan.repeats("F5"):
        async with servers.topic() as topic:  # a new one, since a group has read it when it was measured
            await _fill(servers, topic, couples, range(2, 2 + each))
            loops.append(await _bare(servers, topic, count))
            async with servers.stage() as stage:
                consumers.append(await _over_kafka(servers, await _consumer(stage, couples), topic, count))
        async with servers.stage() as stage:
            consumer = await _consumer(stage, couples)
            inside.append(await _inside(consumer, [r for n in range(2, 2 + each) for r in _records(couples, n)]))
    bare = _row("over Kafka, reading alone", "bare aiokafka loop", count, loops)
    return [
        _row(f"{WHAT}, over Kafka", "Twolamps", count, consumers, bare, BAR),
        _row(f"{WHAT}, in the process", "Twolamps", count, inside, bare),
        bare,
    ]


def _row(
    what: str,
    who: str,
    count: int,
    found: Sequence[tuple[float, float]],
    peer: Row | None = None,
    bar: Bar | None = None,
) -> Row:
    rates, cpu = [count / seconds for seconds, _ in found], [1e6 * spent / count for _, spent in found]
    return measured("F5", what, who, "events/s", count, rates, cpu_us=cpu, peer=peer, bar=bar)


def _records(couples: Sequence[tuple[UUID, UUID, UUID]], seq: int) -> list[Record]:
    """One reveal of each couple."""
    at = datetime.now(UTC)
    return [
        Record("prompts", couple, seq, 0, event.ce_type(), at, "", event.body())
        for couple, one, other in couples
        for event in [
            AnswersRevealed(couple_id=couple, members=[one, other], prompt_id=uuid4(), day="2026-11-21", revealed_at=at)
        ]
    ]


async def _consumer(stage: Stage, couples: Sequence[tuple[UUID, UUID, UUID]]) -> Consumer:
    """The consumer of a node, to which every couple is known from a first reveal."""
    node = await stage.start(notifications=compose)
    consumer = next(one for one in node.consumers["prompts"])
    await consumer.handle(_records(couples, 1))
    return consumer


async def _inside(consumer: Consumer, records: Sequence[Record]) -> tuple[float, float]:
    began, cpu = time.perf_counter(), Cpu()
    for start in range(0, len(records), RELAY_PASS):
        await consumer.handle(records[start : start + RELAY_PASS])
    return time.perf_counter() - began, cpu.spent()


async def _over_kafka(servers: Servers, consumer: Consumer, topic: str, count: int) -> tuple[float, float]:
    """From the first batch in hand to the last one committed."""
    watched = Watched(consumer, count)
    broker = make_broker(servers.kafka_address)
    subscribe(broker, watched, topic)
    await broker.start()
    try:
        async with asyncio.timeout(120):
            await watched.done.wait()
    finally:
        await broker.stop()
    return watched.seconds, watched.spent


class Watched(Consumer):
    """A consumer that notes when it began and when it had settled so many."""

    def __init__(self, real: Consumer, count: int) -> None:
        super().__init__(real.database, real.source, real.couples, real.handlers)
        self.left, self.done, self.began, self.seconds, self.spent = count, asyncio.Event(), 0.0, 0.0, 0.0

    async def handle(self, records: Sequence[Record]) -> None:
        if not self.began:
            self.began, self.cpu = time.perf_counter(), Cpu()
        await super().handle(records)
        self.left -= len(records)
        if self.left <= 0:
            self.seconds, self.spent = time.perf_counter() - self.began, self.cpu.spent()
            self.done.set()


async def _fill(servers: Servers, topic: str, couples: Sequence[tuple[UUID, UUID, UUID]], seqs: range) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=servers.kafka_address, linger_ms=5, max_batch_size=65_536)
    await producer.start()
    try:
        for seq in seqs:
            for record in _records(couples, seq):
                await producer.send(topic, record.body, str(record.key).encode(), headers=headers(record))
        await producer.flush()
    finally:
        await producer.stop()


async def _bare(servers: Servers, topic: str, count: int) -> tuple[float, float]:
    """Reads the topic in batches of the same size, and confirms each."""
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=servers.kafka_address, group_id=f"bare.{uuid4()}", auto_offset_reset="earliest",
        enable_auto_commit=False,
    )  # fmt: skip
    await consumer.start()
    try:
        left, began, cpu = count, 0.0, Cpu()
        while left > 0:
            found = await consumer.getmany(timeout_ms=200, max_records=500)
            if found and not began:
                began, cpu = time.perf_counter(), Cpu()
            left -= sum(map(len, found.values()))
            if found:
                await consumer.commit()
        return time.perf_counter() - began, cpu.spent()
    finally:
        await consumer.stop()
