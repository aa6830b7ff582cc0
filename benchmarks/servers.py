"""Which servers does a benchmark take? Those of TWOLAMPS_TEST_*, and for want of a PostgreSQL an embedded one that is
as careful with data as in production. What needs a server that is not there says so."""

import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient
from redis.asyncio import Redis

from twolamps_chassis.postgres_server import PostgresServer
from twolamps_testkit.servers import Kafka, Postgres
from twolamps_testkit.stage import Stage

TUNED = {"shared_buffers": "512MB", "max_wal_size": "4GB"}


class Missing(Exception):
    """A server that the figure needs is not there."""


@dataclass
class Servers:
    """The servers of a run."""

    postgres: Postgres
    kafka_address: str
    redis_address: str

    @classmethod
    async def open(cls) -> Self:
        """Take them, with one migrated database to copy from."""
        if os.environ.get("TWOLAMPS_TEST_POSTGRES"):
            postgres = Postgres.open()
        else:
            folder = Path(tempfile.mkdtemp(prefix="twolamps-bench-"))
            server = PostgresServer.start(folder / "postgres", TUNED)
            postgres = Postgres(server.superuser_dsn("postgres"), server, folder)
        await postgres.prepare()
        return cls(postgres, os.environ.get("TWOLAMPS_TEST_KAFKA", ""), os.environ.get("TWOLAMPS_TEST_REDIS", ""))

    @property
    def kafka(self) -> Kafka:
        """Kafka; raises Missing."""
        if not self.kafka_address:
            raise Missing("TWOLAMPS_TEST_KAFKA names no Kafka")
        return Kafka(self.kafka_address)

    @property
    def redis(self) -> str:
        """The URL of Redis; raises Missing."""
        if not self.redis_address:
            raise Missing("TWOLAMPS_TEST_REDIS names no Redis")
        return self.redis_address

    @asynccontextmanager
    async def stage(self) -> AsyncIterator[Stage]:
        """Roles on a database of their own."""
        name = await self.postgres.copy()
        with tempfile.TemporaryDirectory() as folder:
            made = Stage(self.postgres, name, Path(folder))
            try:
                yield made
            finally:
                await made.close()
                await self.postgres.drop(name)

    @asynccontextmanager
    async def topic(self, partitions: int = 8) -> AsyncIterator[str]:
        """A topic of its own."""
        name = await self.kafka.make_topic(partitions)
        try:
            yield name
        finally:
            await self.kafka.delete_topic(name)

    async def superuser(self, stage: Stage) -> "asyncpg.Connection[asyncpg.Record]":
        """A connection to a stage's database that may do anything; the caller closes it."""
        return await asyncpg.connect(self.postgres.dsn(stage.database))

    async def versions(self) -> list[str]:
        """What they say they are."""
        connection = await asyncpg.connect(self.postgres.admin_dsn)
        found = [f"PostgreSQL {await connection.fetchval('SHOW server_version')}"]
        await connection.close()
        if self.kafka_address:
            admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka_address)
            await admin.start()
            nodes = (await admin.describe_cluster())["brokers"]
            await admin.close()
            found.append(f"Kafka with {len(nodes)} node(s)")
        if self.redis_address:
            async with Redis.from_url(self.redis_address) as redis:
                found.append(f"Redis {(await redis.info('server'))['redis_version']}")
        return found

    async def close(self) -> None:
        """Leave nothing behind."""
        await self.postgres.close()
