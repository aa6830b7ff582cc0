"""faststream-outbox: rows are published by some workers, and flushed a hundred at a time; one worker is the only way it has
to keep their order. Arguments: SQLAlchemy URL, Kafka's address, topic, rows, keys, workers."""

import asyncio
import json
import os
import sys
import time
from uuid import uuid4

from faststream.kafka import KafkaBroker, KafkaResponse
from faststream_outbox import OutboxBroker, make_outbox_table
from sqlalchemy import MetaData, func, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

URL, SERVERS, TOPIC, COUNT = sys.argv[1], sys.argv[2].split(","), sys.argv[3], int(sys.argv[4])
KEYS, WORKERS = [str(uuid4()) for _ in range(int(sys.argv[5]))], int(sys.argv[6])


async def main() -> None:
    """Fill the outbox, then let it drain."""
    metadata = MetaData()
    table = make_outbox_table(metadata, table_name="library_outbox")
    engine = create_async_engine(URL, pool_size=10)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    outbox, kafka = OutboxBroker(engine, outbox_table=table, logger=None), KafkaBroker(SERVERS, logger=None)

    @kafka.publisher(TOPIC)
    @outbox.subscriber("relay", max_workers=WORKERS, fetch_batch_size=200, terminal_flush_batch_size=100)
    async def relay(body: dict[str, str | int]) -> KafkaResponse:
        return KafkaResponse(body, key=str(body["key"]).encode())

    bodies = [
        {"key": KEYS[n % len(KEYS)], "seq": n, "person_id": str(uuid4()), "session_id": str(uuid4())}
        for n in range(COUNT)
    ]
    async with AsyncSession(engine) as session, session.begin():
        await outbox.publish_batch(*bodies, queue="relay", session=session)
    await kafka.connect()
    began, spent = time.perf_counter(), time.process_time()
    await outbox.start()
    async with engine.connect() as connection:
        while (await connection.execute(select(func.count()).select_from(table))).scalar_one():
            await connection.rollback()
            await asyncio.sleep(0.05)
    print(json.dumps({"seconds": time.perf_counter() - began, "cpu": time.process_time() - spent}), flush=True)
    os._exit(0)


asyncio.run(main())
