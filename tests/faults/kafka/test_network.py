"""The network between the platform, Kafka and PostgreSQL is slow, cut or silent: everything arrives once and in order."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import uuid4

import pytest

from tests.faults.kafka.house import FAULTLESS, READER, SOURCE, TallyConsumer, TallyHouse, open_tables
from tests.faults.kafka.replicas import carrying, consuming, relaying
from twolamps_chassis.db import Transaction
from twolamps_chassis.kafka_consumers import SESSION_MS
from twolamps_chassis.kafka_relay import REQUEST_TIMEOUT_S
from twolamps_events.pairing import SessionEnded
from twolamps_testkit.kafka_process import KafkaProcess
from twolamps_testkit.stage import eventually
from twolamps_testkit.tcp_proxy import TcpProxy

CUT_POSTGRES = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND application_name IN ('twolamps-relay', $1)
"""
SILENT_S = 3.0  # longer than a relay that has nothing to do waits before it asks again
GIVEN_UP_S = (
    45.0  # a statement's 15 s, then the 20 s for which a dead leader's session keeps its lock, on a busy machine
)


@pytest.fixture
async def proxy(own_kafka: KafkaProcess) -> AsyncIterator[TcpProxy]:
    """A proxy to Kafka; who comes by it stays on it, because the node says that this is its place."""
    async with TcpProxy(own_kafka.proxied, own_kafka.proxy_port) as made:
        yield made


async def test_a_slow_network_between_relay_and_kafka_changes_nothing(own_house: TallyHouse, proxy: TcpProxy) -> None:
    house = own_house
    proxy.delay_s = 0.05
    async with carrying(house, f"127.0.0.1:{proxy.port}"):
        async with house.commands():
            await house.goes_on(500)
        assert await house.judged() == FAULTLESS


async def test_connections_to_kafka_that_are_reset_again_and_again_lose_nothing(
    own_house: TallyHouse, proxy: TcpProxy
) -> None:
    house = own_house
    async with carrying(house, f"127.0.0.1:{proxy.port}"):
        async with house.commands():
            for _ in range(5):
                await house.goes_on()
                await proxy.cut()
            await proxy.refuse()
            await proxy.cut()
            await asyncio.sleep(1)
            await proxy.heal()
            await house.goes_on()
        assert await house.judged() == FAULTLESS


async def test_a_half_open_connection_between_relay_and_kafka_is_given_up_and_made_anew(
    own_house: TallyHouse, proxy: TcpProxy
) -> None:
    house = own_house
    address = replace(house.address, servers=f"127.0.0.1:{proxy.port}")
    async with relaying(address, house.source), consuming(house.address, TallyConsumer(house.reader)):
        async with house.commands():
            await house.goes_on()
            proxy.silent = True
            await asyncio.sleep(REQUEST_TIMEOUT_S + 1)
            held_up = await house.waiting()
            await proxy.heal()
            await house.goes_on()
        assert held_up > 100
        assert await house.judged() == FAULTLESS


class Zombie(TallyConsumer):
    """A consumer that is held, in or before its transaction, while Kafka gives its partitions to a successor."""

    def __init__(self, house: TallyHouse, inside: bool) -> None:
        super().__init__(house.reader)
        self.inside, self.held, self.go_on = inside, asyncio.Event(), asyncio.Event()

    async def handle(self, records: Sequence[object]) -> None:
        """Settle, late."""
        if not self.inside:
            await self._wait()
        await super().handle(records)  # type: ignore[arg-type]

    async def write_down(self, events: Sequence[SessionEnded], tx: Transaction) -> None:
        """Write down, late."""
        if self.inside:
            await self._wait()
        await super().write_down(events, tx)

    async def _wait(self) -> None:
        self.held.set()
        await self.go_on.wait()


@pytest.mark.parametrize("inside", [False, True], ids=["before its transaction", "inside its transaction"])
async def test_a_zombie_consumer_that_overlaps_its_successor_applies_nothing_twice(
    own_house: TallyHouse, proxy: TcpProxy, inside: bool
) -> None:
    house = own_house
    keys = [uuid4() for _ in range(12)]
    zombie = Zombie(house, inside)
    async with (
        relaying(house.address, house.source),
        consuming(replace(house.address, servers=f"127.0.0.1:{proxy.port}"), zombie),
    ):
        await house.record(keys, 20)
        await zombie.held.wait()
        proxy.silent = True  # Kafka hears of it no more
        async with consuming(house.address, TallyConsumer(house.reader)):
            await house.record(keys, 20)
            await eventually(house.applied, SESSION_MS / 1_000 + 20, until=lambda count: count >= 480)
            zombie.go_on.set()
            await proxy.heal()
            await house.record(keys, 20)
            assert await house.judged() == FAULTLESS


async def test_connections_to_postgresql_that_its_operator_ends_lose_nothing(house: TallyHouse) -> None:
    async with (
        open_tables(house.address.reader_dsn, READER, house.address) as tables,
        relaying(house.address, house.source),
        consuming(house.address, TallyConsumer(tables)),
    ):
        async with house.commands():
            for _ in range(5):
                await house.goes_on(100)
                await house.admin.execute(CUT_POSTGRES, f"twolamps-{READER}")
        assert await house.judged() == FAULTLESS


@asynccontextmanager
async def carrying_by_proxies(house: TallyHouse) -> AsyncIterator[tuple[TcpProxy, TcpProxy]]:
    """A relay and a consumer run in this process, each reaching PostgreSQL through a proxy of its own."""
    proxy, dsn = TcpProxy.to_postgres(house.address.source_dsn)
    other, reader_dsn = TcpProxy.to_postgres(house.address.reader_dsn)
    async with proxy, other:
        address = replace(
            house.address, source_dsn=dsn.format(port=proxy.port), reader_dsn=reader_dsn.format(port=other.port)
        )
        async with (
            open_tables(address.source_dsn, SOURCE, address) as source,
            open_tables(address.reader_dsn, READER, address) as reader,
            relaying(address, source),
            consuming(address, TallyConsumer(reader)),
        ):
            yield proxy, other


async def test_connections_to_postgresql_that_are_cut_lose_nothing(house: TallyHouse) -> None:
    async with carrying_by_proxies(house) as proxies:
        async with house.commands():
            for _ in range(5):
                await house.goes_on(100)
                await asyncio.gather(*(proxy.cut() for proxy in proxies))
        assert await house.judged() == FAULTLESS


async def test_half_open_connections_to_postgresql_are_given_up_within_the_timeouts_of_statements_and_sessions(
    house: TallyHouse,
) -> None:
    async with carrying_by_proxies(house) as proxies:
        async with house.commands():
            await house.goes_on(100)
            for proxy in proxies:
                proxy.silent = True
            await asyncio.sleep(SILENT_S)
            for proxy in proxies:
                proxy.silent = False  # what was under way is never answered; who connects anew is
            began = time.monotonic()
            await house.goes_on(1_000, GIVEN_UP_S)
            print(f"PostgreSQL half open: all went on after {time.monotonic() - began:.1f} s")
        assert await house.judged() == FAULTLESS
