"""F1: how fast does an outbox drain into Kafka, and in order? Our relay beside faststream-outbox, and a bare loop that sends
the same records from memory. Then two relays, whose leader is cut off again and again: the first arrivals of every key are
in order, or they are counted; so are those of faststream-outbox with two workers, whom nobody cuts off."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaProducer

from benchmarks.machine import Cpu
from benchmarks.peers import ask
from benchmarks.plan import Plan
from benchmarks.rows import NEVER, Bar, Row, measured, skipped, wrong
from benchmarks.servers import Servers
from pairing.main import compose
from twolamps_chassis.kafka_relay import KafkaDelivery, headers
from twolamps_chassis.records import Record
from twolamps_testkit.outbox_house import OutboxHouse, firsts, read_topic

KEYS, LIBRARY_ROWS, FEW_KEYS, LIBRARY = 2_000, 10_000, 50, "faststream-outbox"
FILL = """
INSERT INTO pairing.outbox (key, seq, epoch, type, body, time)
SELECT ('00000000-0000-4000-8000-' || lpad(to_hex(key), 12, '0'))::uuid, seq, 0, 'twolamps.pairing.session_ended.v1',
       convert_to('{"person_id":"' || gen_random_uuid() || '","session_id":"' || gen_random_uuid() || '"}', 'UTF8'), now()
FROM generate_series(1, $1::int) AS seq, generate_series(1, $2::int) AS key ORDER BY seq, key
"""
READ = "SELECT key, seq, epoch, type, time, traceparent, body FROM pairing.outbox ORDER BY id"
CUT_LEADER = """
SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database
WHERE locktype = 'advisory' AND granted AND datname = current_database()
"""
Took = tuple[float, float]


async def run(servers: Servers, plan: Plan) -> list[Row]:
    """The rows of F1."""
    each = plan.size(100, 5)
    count = each * KEYS
    relays, loops, breaks = list[Took](), list[Took](), list[float]()
    for _ in plan.repeats("F1"):
        async with servers.topic() as topic:
            relays.append(await _relay(servers, topic, each))
        async with servers.topic() as topic:
            loops.append(await _bare(servers, topic, each))
    for _ in plan.repeats("F1, two relays"):
        async with servers.topic() as topic:
            breaks.append(await _two_relays(servers, topic, each))
    bare = _row(f"{count:,} rows over {KEYS:,} keys, sent from memory", "bare aiokafka send loop", count, loops)
    what = f"{count:,} rows over {KEYS:,} keys, outbox drained into Kafka"
    drained, unordered = await _library(servers, plan, bare)
    return [
        _row(what, "Twolamps", count, relays, bare, Bar("at least", 20_000)),
        bare,
        drained,
        wrong("F1", "events out of their key's order, two relays, leaders cut off", "Twolamps", "events",
              count * len(breaks), breaks, peer=unordered, bar=NEVER),
        unordered,
    ]  # fmt: skip


def _row(
    what: str, who: str, count: int, found: Sequence[Took], peer: Row | None = None, bar: Bar | None = None
) -> Row:
    rates, cpu = [count / seconds for seconds, _ in found], [1e6 * spent / count for _, spent in found]
    return measured("F1", what, who, "events/s", count, rates, cpu_us=cpu, peer=peer, bar=bar)


async def _relay(servers: Servers, topic: str, each: int) -> Took:
    """From the relay's start until every row is marked."""
    async with servers.stage() as stage:
        house = await OutboxHouse.open(stage, compose)
        admin = await servers.superuser(stage)
        await _fill(admin, each)
        began, cpu = time.perf_counter(), Cpu()
        delivery = KafkaDelivery(servers.kafka_address, topic)
        house.relay(delivery)
        await _drained(admin)
        took = time.perf_counter() - began, cpu.spent()
        await house.close()
        await delivery.close()
        await admin.close()
        return took


