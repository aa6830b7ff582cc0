"""Is a role's database as it has to be? Reached with the role's own login, new enough, migrated, and closed to others."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import asyncpg

from standalone.check.findings import Finding, shown
from standalone.roles import migrations
from twolamps_chassis import clock
from twolamps_chassis.database_facts import DatabaseFacts, read_database_facts
from twolamps_chassis.keyring import Keyring, WrongWrappingKey
from twolamps_chassis.migrate import CHASSIS, newest

OLDEST = 150_000
SKEW = timedelta(seconds=2)
TIMEOUT_S = 10
MIGRATE = "twolamps migrate"
AWAY = "see that PostgreSQL runs there, and that the URL names it"
LOGIN = "twolamps migrate --hand-out FOLDER, and give this role the URLs in FOLDER/<role>"
REFUSED = (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError)
FAULTS = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError, ValueError)


async def look_at_database(role: str, dsn: str) -> AsyncIterator[Finding]:
    """What is found in the database of a role, under its own login."""
    place, before = shown(dsn), clock.utc_now()
    try:
        facts = await read_database_facts(dsn, role)
    except REFUSED:
        yield Finding(f"PostgreSQL at {place} refuses the login of {role}", LOGIN)
    except asyncpg.InvalidCatalogNameError:
        yield Finding(f"There is no database {place}", MIGRATE)
    except (asyncpg.InsufficientPrivilegeError, asyncpg.UndefinedObjectError, asyncpg.InvalidParameterValueError):
        yield Finding(f"PostgreSQL at {place} does not show {role} its own schema", MIGRATE)
    except FAULTS as error:
        yield Finding(f"PostgreSQL at {place} cannot be reached ({type(error).__name__})", AWAY)
    else:
        if facts.number < OLDEST:
            yield Finding(f"PostgreSQL at {place} is of version {facts.version}", "upgrade it to 15 or later")
        else:
            yield Finding(f"PostgreSQL {facts.version} answers {role} at {place}")
        at = facts.at + clock.offset()
        skew = max(before - at, at - clock.utc_now())
        if skew > SKEW:
            step = "set both by NTP: tokens are judged by this clock, reminders by the database's"
            yield Finding(f"This machine's clock and the database's differ by {skew.total_seconds():.1f} s", step)
        for finding in (*_login(facts), *_migrations(facts, role), *_guards(facts, role)):
            yield finding


async def look_at_keyring(role: str, dsn: str, wrapping_key: Path) -> Finding:
    """What is found in the database of wrapped keys, under a role's own login."""
    place = shown(dsn)
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await (await Keyring.connect(dsn, wrapping_key)).close()
    except WrongWrappingKey:
        return Finding(f"{wrapping_key} opens none of the keys in {place}", "put the right wrapping.key back")
    except asyncpg.UndefinedTableError:
        return Finding(f"There is no table of keys in {place}", MIGRATE)
    except REFUSED:
        return Finding(f"The key database {place} refuses the login of {role}", LOGIN)
    except asyncpg.InsufficientPrivilegeError:
        return Finding(f"The login of {role} may not read the keys in {place}", MIGRATE)
    except (PermissionError, FileNotFoundError):
        return Finding(f"{wrapping_key} cannot be used", "see what is said of the keys")
    except FAULTS as error:
        return Finding(f"The key database {place} cannot be reached ({type(error).__name__})", AWAY)
    return Finding(f"The key database {place} opens for {role}")


def _login(facts: DatabaseFacts) -> Iterator[Finding]:
    name = facts.login
    if facts.superuser:
        step = "give the role its own URL, as twolamps migrate --hand-out wrote it"
        yield Finding(f"The login {name} is a superuser: row level security does not hold for it", step)
    elif facts.bypasses_rls:
        yield Finding(
            f"The login {name} passes by row level security", f'as a superuser: ALTER ROLE "{name}" NOBYPASSRLS'
        )
    if facts.inherits and not facts.superuser:
        yield Finding(
            f"The login {name} has the rights of all its roles at once",
            f'as a superuser: ALTER ROLE "{name}" NOINHERIT',
        )


def _migrations(facts: DatabaseFacts, role: str) -> Iterator[Finding]:
    for table, folder in (("chassis_version", CHASSIS), ("version", migrations(role))):
        stands, needed = facts.stands[table], newest(folder)
        if stands is None:
            yield Finding(f"The schema {role} was never migrated ({table} is missing)", MIGRATE)
        elif stands > needed:
            step = "start the newer Twolamps that migrated it"
            yield Finding(f"The schema {role} is of {table} {stands}, this Twolamps knows {needed}", step)
        elif stands != needed:
            yield Finding(f"The schema {role} is of {table} {stands}, this Twolamps needs {needed}", MIGRATE)


def _guards(facts: DatabaseFacts, role: str) -> Iterator[Finding]:
    for name in facts.unguarded:
        table = f'"{role}"."{name}"'
        yield Finding(
            f"Row level security is off on {table}", f"as a superuser: ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        )
    for name in facts.owned:
        table = f'"{role}"."{name}"'
        step = f"as a superuser: ALTER TABLE {table} OWNER TO whoever owns the schema"
        yield Finding(f"{table} belongs to its login: row level security does not hold", step)
