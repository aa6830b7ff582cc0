"""Is a role's database as it has to be? Reached with the role's own login, new enough, migrated, and closed to others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import asyncpg

from standalone.check.findings import Finding, shown
from standalone.roles import migrations
from twolamps_chassis import clock
from twolamps_chassis.keyring import Keyring, WrongWrappingKey
from twolamps_chassis.migrate import CHASSIS, newest

OLDEST = 150_000
SKEW = timedelta(seconds=2)
TIMEOUT_S = 5
MIGRATE = "twolamps migrate"
AWAY = "see that PostgreSQL runs there, and that the URL names it"
LOGIN = "twolamps migrate --hand-out FOLDER, and give this role the URLs in FOLDER/<role>"
FAULTS = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError, ValueError)
UNGUARDED = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
  AND EXISTS (SELECT 1 FROM pg_policy WHERE polrelid = c.oid) ORDER BY 1
"""
OWNED = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND pg_has_role(session_user, c.relowner, 'MEMBER') ORDER BY 1
"""
SELF = (
    "SELECT rolsuper, rolbypassrls, rolinherit, session_user::text AS name FROM pg_roles WHERE rolname = session_user"
)


async def look_at_database(role: str, dsn: str) -> AsyncIterator[Finding]:
    """What is found in the database of a role, under its own login."""
    place = shown(dsn)
    try:
        conn = await asyncpg.connect(dsn, timeout=TIMEOUT_S, command_timeout=TIMEOUT_S)
    except (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError):
        yield Finding(f"PostgreSQL at {place} refuses the login of {role}", LOGIN)
        return
    except asyncpg.InvalidCatalogNameError:
        yield Finding(f"There is no database {place}", MIGRATE)
        return
    except FAULTS as error:
        yield Finding(f"PostgreSQL at {place} cannot be reached ({type(error).__name__})", AWAY)
        return
    try:
        version = (await conn.fetchval("SHOW server_version")).split()[0]
        if int(await conn.fetchval("SHOW server_version_num")) < OLDEST:
            yield Finding(f"PostgreSQL at {place} is of version {version}", "upgrade it to 15 or later")
        else:
            yield Finding(f"PostgreSQL {version} answers {role} at {place}")
        for look in (_clock, _login, _migrations, _guards):
            async for finding in look(conn, role):
                yield finding
    except FAULTS as error:
        yield Finding(f"PostgreSQL at {place} cannot be looked at ({type(error).__name__})", MIGRATE)
    finally:
        with suppress(*FAULTS):
            await conn.close(timeout=1)


async def look_at_keyring(role: str, dsn: str, wrapping_key: Path) -> Finding:
    """What is found in the database of wrapped keys, under a role's own login."""
    place = shown(dsn)
    try:
        async with asyncio.timeout(2 * TIMEOUT_S):
            await (await Keyring.connect(dsn, wrapping_key)).close()
    except WrongWrappingKey:
        return Finding(f"{wrapping_key} opens none of the keys in {place}", "put the right wrapping.key back")
    except asyncpg.UndefinedTableError:
        return Finding(f"There is no table of keys in {place}", MIGRATE)
    except asyncpg.InsufficientPrivilegeError:
        return Finding(f"The login of {role} may not read the keys in {place}", MIGRATE)
    except (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError):
        return Finding(f"The key database {place} refuses the login of {role}", LOGIN)
    except (PermissionError, FileNotFoundError):
        return Finding(f"{wrapping_key} cannot be used", "see what is said of the keys")
    except FAULTS as error:
        return Finding(f"The key database {place} cannot be reached ({type(error).__name__})", AWAY)
    return Finding(f"The key database {place} opens for {role}")


async def _clock(conn: "asyncpg.Connection[asyncpg.Record]", _role: str) -> AsyncIterator[Finding]:
    before = clock.utc_now()
    there = await conn.fetchval("SELECT clock_timestamp()")
    after = clock.utc_now()
    skew = max(before - clock.offset() - there, there - (after - clock.offset()), timedelta())
    if skew > SKEW:
        step = "set both by NTP: tokens are judged by this clock, reminders by the database's"
        yield Finding(f"This machine's clock and the database's differ by {skew.total_seconds():.1f} s", step)


async def _login(conn: "asyncpg.Connection[asyncpg.Record]", _role: str) -> AsyncIterator[Finding]:
    row = await conn.fetchrow(SELF)
    assert row is not None
    name = row["name"]
    step = "give the role its own URL, as twolamps migrate --hand-out wrote it"
    if row["rolsuper"]:
        yield Finding(f"The login {name} is a superuser: row level security does not hold for it", step)
    elif row["rolbypassrls"]:
        yield Finding(f"The login {name} passes by row level security", f'ALTER ROLE "{name}" NOBYPASSRLS')
    if row["rolinherit"] and not row["rolsuper"]:
        yield Finding(f"The login {name} has the rights of all its roles at once", f'ALTER ROLE "{name}" NOINHERIT')


async def _migrations(conn: "asyncpg.Connection[asyncpg.Record]", role: str) -> AsyncIterator[Finding]:
    login = await conn.fetchval("SELECT session_user::text")
    async with conn.transaction(readonly=True):
        await conn.execute("SELECT set_config('role', $1, true)", f"{login}_worker")
        for folder, table in ((CHASSIS, "chassis_version"), (migrations(role), "version")):
            if not await conn.fetchval("SELECT to_regclass($1)::text", f'"{role}".{table}'):
                yield Finding(f"The schema {role} was never migrated", MIGRATE)
                return
            stands, needed = await conn.fetchval(f'SELECT max(version_num) FROM "{role}".{table}'), newest(folder)
            if stands > needed:
                step = "start the newer Twolamps that migrated it"
                yield Finding(f"The schema {role} is of {table} {stands}, this Twolamps knows {needed}", step)
            elif stands != needed:
                yield Finding(f"The schema {role} is of {table} {stands}, this Twolamps needs {needed}", MIGRATE)


async def _guards(conn: "asyncpg.Connection[asyncpg.Record]", role: str) -> AsyncIterator[Finding]:
    for row in await conn.fetch(UNGUARDED, role):
        table = f'"{role}"."{row["relname"]}"'
        yield Finding(f"Row level security is off on {table}", f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    if not await conn.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = session_user"):
        for row in await conn.fetch(OWNED, role):
            table = f'"{role}"."{row["relname"]}"'
            yield Finding(
                f"{table} belongs to its login: row level security does not hold",
                f"ALTER TABLE {table} OWNER TO postgres",
            )