async def _two_relays(servers: Servers, topic: str, each: int) -> float:
    """How many events arrived for the first time after a later one of their key; raises AssertionError for a lost one."""
    async with servers.stage() as stage:
        house = await OutboxHouse.open(stage, compose)
        admin = await servers.superuser(stage)
        await _fill(admin, each)
        deliveries = [KafkaDelivery(servers.kafka_address, topic) for _ in range(2)]
        for delivery in deliveries:
            house.relay(delivery)
        drained = asyncio.create_task(_drained(admin))
        killer = await servers.superuser(stage)
        while not drained.done():
            await killer.fetch(CUT_LEADER)
            await asyncio.wait([drained], timeout=1)
        await drained
        await house.close()
        for delivery in deliveries:
            await delivery.close()
        await admin.close()
        await killer.close()
    arrived = firsts(await read_topic(servers.kafka, topic))
    assert {key: sorted(seqs) for key, seqs in arrived.items()} == {key: list(range(1, each + 1)) for key in arrived}
    assert len(arrived) == KEYS
    return _out_of_order(arrived.values())


def _out_of_order(streams: Iterable[Sequence[int]]) -> float:
    return float(sum(later < earlier for seqs in streams for earlier, later in pairwise(seqs)))


async def _bare(servers: Servers, topic: str, each: int) -> Took:
    """The same records, as the relay would send them, but nothing read and nothing marked."""
    async with servers.stage() as stage:
        house = await OutboxHouse.open(stage, compose)
        admin = await servers.superuser(stage)
        await _fill(admin, each)
        records = [Record("pairing", *row) for row in map(tuple, await admin.fetch(READ))]
        await admin.close()
        await house.close()
    producer = AIOKafkaProducer(
        bootstrap_servers=servers.kafka_address, enable_idempotence=True, acks="all", linger_ms=0, max_batch_size=65_536
    )
    await producer.start()
    try:
        began, cpu = time.perf_counter(), Cpu()
        for start in range(0, len(records), 1_000):
            sent = [
                await producer.send(topic, record.body, _key(record.key), headers=headers(record))
                for record in records[start : start + 1_000]
            ]
            await asyncio.gather(*sent)
        return time.perf_counter() - began, cpu.spent()
    finally:
        await producer.stop()


def _key(key: UUID) -> bytes:
    return str(key).encode()


async def _fill(admin: "asyncpg.Connection[asyncpg.Record]", each: int) -> None:
    await admin.execute(FILL, each, KEYS, timeout=300)
    await admin.execute("VACUUM ANALYZE pairing.outbox", timeout=300)
    await admin.execute("CHECKPOINT")


async def _drained(admin: "asyncpg.Connection[asyncpg.Record]") -> None:
    async with asyncio.timeout(300):
        while await admin.fetchval("SELECT EXISTS (SELECT FROM pairing.outbox WHERE published_at IS NULL)"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def _library(servers: Servers, plan: Plan, bare: Row) -> tuple[Row, Row]:
    """faststream-outbox, in an environment of its own: its pace with one worker, and what two put out of order."""
    count = plan.size(LIBRARY_ROWS, 2 * KEYS)
    what = "outbox drained into Kafka, one worker (in order) and a large flush"
    out_of_order = f"events out of their key's order, {FEW_KEYS} keys, two workers"
    try:
        paces = [(await _library_drains(servers, count, KEYS, 1))[0] for _ in plan.repeats(f"F1, {LIBRARY}")]
        breaks = [
            (await _library_drains(servers, count, FEW_KEYS, 2))[1] for _ in plan.repeats(f"F1, {LIBRARY}, two workers")
        ]
    except OSError as error:
        return skipped("F1", what, LIBRARY, str(error)), skipped("F1", out_of_order, LIBRARY, str(error))
    return (
        _row(f"{count:,} rows over {KEYS:,} keys, {what}", LIBRARY, count, paces, bare),
        wrong("F1", out_of_order, LIBRARY, "events", count * len(breaks), breaks),
    )


async def _library_drains(servers: Servers, count: int, keys: int, workers: int) -> tuple[Took, float]:
    """What it took, and how many events arrived after a later one of their key."""
    database = await servers.postgres.copy()
    address = servers.postgres.dsn(database).replace("postgresql://", "postgresql+asyncpg://", 1)
    try:
        async with servers.topic() as topic:
            given = (address, servers.kafka_address, topic, str(count), str(keys), str(workers))
            answer = await ask(LIBRARY, "outbox_drain.py", *given)
            arrived: dict[bytes, list[int]] = defaultdict(list)
            for record in await read_topic(servers.kafka, topic):
                arrived[record.key].append(json.loads(record.value)["seq"])
            assert sum(map(len, arrived.values())) >= count
            return (answer["seconds"], answer["cpu"]), _out_of_order(arrived.values())
    finally:
        await servers.postgres.drop(database)
