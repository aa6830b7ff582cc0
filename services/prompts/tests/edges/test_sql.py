"""Does every statement of the store fit the migrated schema?"""

import pytest

from prompts import store
from twolamps_testkit.stage import Stage

STATEMENTS = {name: text for name, text in vars(store).items() if name.isupper() and isinstance(text, str)}


async def test_every_statement_prepares(played: Stage) -> None:
    async with played.tables("prompts").begin() as tx:
        for name, text in STATEMENTS.items():
            try:
                await tx.conn.prepare(text)
            except Exception as error:
                pytest.fail(f"{name}: {error}")
    assert len(STATEMENTS) >= 15


async def test_the_roles_have_no_more_rights_than_the_readme_says(played: Stage) -> None:
    async with played.tables("prompts").begin() as tx:
        rows = await tx.fetch(
            """SELECT t, r, p FROM unnest($1::text[]) t, unnest($2::text[]) r,
               unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) p WHERE has_table_privilege(r, t, p)""",
            ["rounds", "answers", "seals", "lights", "deals"],
            list(played.tables("prompts").roles.values()),
        )
        rights: dict[tuple[str, str], set[str]] = {}
        for row in rows:
            rights.setdefault((row["t"], row["r"].rpartition("_")[2]), set()).add(row["p"])
        may_reveal = await tx.fetchval(
            "SELECT has_column_privilege($1, 'rounds', 'revealed_at', 'UPDATE')", played.tables("prompts").roles["app"]
        )
    assert may_reveal
    assert rights == {
        ("rounds", "app"): {"SELECT"},
        ("answers", "app"): {"SELECT", "INSERT", "UPDATE", "DELETE"},
        ("seals", "app"): {"SELECT", "INSERT", "DELETE"},
        ("lights", "app"): {"SELECT", "INSERT", "UPDATE"},
        ("rounds", "worker"): {"SELECT", "INSERT"},
        ("deals", "worker"): {"SELECT", "INSERT", "UPDATE"},
    }
