"""How does a database come to fit the code? Roles and schemas are made, then Alembic runs plain SQL, under one lock.

Promises: may be run again, by several at once; the chassis tables come before each service's own; every object belongs
to the owner, so that row level security holds for the roles that services use.
"""

import hashlib
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg

if TYPE_CHECKING:
    from sqlalchemy import Connection

CHASSIS = Path(__file__).parent / "migrations"
KEYS_DATABASE = "twolamps_keys"
KEYS = """
CREATE TABLE IF NOT EXISTS data_keys (
    owner uuid PRIMARY KEY, wrapped bytea, made_at timestamptz NOT NULL DEFAULT now(), dropped_at timestamptz,
    CHECK ((wrapped IS NULL) = (dropped_at IS NOT NULL))
);
"""
_roles: ContextVar[Mapping[str, str]] = ContextVar("roles")


class DataIsNewer(Exception):
    """The schema is of a revision that this code does not know."""


def run(sql: str) -> None:
    """For migrations: run statements with :app and :worker standing for the service's roles."""
    from alembic import op

    for name, role in _roles.get().items():
        sql = sql.replace(f":{name}", f'"{role}"')
    connection = op.get_bind().connection.dbapi_connection
    assert connection is not None
    connection.run_async(lambda driver: driver.execute(sql))  # the simple protocol takes many statements at once


async def provision(admin_dsn: str, databases: Mapping[str, Sequence[str]], passwords: Mapping[str, str]) -> None:
    """Make databases with a schema, a login and two roles for each service; a login is named <database>_<service>.

    `admin_dsn` is a superuser's on any database of the server; `passwords` by login, none where peers are trusted.
    """
    admin = await asyncpg.connect(admin_dsn)
    try:
        await admin.execute("SELECT pg_advisory_lock(720801)")
        for database, services in databases.items():
            if not await admin.fetchval("SELECT true FROM pg_database WHERE datname = $1", database):
                await admin.execute(f'CREATE DATABASE "{database}"')
                await admin.execute(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
            for service in services:
                login = f"{database}_{service}"
                for role in (f"{login}_app", f"{login}_worker"):
                    await _make_role(admin, role, "NOLOGIN")
                await _make_role(admin, login, "LOGIN NOINHERIT")
                if login in passwords:
                    quoted = await admin.fetchval("SELECT quote_literal($1::text)", passwords[login])
                    await admin.execute(f'ALTER ROLE "{login}" PASSWORD {quoted}')
                await admin.execute(f'GRANT "{login}_app", "{login}_worker" TO "{login}"')
                await admin.execute(f'GRANT CONNECT ON DATABASE "{database}" TO "{login}"')
    finally:
        await admin.close()


async def provision_keys(admin_dsn: str, logins: Sequence[str]) -> None:
    """Make the table of wrapped keys in the keys' own database; `admin_dsn` is a superuser's on that database."""
    admin = await asyncpg.connect(admin_dsn)
    try:
        await admin.execute("SELECT pg_advisory_lock(720803)")
        await admin.execute(KEYS)
        name = await admin.fetchval("SELECT current_database()")
        for login in logins:
            await admin.execute(f'GRANT CONNECT ON DATABASE "{name}" TO "{login}"')
            rights = "SELECT, INSERT, UPDATE" if login.endswith("_pairing") else "SELECT, INSERT"  # who may erase
            await admin.execute(f'GRANT {rights} ON data_keys TO "{login}"')
    finally:
        await admin.close()


async def migrate(admin_dsn: str, service: str, migrations: Path) -> None:
    """Bring a service's schema up to date; `admin_dsn` is the owner's on the service's database."""
    if await _is_up_to_date(admin_dsn, service, migrations):
        return  # and Alembic with SQLAlchemy, a second to import, is left alone
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    engine = create_async_engine(
        "postgresql+asyncpg://", poolclass=NullPool, async_creator=lambda: asyncpg.connect(admin_dsn)
    )
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_migrate_schema, service, migrations)
    finally:
        await engine.dispose()


async def _is_up_to_date(admin_dsn: str, service: str, migrations: Path) -> bool:
    """Whether both chains stand at their newest file, and the service can see so."""
    admin = await asyncpg.connect(admin_dsn)
    try:
        for folder, table in ((CHASSIS, "chassis_version"), (migrations, "version")):
            name = f'"{service}".{table}'
            if not await admin.fetchval("SELECT to_regclass($1)::text", name):
                return False
            if await admin.fetchval(f"SELECT max(version_num) FROM {name}") != newest(folder):
                return False
            worker = f"{await admin.fetchval('SELECT current_database()')}_{service}_worker"
            if not await admin.fetchval("SELECT has_table_privilege($1, $2, 'SELECT')", worker, name):
                return False
    finally:
        await admin.close()
    return True


def newest(folder: Path) -> str:
    """The revision that a folder of migrations leads to; its files are <revision>_<what>.py."""
    return max(path.stem.split("_")[0] for path in (folder / "versions").glob("[0-9]*.py"))


def _migrate_schema(connection: "Connection", service: str, migrations: Path) -> None:
    from sqlalchemy import text

    database = connection.execute(text("SELECT current_database()")).scalar_one()
    lock = int.from_bytes(hashlib.sha256(service.encode()).digest()[:4])
    connection.execute(text("SELECT pg_advisory_xact_lock(720802, :lock)"), {"lock": lock - 2**31})
    login = f"{database}_{service}"
    connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{service}"'))
    connection.execute(text(f'GRANT USAGE ON SCHEMA "{service}" TO "{login}", "{login}_app", "{login}_worker"'))
    connection.execute(text(f'SET LOCAL search_path TO "{service}"'))
    token = _roles.set({"app": f"{login}_app", "worker": f"{login}_worker"})
    try:
        for folder, table in ((CHASSIS, "chassis_version"), (migrations, "version")):
            _upgrade(connection, folder, service, table)
            connection.execute(text(f'GRANT SELECT ON "{service}".{table} TO "{login}_worker"'))
    finally:
        _roles.reset(token)


def _upgrade(connection: "Connection", folder: Path, schema: str, version_table: str) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)

    def to_head(revision: Any, _context: Any) -> Any:
        return script._upgrade_revs("head", revision)

    with EnvironmentContext(config, script, fn=to_head) as environment:
        environment.configure(connection=connection, version_table=version_table, version_table_schema=schema)
        try:
            environment.run_migrations()
        except CommandError as error:
            raise DataIsNewer(str(error)) from error


async def _make_role(admin: "asyncpg.Connection[asyncpg.Record]", name: str, options: str) -> None:
    if not await admin.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", name):
        await admin.execute(f'CREATE ROLE "{name}" {options}')
