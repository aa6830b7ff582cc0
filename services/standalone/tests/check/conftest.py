"""Who is looked at by `twolamps check`? A healthy role of a platform on real servers, into which faults are planted."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from pairing.main import compose
from standalone.check.command import look_at_everything
from standalone.check.findings import Finding
from standalone.databases import Databases
from standalone.hand_out import hand_out
from twolamps_chassis.kafka_topics import admin_client, make_topics, topic_names, wanted_settings
from twolamps_chassis.settings import Settings
from twolamps_testkit.servers import Kafka, Redis
from twolamps_testkit.stage import Stage


@dataclass
class Patient:
    """A healthy role, pairing, with all it needs; what is planted in it."""

    stage: Stage
    settings: Settings
    admin: AIOKafkaAdminClient

    @property
    def keys(self) -> Path:
        return self.settings.keys_folder

    @property
    def login(self) -> str:
        return self.stage.postgres.login("pairing")

    async def sql(self, statement: str, database: str = "") -> None:
        conn = await asyncpg.connect(self.stage.postgres.dsn(database or self.stage.database))
        try:
            await conn.execute(statement)
        finally:
            await conn.close()

    async def wrong(self) -> list[Finding]:
        return [finding async for finding in look_at_everything(self.settings) if finding.wrong]

    def elsewhere(self, **changes: object) -> None:
        """Change settings of the role."""
        self.settings = self.settings.model_copy(update=changes)

    async def topic(self, **own: str) -> None:
        """Change settings of a topic that is safe otherwise."""
        configs = wanted_settings(1) | own
        resource = ConfigResource(ConfigResourceType.TOPIC, f"{self.settings.prefix}.pairing.v1", configs=configs)
        await self.admin.alter_configs([resource])


@pytest.fixture
async def patient(stage: Stage, kafka: Kafka, redis: Redis, tmp_path: Path) -> AsyncIterator[Patient]:
    node = await stage.start(pairing=compose)
    hand_out(Databases(str, lambda login, _: login, Path()), stage.postgres.keys, tmp_path / "out")
    settings = Settings(
        data=tmp_path,
        keys=tmp_path / "out" / "pairing",
        database=stage.postgres.dsn(stage.database, stage.postgres.login("pairing")),
        key_database=stage.postgres.dsn(f"{stage.postgres.template}_keys", stage.postgres.login("pairing")),
        kafka=kafka.servers,
        redis=redis.url,
        prefix=f"t{secrets.token_hex(4)}",
        peers={"pairing": f"127.0.0.1:{node.grpc_port}"},
    )
    async with admin_client(kafka.servers) as admin:
        await make_topics(admin, settings.prefix)
        yield Patient(stage, settings, admin)
        await admin.delete_topics(topic_names(settings.prefix))
