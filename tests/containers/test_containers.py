"""Does the platform stand on the servers it is made for: PostgreSQL 17, Kafka 4 and Redis 8, each in its container?"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from redis.asyncio import Redis as Client

from pairing.main import compose
from tests.fleet import Fleet
from tests.people import pair, signed_up, soon
from twolamps_chassis import kafka_consumers
from twolamps_chassis.consumers import Consumer
from twolamps_chassis.couples import Couples
from twolamps_chassis.db import Transaction
from twolamps_chassis.hub import Hub
from twolamps_chassis.hub_log import Hint
from twolamps_chassis.kafka_relay import KafkaDelivery
from twolamps_chassis.redis_hints import RedisHints
from twolamps_events.pairing import SessionEnded
from twolamps_testkit.change_log import MemoryLog
from twolamps_testkit.outbox_house import OutboxHouse
from twolamps_testkit.servers import Kafka, Postgres, Redis
from twolamps_testkit.stage import Stage, eventually


async def test_a_migrated_stage_records_events_on_postgresql_17(stage: Stage) -> None:
    house = await OutboxHouse.open(stage, compose)
    key = uuid4()
    await house.fill([key], 3)
    assert [event.person_id for event in await stage.recorded("pairing")] == [key] * 3  # type: ignore[attr-defined]
    admin = await asyncpg.connect(stage.postgres.dsn(stage.database))
    try:
        assert str(await admin.fetchval("SHOW server_version")).startswith("17.")
    finally:
        await admin.close()


async def test_events_go_from_relay_over_kafka_to_a_consumer_each_once_and_in_order(stage: Stage, kafka: Kafka) -> None:
    house, topic = await OutboxHouse.open(stage, compose), await kafka.make_topic()
    applied: dict[UUID, list[UUID]] = defaultdict(list)

    async def apply(events: Sequence[SessionEnded], tx: Transaction) -> None:
        def keep() -> None:
            for event in events:
                applied[event.person_id].append(event.session_id)

        tx.on_commit(keep)

    broker, delivery = kafka_consumers.make_broker(kafka.servers), KafkaDelivery(kafka.servers, topic)
    kafka_consumers.subscribe(broker, Consumer(house.database, "pairing", Couples(), {SessionEnded: apply}), topic)
    try:
        await kafka_consumers.start(broker, kafka.servers)
        house.relay(delivery)
        keys = [uuid4() for _ in range(5)]
        await house.fill(keys, 20)

        async def arrived() -> int:
            return sum(map(len, applied.values()))

        await eventually(arrived, 30, until=lambda count: count >= 100)
        recorded = [event for event in await stage.recorded("pairing") if isinstance(event, SessionEnded)]
        for key in keys:
            assert applied[key] == [event.session_id for event in recorded if event.person_id == key]
    finally:
        await house.close()
        await broker.stop()
        await delivery.close()


async def test_a_hint_goes_over_redis_8_to_another_process(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    prefix, log, heard = Redis.new_prefix(), MemoryLog(), list[Hint]()
    one, two, hub = RedisHints(redis.url, prefix), RedisHints(redis.url, prefix), Hub(log.read, log.heads, bytes)
    monkeypatch.setattr(hub, "publish", heard.append)
    hub.hints_healthy = False
    two.hubs.append(hub)
    running = [asyncio.create_task(hints.run()) for hints in (one, two)]

    async def proven() -> bool:
        return hub.hints_healthy

    await eventually(proven)
    hint = log.append(uuid4(), "item")
    one.publish([hint])

    async def came() -> list[Hint]:
        return heard

    assert await eventually(came) == [hint]
    for task in running:
        task.cancel()
    await asyncio.wait(running)
    async with Client.from_url(redis.url) as client:
        assert (await client.info("server"))["redis_version"].startswith("8.")


async def test_the_roles_tell_two_people_of_their_pairing_on_all_three(
    postgres: Postgres, kafka: Kafka, redis: Redis, tmp_path: Path
) -> None:
    fleet = Fleet(tmp_path, postgres, await postgres.copy(), kafka.servers, redis.url)
    try:
        await asyncio.to_thread(fleet.start)

        def told() -> None:
            ann, sam = signed_up(fleet, "Ann"), signed_up(fleet, "Sam")
            pair(ann, sam)
            for person in (ann, sam):
                soon(lambda person=person: person.done("GET", "/v1/inbox").get("items"), 20)  # type: ignore[misc]

        await asyncio.to_thread(told)
        async with Client.from_url(redis.url) as client:
            channel = f"{fleet.prefix}.hints"
            assert dict(await client.pubsub_numsub(channel))[channel.encode()] == 2, "whoever has streams: two roles"
    finally:
        await asyncio.to_thread(fleet.stop)
        await postgres.drop(fleet.database)
