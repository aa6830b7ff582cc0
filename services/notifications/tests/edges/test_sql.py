"""Does every statement of the store fit the migrated schema, and may each role do what the README says and no more?"""

import ast
from pathlib import Path

import pytest

from notifications import store
from notifications.tests.conftest import House

RIGHTS = """
SELECT t AS name, r AS role, p AS privilege FROM unnest($1::text[]) t, unnest($2::text[]) r,
       unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) p WHERE has_table_privilege(r, t, p)
"""


def statements() -> list[str]:
    texts = [
        node.value for node in ast.walk(ast.parse(Path(store.__file__).read_text())) if isinstance(node, ast.Constant)
    ]
    found = [text.strip() for text in texts if isinstance(text, str)]
    return [text for text in found if text.split(" ")[0].strip() in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")]


async def test_every_statement_prepares(house: House) -> None:
    found = statements()
    assert len(found) >= 15
    async with house.stage.tables("notifications").begin() as tx:
        for sql in found:
            try:
                await tx.conn.prepare(sql)
            except Exception as error:
                pytest.fail(f"{error}: {sql}")


async def test_the_roles_have_no_more_rights_than_the_readme_says(house: House) -> None:
    tables = house.stage.tables("notifications")
    async with tables.begin() as tx:
        rows = await tx.fetch(RIGHTS, ["heads", "items", "changes", "tidyings"], list(tables.roles.values()))
        state = await tx.fetchval("SELECT has_column_privilege($1, 'items', 'state', 'UPDATE')", tables.roles["app"])
    rights: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        rights.setdefault((row["name"], row["role"].rpartition("_")[2]), set()).add(row["privilege"])
    assert state
    assert rights == {
        ("heads", "app"): {"SELECT", "INSERT", "UPDATE"},
        ("items", "app"): {"SELECT"},
        ("changes", "app"): {"INSERT"},
        ("heads", "worker"): {"SELECT", "INSERT", "UPDATE"},
        ("items", "worker"): {"SELECT", "INSERT", "UPDATE", "DELETE"},
        ("changes", "worker"): {"SELECT", "INSERT", "DELETE"},
        ("tidyings", "worker"): {"SELECT", "UPDATE"},
    }


async def test_a_person_sees_own_rows_only_whatever_is_asked(house: House) -> None:
    async with house.stage.tables("notifications").begin("app", house.ann.id) as tx:
        for sql in ("SELECT person FROM items", "SELECT person FROM heads"):
            assert {row["person"] for row in await tx.fetch(sql)} == {house.ann.id}
        assert await tx.execute("UPDATE items SET state = 'read' WHERE person = $1", house.sam.id) == "UPDATE 0"
