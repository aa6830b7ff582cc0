"""`twolamps check` on a role of a platform: faults are planted in real servers, and each is named with what to do."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from standalone.check import database, machine
from standalone.check.command import look_at_everything
from standalone.check.machine import look_at_machine
from standalone.tests.check.conftest import Patient
from twolamps_chassis import clock
from twolamps_chassis.settings import Settings
from twolamps_testkit.servers import Postgres

SECRET = "a-word-nobody-may-read"


async def test_a_healthy_role_has_nothing_wrong(patient: Patient) -> None:
    assert await patient.wrong() == []


@pytest.mark.parametrize("role", ["prompts", "scheduling", "notifications", "gateway"])
async def test_a_healthy_role_that_keeps_no_data_has_nothing_wrong_wherever_it_runs(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    postgres, login = patient.stage.postgres, patient.stage.postgres.login(role)
    patient.elsewhere(keys=patient.keys.parent / role, database="", key_database="")
    if role != "gateway":
        keys = postgres.dsn(f"{postgres.template}_keys", login)
        patient.elsewhere(database=postgres.dsn(patient.stage.database, login), key_database=keys)
    monkeypatch.setattr(machine, "LEAST_FREE_BYTES", 1 << 60)
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
        ("peers", {"prompts": "127.0.0.1:9"}, "prompts does not answer at 127.0.0.1:9"),
        ("database", f"postgresql://somebody:{SECRET}@127.0.0.1:9/twolamps", "say which role this is"),
    ],
)
async def test_a_server_that_does_not_answer_is_named_without_its_password(
    patient: Patient, setting: str, value: object, named: str
) -> None:
    patient.elsewhere(**{setting: value})
    (found,) = await patient.wrong()
    assert named in found.what
    assert SECRET not in str(found)


async def test_a_database_or_a_login_that_is_not_there_is_told_from_a_server_that_is_away(patient: Patient) -> None:
    postgres = patient.stage.postgres
    patient.elsewhere(database=postgres.dsn("nowhere", patient.login))
    assert "There is no database" in (await patient.wrong())[0].what
    patient.elsewhere(database=named_login(postgres, "nobody_pairing", patient.stage.database))
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
