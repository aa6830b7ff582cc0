"""What does a service need that is new here, or lost all it knew, when Kafka has the history no more? To be told what holds."""

import asyncio
import os
import subprocess
from pathlib import Path
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import RecordsToDelete

from tests.faults.platform.conftest import MakeFleet
from tests.faults.platform.two import couple, invite, is_told
from tests.fleet import ONE_OF_EACH, Fleet
from tests.platform_process import COMMAND
from twolamps_chassis.kafka_topics import admin_client
from twolamps_testkit.stage import eventually

NEW = "scheduling"
HELD_S = 31.0  # after thirty what is before a snapshot is given up
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = $1 AND tablename NOT LIKE '%version'"
KNOWN = f"SELECT count(*) FROM {NEW}.couples WHERE id = $1"
HELD = f"SELECT count(*) FROM {NEW}.parked WHERE key = $1"
BEHIND = f"""
SELECT count(*) FROM (SELECT key, max(seq) AS seq FROM pairing.outbox GROUP BY key) AS told
WHERE seq > coalesce((SELECT c.seq FROM {NEW}.cursors c WHERE source = 'pairing' AND c.key = told.key), 0)
"""


async def forget(fleet: Fleet) -> None:
    """The service loses all that it kept, and Kafka all that pairing ever said."""
    connection = await fleet.connect()
    try:
        tables = [f'{NEW}."{name}"' for (name,) in await connection.fetch(TABLES, NEW)]
        await connection.execute(f"TRUNCATE {', '.join(tables)}")
    finally:
        await connection.close()
    consumer = AIOKafkaConsumer(f"{fleet.prefix}.pairing.v1", bootstrap_servers=fleet.kafka)
    await consumer.start()
    try:
        ends: dict[TopicPartition, int] = await consumer.end_offsets(consumer.assignment())
    finally:
        await consumer.stop()
    async with admin_client(fleet.kafka) as admin:
        await admin.delete_records({place: RecordsToDelete(before_offset=end) for place, end in ends.items()})


def republish(fleet: Fleet) -> str:
    """What the command says to an operator of pairing."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("TWOLAMPS_")}
    env |= {"TWOLAMPS_PEERS": '{"pairing": "127.0.0.1:8401"}'}
    env |= {"TWOLAMPS_ADMIN_PORT": str(fleet.of("pairing").admin_port)}
    done = subprocess.run([COMMAND, "republish"], env=env, check=True, capture_output=True, text=True, timeout=60)
    return done.stdout


async def test_a_group_without_history_goes_on_from_what_republish_tells_over_kafka(
    fleets: MakeFleet, tmp_path: Path
) -> None:
    fleet = await fleets(ONE_OF_EACH)
    async with couple(fleet, tmp_path) as evening:
        couple_id, connection = UUID(evening.couple_id), await fleet.connect()

        async def count(sql: str, *about: UUID) -> int:
            return int(await connection.fetchval(sql, *about))

        try:
            await eventually(lambda: count(BEHIND), 20, lambda many: many == 0)
            await asyncio.to_thread(fleet.terminate, fleet.of(NEW))
            await forget(fleet)
            await asyncio.to_thread(fleet.start_replica, fleet.of(NEW))
            assert await count(KNOWN, couple_id) == 0
            assert "2 streams were told" in await asyncio.to_thread(republish, fleet)
            await eventually(lambda: count(HELD, couple_id), 20)
            fleet.move_clock(HELD_S)
            await eventually(lambda: count(KNOWN, couple_id), 20)
            await eventually(lambda: count(BEHIND), 20, lambda many: many == 0)
            assert await count(HELD, couple_id) == 0
        finally:
            await connection.close()
        await is_told(evening.ben, [await invite(evening, evening.ada, 0)], 20)
