"""Which servers do tests use? The address in the environment, else the embedded PostgreSQL and no Kafka; the run prints
which.

Promises: every test gets a database of its own, copied from one that was migrated once; nothing is mocked.
"""

import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import for_code

from twolamps_chassis import migrate
from twolamps_chassis.auth import make_keys
from twolamps_chassis.postgres_server import PostgresServer

SERVICES_FOLDER = Path(__file__).resolve().parents[2] / "services"
PASSWORD = "only-for-tests"
HOW_TO_GET_KAFKA = (
    "needs a real Kafka: docker run -p 9092:9092 apache/kafka:4.3.1, then TWOLAMPS_TEST_KAFKA=127.0.0.1:9092"
)


def migrations() -> Mapping[str, Path]:
    """The services that have a schema, by name."""
    return {folder.parent.name: folder for folder in sorted(SERVICES_FOLDER.glob("*/migrations"))}


@dataclass
class Postgres:
    """A server, with one migrated database to copy from."""

    admin_dsn: str
    server: PostgresServer | None
    template: str = field(default_factory=lambda: f"t{secrets.token_hex(4)}")
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="twolamps-test-")))

    @classmethod
    def open(cls) -> "Postgres":
        """The server of TWOLAMPS_TEST_POSTGRES, else an embedded one."""
        if address := os.environ.get("TWOLAMPS_TEST_POSTGRES"):
            return cls(address, None)
        fast = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        server = PostgresServer.start(Path(tempfile.mkdtemp(prefix="twolamps-pg-")) / "data", fast)
        return cls(server.superuser_dsn("postgres"), server)

    @property
    def keys(self) -> Path:
        """The keys folder."""
        return self.folder / "keys"

    def dsn(self, database: str, login: str | None = None) -> str:
        """The URL of a database, for the superuser or a login."""
        parts = urlsplit(self.admin_dsn)
        netloc = parts.netloc
        if login is not None:
            netloc = f"{quote(login)}:{PASSWORD}@{parts.netloc.rpartition('@')[2]}"
        return urlunsplit(parts._replace(netloc=netloc, path=f"/{database}"))

    def login(self, service: str) -> str:
        """The login of a service; it is shared by the copies."""
        return f"{self.template}_{service}"

    async def prepare(self) -> None:
        """Make the template and the keys, once a session."""
        services = migrations()
        make_keys(self.keys, [*services, "gateway"])
        logins = [self.login(name) for name in services]
        await migrate.provision(self.admin_dsn, {self.template: list(services)}, dict.fromkeys(logins, PASSWORD))
        await migrate.provision(self.admin_dsn, {f"{self.template}_keys": []}, {})
        await migrate.provision_keys(self.dsn(f"{self.template}_keys"), logins)
        for name, folder in services.items():
            await migrate.migrate(self.dsn(self.template), name, folder)

    async def copy(self) -> str:
        """A fresh database of everything migrated; its name."""
        name = f"{self.template}_{secrets.token_hex(4)}"
        admin = await asyncpg.connect(self.admin_dsn)
        try:
            await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{self.template}" STRATEGY wal_log')
        finally:
            await admin.close()
        return name

    async def drop(self, name: str) -> None:
        """Drop a copy, whoever still holds on to it."""
        admin = await asyncpg.connect(self.admin_dsn)
        try:
            await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        finally:
            await admin.close()


@dataclass(frozen=True, slots=True)
class Kafka:
    """A real Kafka; every test makes topics of its own."""

    servers: str

    async def make_topic(self, partitions: int = 4, name: str = "") -> str:
        """A new topic; its name. Raises TopicAlreadyExistsError."""
        name = name or f"test.{secrets.token_hex(6)}.v1"
        admin = AIOKafkaAdminClient(bootstrap_servers=self.servers)
        await admin.start()
        try:
            made = await admin.create_topics([NewTopic(name, partitions, 1)])
            if code := made.topic_errors[0][1]:
                raise for_code(code)(name)
        finally:
            await admin.close()
        return name

    async def delete_topic(self, name: str) -> None:
        """Delete a topic with all that is in it."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.servers)
        await admin.start()
        try:
            await admin.delete_topics([name])
        finally:
            await admin.close()
