"""How do events get from the roles of this process to those of others? Inside the process, or over Kafka.

Promises: relays, consumers and fences are the same objects either way; only the last hop differs.
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from twolamps_chassis import kafka_consumers
from twolamps_chassis.consumers import Consumer
from twolamps_chassis.db import Database
from twolamps_chassis.fences import FENCES, FenceConsumer, Fenced
from twolamps_chassis.kafka_lag import measure_lag
from twolamps_chassis.kafka_relay import KafkaDelivery
from twolamps_chassis.records import Record
from twolamps_chassis.relay import Relay
from twolamps_chassis.telemetry import log, origin
from twolamps_events import catalog

if TYPE_CHECKING:
    from faststream.kafka.subscriber.usecase import BatchSubscriber

MEASURE_S = 10.0


class Transport(Protocol):
    """The last hop of events."""

    def relay(self, dsn: str, database: Database) -> Relay:
        """The relay of a service."""

    def subscribe(self, consumer: Consumer) -> None:
        """A consumer takes its source's events from here on."""

    def fence(self, service: Fenced) -> None:
        """A service takes fences that no call brought."""

    async def run(self) -> None:
        """Bring events until cancelled."""

    async def close(self) -> None:
        """Finish what is under way, and bring no more."""


class InProcess:
    """Every group settles a batch before its relay marks it; fences come as calls alone, since all services are here."""

    def __init__(self) -> None:
        self.groups: dict[str, list[Consumer]] = {}

    def relay(self, dsn: str, database: Database) -> Relay:
        return Relay(dsn, database, self._deliver)

    def subscribe(self, consumer: Consumer) -> None:
        self.groups.setdefault(consumer.source, []).append(consumer)

    def fence(self, service: Fenced) -> None:
        """Nothing to do."""

    async def _deliver(self, records: Sequence[Record]) -> None:
        await asyncio.gather(*(group.handle(records) for group in self.groups.get(records[0].source, [])))

    async def run(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to do."""


class OverKafka:
    """A topic for each source, a group for each service and topic, and a topic of fences."""

    def __init__(self, servers: str, prefix: str) -> None:
        self.servers, self.prefix = servers, prefix
        self.broker = kafka_consumers.make_broker(servers)
        self.deliveries: list[KafkaDelivery] = []
        self.subscribers: list[BatchSubscriber] = []

    def relay(self, dsn: str, database: Database) -> Relay:
        topic, fences = catalog.topic(database.schema, self.prefix), catalog.topic("fences", self.prefix)
        delivery = KafkaDelivery(self.servers, topic, fences, FENCES)
        self.deliveries.append(delivery)
        return Relay(dsn, database, delivery.deliver, delivery.log_id)

    def subscribe(self, consumer: Consumer) -> None:
        self._subscribe(consumer)

    def fence(self, service: Fenced) -> None:
        self._subscribe(FenceConsumer(service))

    def _subscribe(self, consumer: Consumer | FenceConsumer) -> None:
        topic = catalog.topic(consumer.source, self.prefix)
        self.subscribers.append(kafka_consumers.subscribe(self.broker, consumer, topic))

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(kafka_consumers.start(self.broker, self.servers))
            await self._measure()

    async def _measure(self) -> None:
        while True:
            for subscriber in self.subscribers:
                try:
                    await measure_lag(subscriber)
                except Exception as error:  # whatever it is, the relay and the consumers tell of it
                    log().debug("lag.unknown", **origin(error))
            await asyncio.sleep(MEASURE_S)

    async def close(self) -> None:
        await self.broker.stop()
        for delivery in self.deliveries:
            await delivery.close()
