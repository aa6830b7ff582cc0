"""Does row level security hold where code forgets to ask? Each role reaches its own rows and no more."""

import asyncpg
import pytest

from pairing.tests.conftest import House
from twolamps.pairing.v1 import pairing_pb2 as pb

MINE = {"people": "id", "sessions": "person_id", "pairing_codes": "person_id", "ended_sessions": "person_id"}
CLOSED_TO_APP = ("refresh_tokens", "device_codes", "pairings", "share_grants", "share_expiries", "outbox")


async def test_a_persons_role_sees_that_persons_rows_only(house: House) -> None:
    ann, eve = await house.sign_up("Ann"), await house.sign_up("Eve")
    for person in (ann, eve):
        await house.code(person)
        other = await house.sign_in(person.name)
        await house.of(person).DeleteSession(pb.DeleteSessionRequest(session_id=str(other.session)))
    async with house.stage.tables("pairing").begin("app", ann.id) as tx:
        for table, owner in MINE.items():
            rows = await tx.fetch(f"SELECT {owner} AS owner FROM {table}")
            assert {row["owner"] for row in rows} == {ann.id}, table
    async with house.stage.tables("pairing").begin("app") as tx:
        for table in MINE:
            assert await tx.fetch(f"SELECT 1 FROM {table}") == []


async def test_a_persons_role_does_not_reach_what_is_the_workers(house: House) -> None:
    for table in CLOSED_TO_APP:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with house.stage.tables("pairing").begin("app", house.stage.ann.id) as tx:
                await tx.fetch(f"SELECT 1 FROM {table}")


async def test_a_persons_role_may_not_change_what_is_not_theirs_to_change(house: House) -> None:
    ann = await house.sign_up("Ann")
    for sql in [
        "UPDATE people SET password_hash = 'x'",
        "UPDATE people SET mail_hash = 'x'",
        "UPDATE couples SET ended_at = now()",
        "UPDATE sessions SET person_id = gen_random_uuid()",
        "INSERT INTO people SELECT * FROM people",
        "DELETE FROM sessions",
        "DELETE FROM ended_sessions",
    ]:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with house.stage.tables("pairing").begin("app", ann.id) as tx:
                await tx.execute(sql)


async def test_nobody_signs_another_out_by_the_tables(house: House) -> None:
    ann, eve = await house.sign_up("Ann"), await house.sign_up("Eve")
    sql = "INSERT INTO ended_sessions (session_id, person_id, ended_at) VALUES ($1, $2, $3)"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with house.stage.tables("pairing").begin("app", eve.id) as tx:
            await tx.execute(sql, ann.session, ann.id, tx.now)


async def test_the_worker_may_no_more_than_the_readme_says(house: House) -> None:
    for sql in [
        "UPDATE people SET zone = 'UTC'",
        "DELETE FROM people",
        "DELETE FROM sessions",
        "INSERT INTO pairing_codes SELECT * FROM pairing_codes",
        "DELETE FROM pairings",
        "UPDATE share_grants SET share = 'x'",
    ]:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with house.stage.tables("pairing").begin() as tx:
                await tx.execute(sql)


async def test_every_table_has_row_level_security_or_is_of_no_person(house: House) -> None:
    sql = """SELECT relname FROM pg_class WHERE relnamespace = 'pairing'::regnamespace AND relkind = 'r'
             AND NOT relrowsecurity ORDER BY 1"""
    async with house.stage.tables("pairing").begin() as tx:
        open_tables = {row["relname"] for row in await tx.fetch(sql)}
    assert open_tables == {"outbox", "event_log", "cursors", "parked", "chassis_version", "version"}
