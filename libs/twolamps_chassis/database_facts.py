"""What is so of a role's database? What its own login can see: version, rights, migrations, row level security, the time.

Promises: reads only, under the role's own login; tells facts and judges nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import asyncpg

TIMEOUT_S = 5
FACTS = """
SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
       rolname::text AS login, rolsuper, rolbypassrls, rolinherit, clock_timestamp() AS at
FROM pg_roles WHERE rolname = session_user
"""
UNGUARDED = """
SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
  AND EXISTS (SELECT 1 FROM pg_policy WHERE polrelid = c.oid) ORDER BY 1
"""
OWNED = """
SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND pg_has_role(session_user, c.relowner, 'MEMBER') ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """`stands` is the revision of each version table, None where there is none; `unguarded` are tables with policies whose
    row level security is off, `owned` those that the login owns. `at` is the database's clock."""

    version: str
    number: int
    login: str
    superuser: bool
    bypasses_rls: bool
    inherits: bool
    at: datetime
    stands: Mapping[str, str | None]
    unguarded: tuple[str, ...]
    owned: tuple[str, ...]


async def read_database_facts(dsn: str, schema: str) -> DatabaseFacts:
    """Look, within some seconds; raises OSError, TimeoutError, asyncpg's errors, ValueError for a URL that is none."""
    conn = await asyncpg.connect(dsn, timeout=TIMEOUT_S, command_timeout=TIMEOUT_S)
    try:
        row = await conn.fetchrow(FACTS)
        assert row is not None
        unguarded, owned = await conn.fetch(UNGUARDED, schema), await conn.fetch(OWNED, schema)
        return DatabaseFacts(
            row["version"].split()[0], row["number"], row["login"], row["rolsuper"], row["rolbypassrls"],
            row["rolinherit"], row["at"], await _stands(conn, schema, row["login"]),
            tuple(name for (name,) in unguarded), () if row["rolsuper"] else tuple(name for (name,) in owned),
        )  # fmt: skip
    finally:
        conn.terminate()


async def _stands(conn: "asyncpg.Connection[asyncpg.Record]", schema: str, login: str) -> dict[str, str | None]:
    stands: dict[str, str | None] = {}
    async with conn.transaction(readonly=True):
        await conn.execute("SELECT set_config('role', $1, true)", f"{login}_worker")
        for table in ("chassis_version", "version"):
            there = await conn.fetchval("SELECT to_regclass($1)::text", f'"{schema}".{table}')
            stands[table] = await conn.fetchval(f"SELECT max(version_num) FROM {there}") if there else None
    return stands
