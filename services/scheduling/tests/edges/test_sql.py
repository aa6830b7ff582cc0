"""Does every statement of the store fit the migrated schema, and may each role do what the README says and no more?"""

from importlib import import_module
from pkgutil import iter_modules

import pytest

from scheduling import store
from twolamps_testkit.stage import Stage

MODULES = [import_module(f"scheduling.store.{module.name}") for module in iter_modules(store.__path__)]
STATEMENTS = {
    f"{module.__name__}.{name}": text
    for module in MODULES
    for name, text in vars(module).items()
    if name.isupper() and isinstance(text, str) and text.split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
}
RIGHTS = """
SELECT t AS name, r AS role, p AS privilege FROM unnest($1::text[]) t, unnest($2::text[]) r,
       unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) p WHERE has_table_privilege(r, t, p)
"""


async def test_every_statement_prepares(evening: Stage) -> None:
    async with evening.tables("scheduling").begin("app", evening.ann.id) as tx:
        for name, text in STATEMENTS.items():
            try:
                await tx.conn.prepare(text)
            except Exception as error:
                pytest.fail(f"{name}: {error}")
    assert len(STATEMENTS) >= 12


async def test_the_roles_have_no_more_rights_than_the_readme_says(evening: Stage) -> None:
    tables, roles = evening.tables("scheduling"), evening.tables("scheduling").roles
    async with tables.begin() as tx:
        rows = await tx.fetch(
            RIGHTS, ["invites", "invite_proposals", "invite_expiries", "windows"], list(roles.values())
        )
        columns = await tx.fetch(
            """SELECT c AS name, p AS privilege
               FROM unnest(ARRAY['title', 'note', 'state', 'revision', 'starts_at', 'sequence']) c,
                    unnest(ARRAY['SELECT', 'UPDATE']) p WHERE has_column_privilege($1, 'invites', c, p)""",
            roles["worker"],
        )
    rights: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        rights.setdefault((row["name"], row["role"].rpartition("_")[2]), set()).add(row["privilege"])
    assert rights == {
        ("invites", "app"): {"SELECT", "INSERT", "UPDATE"},
        ("invite_proposals", "app"): {"SELECT", "INSERT"},
        ("invite_expiries", "app"): {"SELECT", "INSERT", "UPDATE", "DELETE"},
        ("windows", "app"): {"SELECT", "INSERT", "UPDATE"},
        ("invite_proposals", "worker"): {"SELECT"},
        ("invite_expiries", "worker"): {"SELECT", "UPDATE", "DELETE"},
        ("windows", "worker"): {"SELECT"},
    }
    assert {(row["name"], row["privilege"]) for row in columns} == {
        *((name, "SELECT") for name in ("state", "revision", "starts_at", "sequence")),
        *((name, "UPDATE") for name in ("state", "revision")),
    }
