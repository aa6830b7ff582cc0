"""What runs in a test or beside it, to be stopped and killed? Relays and consumers, as the replicas of a platform have them.

Promises: a replica is forked from a server that has imported everything, so it runs within a moment; SIGTERM stops it in
an orderly way, SIGKILL leaves everything as it was; it can be told to kill itself at a place that no clock would hit:
between send and mark, between the two sends of a fence, or between commit and offset.
"""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess

from aiokafka import AIOKafkaProducer, TopicPartition
from faststream.kafka.subscriber.usecase import BatchSubscriber

from tests.faults.kafka.house import READER, SOURCE, Address, TallyConsumer, TallyHouse, open_tables
from twolamps_chassis import kafka_consumers
from twolamps_chassis.consumers import Consumer
from twolamps_chassis.db import Database
from twolamps_chassis.fences import FENCES
from twolamps_chassis.kafka_relay import KafkaDelivery
from twolamps_chassis.records import Record
from twolamps_chassis.relay import Relay

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__])
Entry = Callable[[Address, int], None]


@dataclass
class Death:
    """Kills its process the moment `after` things are done; never for 0."""

    after: int

    def one_more(self) -> None:
        """One more is done."""
        self.after -= 1
        if self.after == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class MortalConsumer(TallyConsumer):
    """Is killed when a batch is committed and not yet confirmed."""

    def __init__(self, database: Database, death: Death) -> None:
        super().__init__(database)
        self.death = death

    async def handle(self, records: Sequence[Record]) -> None:
        """Settle, and perhaps die."""
        await super().handle(records)
        self.death.one_more()


class TwoTopics(KafkaDelivery):
    """Records are sent twice, as those of fences are."""

    def __init__(self, address: Address) -> None:
        super().__init__(address.servers, address.topic, address.fence_topic, FENCES)


class MortalDelivery(TwoTopics):
    """Is killed when a pass is sent and not yet marked."""

    def __init__(self, address: Address, death: Death) -> None:
        super().__init__(address)
        self.death = death

    async def deliver(self, records: Sequence[Record]) -> None:
        """Send, and perhaps die."""
        await super().deliver(records)
        self.death.one_more()


class DyingBetween(TwoTopics):
    """Is killed when a record is safe in its own topic and not yet sent to that of fences."""

    def __init__(self, address: Address, death: Death) -> None:
        super().__init__(address)
        self.death = death

    async def _enqueue(
        self, producer: AIOKafkaProducer, record: Record, key: bytes, place: TopicPartition
    ) -> "asyncio.Future[object]":
        if place.topic == self.fence_topic:
            await producer.flush()
            self.death.one_more()
        return await super()._enqueue(producer, record, key, place)


@asynccontextmanager
async def relaying(address: Address, source: Database, delivery: KafkaDelivery | None = None) -> AsyncIterator[Relay]:
    """A relay runs in this process."""
    delivery = delivery or TwoTopics(address)
    relay = Relay(address.source_dsn, source, delivery.deliver, delivery.log_id)
    running = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await delivery.close()


@asynccontextmanager
async def consuming(address: Address, consumer: Consumer) -> AsyncIterator[BatchSubscriber]:
    """A consumer runs in this process, as soon as Kafka answers."""
    broker = kafka_consumers.make_broker(address.servers)
    subscriber = kafka_consumers.subscribe(broker, consumer, address.topic)
    starting = asyncio.create_task(kafka_consumers.start(broker, address.servers))
    try:
        yield subscriber
    finally:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await broker.stop()


@asynccontextmanager
async def carrying(house: TallyHouse, servers: str = "") -> AsyncIterator[TallyConsumer]:
    """A relay and a consumer run in this process, both reaching Kafka at `servers` where that is given."""
    address, consumer = replace(house.address, servers=servers or house.address.servers), TallyConsumer(house.reader)
    async with relaying(address, house.source), consuming(address, consumer):
        yield consumer


def relay(address: Address, die_after: int) -> None:
    """A replica's relay; with `die_after` it is killed between that pass's send and its mark."""
    asyncio.run(_until_told(_relaying(address, MortalDelivery(address, Death(die_after)))))


def relay_of_fences(address: Address, die_after: int) -> None:
    """A replica's relay; with `die_after` it is killed between the two sends of that fence."""
    asyncio.run(_until_told(_relaying(address, DyingBetween(address, Death(die_after)))))


@asynccontextmanager
async def _relaying(address: Address, delivery: KafkaDelivery) -> AsyncIterator[None]:
    async with (
        open_tables(address.source_dsn, SOURCE, address) as source,
        relaying(address, source, delivery),
    ):
        yield


def consumer(address: Address, die_after: int) -> None:
    """A replica's consumer; with `die_after` it is killed between that batch's commit and its offset."""

    @asynccontextmanager
    async def work() -> AsyncIterator[None]:
        async with (
            open_tables(address.reader_dsn, READER, address) as reader,
            consuming(address, MortalConsumer(reader, Death(die_after))),
        ):
            yield

    asyncio.run(_until_told(work()))


@contextmanager
def replica(entry: Entry, address: Address, die_after: int = 0) -> Iterator[BaseProcess]:
    """A replica in a process of its own; what is left of it at the end is killed."""
    process = FORKS.Process(target=entry, args=(address, die_after), daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


async def _until_told(work: AbstractAsyncContextManager[None]) -> None:
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    async with work:
        await told.wait()
