"""May each role do with reminders what the README says, and no more; is the other's ring out of a person's reach?"""

from datetime import timedelta
from typing import Any

from twolamps_testkit.stage import Stage

HOUR = timedelta(hours=1)
TABLES = ["reminders", "occurrences", "rings", "extensions"]
RIGHTS = """
SELECT t AS name, r AS role, p AS privilege FROM unnest($1::text[]) t, unnest($2::text[]) r,
       unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) p WHERE has_table_privilege(r, t, p)
"""
COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_schema = 'scheduling' AND table_name = $2 AND has_column_privilege($1, table_name, column_name, $3)
"""


async def test_the_roles_have_no_more_rights_than_the_readme_says(evening: Stage) -> None:
    database = evening.tables("scheduling")
    async with database.begin() as tx:
        rows = await tx.fetch(RIGHTS, TABLES, list(database.roles.values()))
        may = {
            (role, table, right): {row["column_name"] for row in await tx.fetch(COLUMNS, name, table, right)}
            for role, name in database.roles.items()
            for table in ("reminders", "rings")
            for right in ("SELECT", "UPDATE")
        }
    rights: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        rights.setdefault((row["name"], row["role"].rpartition("_")[2]), set()).add(row["privilege"])
    assert rights == {
        ("reminders", "app"): {"SELECT", "INSERT"},
        ("occurrences", "app"): {"SELECT", "INSERT"},
        ("rings", "app"): {"SELECT", "INSERT"},
        ("extensions", "app"): {"SELECT", "INSERT", "UPDATE", "DELETE"},
        ("occurrences", "worker"): {"SELECT", "INSERT"},
        ("rings", "worker"): {"SELECT", "INSERT"},
        ("extensions", "worker"): {"SELECT", "UPDATE", "DELETE"},
    }
    assert not may["worker", "reminders", "SELECT"] & {"title", "note"}
    assert may["worker", "reminders", "UPDATE"] == {"over_at"}
    assert may["app", "reminders", "UPDATE"] == {"offer", "partner_lead", "cancelled_at", "over_at"}
    assert may["app", "rings", "UPDATE"] == may["worker", "rings", "UPDATE"] == {"shown", "due_at", "late"}


async def test_row_security_keeps_what_is_mine_from_my_partner_and_all_from_strangers(
    bells: Any, evening: Stage
) -> None:
    await evening.pair()
    await bells.make(evening.ann, "me", HOUR)
    ours = await bells.make(evening.ann, "both", HOUR, rrule="FREQ=DAILY")
    await bells.act(evening.sam, "Accept", ours)
    counts = {}
    for person in (evening.ann, evening.sam, evening.eve):
        async with evening.tables("scheduling").begin("app", person.id) as tx:
            counts[person.name] = [await tx.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES]
            others = await tx.fetchval("SELECT count(*) FROM rings WHERE person <> $1", person.id)
            assert others == (10 if person is evening.ann else 0)
    assert counts == {"Ann": [2, 11, 21, 1], "Sam": [1, 10, 10, 1], "Eve": [0, 0, 0, 0]}
