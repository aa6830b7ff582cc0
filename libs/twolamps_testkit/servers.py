"""What can tests do with the servers they use? Databases of their own, topics of their own, keys of their own.

Promises: every test gets a database of its own, copied from one that was migrated once; nothing is mocked. A run leaves
no data behind.
"""

import os
import secrets
import shutil
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
from twolamps_chassis.postgres_server import PostgresServer, erase_cluster

SERVICES_FOLDER = Path(__file__).resolve().parents[2] / "services"
PASSWORD = "only-for-tests"


def migrations() -> Mapping[str, Path]:
    """The services that have a schema, by name."""
    return {folder.parent.name: folder for folder in sorted(SERVICES_FOLDER.glob("*/migrations"))}


@dataclass
class Postgres:
    """A server, with one migrated database to copy from."""

    admin_dsn: str
    server: PostgresServer | None
    folder: Path
    template: str = field(default_factory=lambda: f"t{secrets.token_hex(4)}")

    @classmethod
    def open(cls, address: str = "") -> "Postgres":
        """The server at a superuser's URL, by default that of TWOLAMPS_TEST_POSTGRES; without one an embedded server."""
        address = address or os.environ.get("TWOLAMPS_TEST_POSTGRES", "")
        folder = Path(tempfile.mkdtemp(prefix="twolamps-test-"))
        if address:
            return cls(address, None, folder)
        fast = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        server = PostgresServer.start(folder / "postgres", fast)
        return cls(server.superuser_dsn("postgres"), server, folder)

    async def close(self) -> None:
        """Stop the embedded server and remove its cluster; from a given one, drop what `prepare` made but the logins."""
        if self.server is not None:
            self.server.stop()
            erase_cluster(self.folder / "postgres")
        else:
            await self.drop(self.template)
            await self.drop(f"{self.template}_keys")
        shutil.rmtree(self.folder, ignore_errors=True)

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


@dataclass(frozen=True, slots=True)
class Redis:
    """A real Redis; every test takes a prefix of its own."""

    url: str

    @staticmethod
    def new_prefix() -> str:
        """The first word of a test's channel and keys."""
        return f"test-{secrets.token_hex(6)}"
