"""`twolamps check` on a role of a platform: faults are planted in real servers, and each is named with what to do."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from pairing.main import compose
from standalone.check import database, machine
from standalone.check.command import look_at_everything
from standalone.check.findings import Finding
from standalone.check.machine import look_at_machine
from standalone.databases import Databases
from standalone.hand_out import hand_out
from twolamps_chassis import clock
from twolamps_chassis.kafka_topics import admin_client, make_topics, topic_names
from twolamps_chassis.settings import Settings
from twolamps_testkit.servers import Kafka, Postgres
from twolamps_testkit.stage import Stage, eventually

REDIS = os.environ.get("TWOLAMPS_TEST_REDIS", "")
SECRET = "a-word-nobody-may-read"


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

    async def topic(self, **own: str) -> None:
        resource = ConfigResource(ConfigResourceType.TOPIC, f"{self.settings.prefix}.pairing.v1", configs=own)
        await self.admin.alter_configs([resource])


@pytest.fixture
async def patient(stage: Stage, kafka: Kafka, tmp_path: Path) -> AsyncIterator[Patient]:
    if not REDIS:
        pytest.skip(
            "needs a real Redis: docker run -p 6379:6379 redis:8, then TWOLAMPS_TEST_REDIS=redis://127.0.0.1:6379"
        )
    node = await stage.start(pairing=compose)
    hand_out(Databases(str, lambda login, _: login, Path()), stage.postgres.keys, tmp_path / "out")
    settings = Settings(
        data=tmp_path,
        keys=tmp_path / "out" / "pairing",
        database=stage.postgres.dsn(stage.database, stage.postgres.login("pairing")),
        key_database=stage.postgres.dsn(f"{stage.postgres.template}_keys", stage.postgres.login("pairing")),
        kafka=kafka.servers,
        redis=REDIS,
        prefix=f"t{secrets.token_hex(4)}",
        peers={"pairing": f"127.0.0.1:{node.grpc_port}"},
    )
    async with admin_client(kafka.servers) as admin:
        await make_topics(admin, settings.prefix, 1)
        yield Patient(stage, settings, admin)
        await admin.delete_topics(topic_names(settings.prefix))


async def test_a_healthy_role_has_nothing_wrong(patient: Patient) -> None:
    assert await patient.wrong() == []


@pytest.mark.parametrize(
    ("planted", "undone", "named", "following"),
    [
        ("ALTER ROLE {login} SUPERUSER", "ALTER ROLE {login} NOSUPERUSER", "is a superuser", "own URL"),
        ("ALTER ROLE {login} BYPASSRLS", "ALTER ROLE {login} NOBYPASSRLS", "passes by row level", "NOBYPASSRLS"),
        ("ALTER ROLE {login} INHERIT", "ALTER ROLE {login} NOINHERIT", "rights of all its roles", "NOINHERIT"),
        ("ALTER TABLE pairing.couples DISABLE ROW LEVEL SECURITY", "", 'off on "pairing"."couples"', "ENABLE ROW"),
        ("ALTER TABLE pairing.streams OWNER TO {login}", "", '"pairing"."streams" belongs to its login', "OWNER TO"),
        ("UPDATE pairing.version SET version_num = '0001'", "", "is of version 0001", "twolamps migrate"),
        ("UPDATE pairing.chassis_version SET version_num = '9999'", "", "chassis_version 9999", "newer Twolamps"),
        ("DROP TABLE pairing.version", "", "never migrated", "twolamps migrate"),
    ],
)
async def test_a_database_that_is_not_safe_is_named(
    patient: Patient, planted: str, undone: str, named: str, following: str
) -> None:
    try:
        await patient.sql(planted.format(login=patient.login))
        (found,) = await patient.wrong()
    finally:
        if undone:
            await patient.sql(undone.format(login=patient.login))
    assert named in found.what
    assert following in found.following


def elsewhere(patient: Patient, **changes: object) -> None:
    patient.settings = patient.settings.model_copy(update=changes)


def named_login(postgres: Postgres, login: str, database: str) -> str:
    return postgres.dsn(database, login).replace("only-for-tests", SECRET)


@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [
        ("database", f"postgresql://twolamps_pairing:{SECRET}@127.0.0.1:9/twolamps", "127.0.0.1:9/twolamps cannot be"),
        ("key_database", f"postgresql://twolamps_pairing:{SECRET}@127.0.0.1:9/keys", "127.0.0.1:9/keys cannot be"),
        ("kafka", "127.0.0.1:9", "Kafka at 127.0.0.1:9 cannot be used"),
        ("redis", f"redis://:{SECRET}@127.0.0.1:9", "Redis at 127.0.0.1:9 cannot be used"),
        ("redis", "", "TWOLAMPS_REDIS is not set"),
        ("redis", "no url", "TWOLAMPS_REDIS is no URL"),
        ("peers", {"prompts": "127.0.0.1:9"}, "prompts does not answer at 127.0.0.1:9"),
        ("database", f"postgresql://somebody:{SECRET}@127.0.0.1:9/twolamps", "say which role this is"),
    ],
)
async def test_a_server_that_does_not_answer_is_named_without_its_password(
    patient: Patient, setting: str, value: object, named: str
) -> None:
    elsewhere(patient, **{setting: value})
    (found,) = await patient.wrong()
    assert named in found.what
    assert SECRET not in str(found)


async def test_a_database_or_a_login_that_is_not_there_is_told_from_a_server_that_is_away(patient: Patient) -> None:
    postgres = patient.stage.postgres
    elsewhere(patient, database=postgres.dsn("nowhere", patient.login))
    assert "There is no database" in (await patient.wrong())[0].what
    elsewhere(patient, database=named_login(postgres, "nobody_pairing", patient.stage.database))
    (found,) = await patient.wrong()
    assert "refuses the login of pairing" in found.what
    assert SECRET not in str(found)


async def test_a_wrapping_key_that_opens_nothing_is_named(patient: Patient) -> None:
    keys = f"{patient.stage.postgres.template}_keys"
    await patient.sql("DELETE FROM data_keys; INSERT INTO data_keys VALUES (gen_random_uuid(), sha512('x'))", keys)
    try:
        (found,) = await patient.wrong()
    finally:
        await patient.sql("DELETE FROM data_keys", keys)
    assert "opens none of the keys" in found.what


async def test_a_key_table_that_may_not_be_read_is_named(patient: Patient) -> None:
    keys = f"{patient.stage.postgres.template}_keys"
    await patient.sql(f"REVOKE SELECT ON data_keys FROM {patient.login}", keys)
    try:
        (found,) = await patient.wrong()
    finally:
        await patient.sql(f"GRANT SELECT ON data_keys TO {patient.login}", keys)
    assert "may not read the keys" in found.what


async def test_a_server_that_is_too_old_is_named(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "OLDEST", 990_000)
    (found,) = await patient.wrong()
    assert "upgrade it" in found.following


async def test_a_clock_that_is_off_is_named(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "utc_now", lambda now=clock.utc_now: now() + 2 * database.SKEW)
    (found,) = await patient.wrong()
    assert "differ by 4.0 s" in found.what


def _swapped(keys: Path) -> None:
    (keys / "public" / "pairing.json").write_bytes((keys / "public" / "prompts.json").read_bytes())


@pytest.mark.parametrize(
    ("plant", "named"),
    [
        (lambda keys: (keys / "private" / "token.json").unlink(), ["token.json is missing"]),
        (lambda keys: (keys / "private" / "mail-hash.key").write_bytes(b""), ["mail-hash.key is empty"]),
        (lambda keys: (keys / "private" / "pairing.json").chmod(0o644), ["pairing.json can be read by others"]),
        (lambda keys: (keys / "private").chmod(0o755), ["is open to others"]),
        (lambda keys: (keys / "private" / "prompts.json").touch(0o600), ["prompts.json is not a key for pairing"]),
        (lambda keys: (keys / "private" / "pairing.json").write_text("{}"), ["pairing.json is no key"]),
        (lambda keys: (keys / "public" / "gateway.json").unlink(), ["calls of gateway would be refused"]),
        (
            lambda keys: next((keys / "public").glob("token-*.json")).unlink(),
            ["nobody's token would be believed", "token.json does not fit"],
        ),
        (_swapped, ["pairing.json does not fit its public half"]),
        (
            lambda keys: (keys / "private" / "wrapping.key").write_bytes(b"short"),
            ["does not hold 32 bytes", "opens none of the keys"],
        ),
        (
            lambda keys: (keys / "private" / "wrapping.key").chmod(0o640),
            ["wrapping.key can be read by others", "wrapping.key cannot be used"],
        ),
    ],
)
async def test_a_keys_folder_that_is_not_its_roles_is_named(
    patient: Patient, plant: Callable[[Path], object], named: Sequence[str]
) -> None:
    plant(patient.keys)
    found = await patient.wrong()
    assert len(found) == len(named)
    assert all(any(part in finding.what for finding in found) for part in named)


async def _head_deleted(patient: Patient) -> None:
    topic = f"{patient.settings.prefix}.pairing.v1"
    place = TopicPartition(topic, 0)
    producer = AIOKafkaProducer(bootstrap_servers=patient.settings.kafka)
    await producer.start()
    for _ in range(5):
        await producer.send_and_wait(topic, b"x")
    await producer.stop()
    reader = AIOKafkaConsumer(
        bootstrap_servers=patient.settings.kafka, group_id=f"notifications.{topic}", enable_auto_commit=False
    )
    await reader.start()
    reader.assign([place])
    await reader.commit({place: 2})
    await reader.stop()
    await patient.admin.delete_records({place: RecordsToDelete(before_offset=5)})


@pytest.mark.parametrize(
    ("plant", "named"),
    [
        (lambda p: p.admin.delete_topics([f"{p.settings.prefix}.fences.v1"]), "fences.v1: it is missing"),
        (
            lambda p: p.topic(**{"retention.ms": "-1", "segment.ms": "3600000", "max.message.bytes": "2000000"}),
            "7 days",
        ),
        (
            lambda p: p.topic(**{"segment.ms": "3600000", "max.message.bytes": "9"}),
            "the largest event would be refused",
        ),
        (
            lambda p: p.topic(**{"cleanup.policy": "compact", "segment.ms": "3600000", "max.message.bytes": "2000000"}),
            "compaction drops",
        ),
        (
            lambda p: p.topic(**{"min.insync.replicas": "2", "segment.ms": "3600000", "max.message.bytes": "2000000"}),
            "writing stops",
        ),
        (_head_deleted, "3 records were deleted before the group notifications."),
    ],
)
async def test_a_log_that_could_lose_events_is_named(
    patient: Patient, plant: Callable[[Patient], Awaitable[None]], named: str
) -> None:
    await plant(patient)
    (found,) = await eventually(patient.wrong)
    assert named in found.what
    assert found.following.startswith("twolamps")


def test_a_machine_without_room_files_or_zones_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "LEAST_FREE_BYTES", 1 << 60)
    monkeypatch.setattr(machine, "LEAST_FILES", 1 << 40)
    named = [finding.what for finding in look_at_machine(tmp_path / "not" / "yet", "Atlantis/Capital") if finding.wrong]
    for part in ("No time zones", f"are free at {tmp_path}", "files may be open"):
        assert any(part in what for what in named)


async def test_a_check_makes_nothing(tmp_path: Path) -> None:
    found = [finding async for finding in look_at_everything(Settings(data=tmp_path / "data"))]
    assert not any(finding.wrong for finding in found)
    assert "twolamps up makes one" in found[-1].what
    assert not await asyncio.to_thread((tmp_path / "data").exists)
