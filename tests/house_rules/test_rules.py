"""Does the repository keep the rules of the house, and would each rule notice if it did not?"""

from pathlib import Path

import pytest

from tests.house_rules import rules

ROOT = Path(__file__).parents[2]
DAY = "services/scheduling/domain/days.py"

# A rule, a file, and what it says: each alone breaks the rule.
PLANTED = [
    (rules.no_long_files, "libs/twolamps_chassis/hub.py", "a = 1\n" * 301),
    (rules.no_long_files, "services/pairing/use_cases/end_couple.py", "a = 1\n" * 91),
    (rules.no_long_files, "services/gateway/web/app/store.js", "a()\n" * 301),
    (rules.no_long_files, "services/gateway/web/app/styles/base.css", "a {}\n" * 301),
    (rules.no_long_files, "deploy/start.sh", "true\n" * 301),
    (rules.no_long_files, ".ci/run", "#!/bin/bash\n" + "true\n" * 300),
    (rules.commits_only_at_the_edge, "services/pairing/store.py", "await connection.commit()"),
    (rules.commits_only_at_the_edge, "services/pairing/use_cases/x.py", "async with tx.transaction(): pass"),
    (rules.time_comes_from_the_clock, DAY, "import datetime\nat = datetime.datetime.now(datetime.UTC)"),
    (rules.time_comes_from_the_clock, DAY, "from datetime import datetime as d\nat = d.utcnow()"),
    (rules.time_comes_from_the_clock, DAY, "from datetime import date\non = field(default_factory=date.today)"),
    (rules.time_comes_from_the_clock, DAY, "import time as t\nt.time()"),
    (rules.time_comes_from_the_clock, DAY, "from time import sleep\nsleep(1)"),
    (rules.time_comes_from_the_clock, "services/pairing/consumers.py", "import asyncio\nawait asyncio.sleep(1)"),
    (rules.every_file_is_in_its_room, "services/pairing/cache.py", ""),
    (rules.every_file_is_in_its_room, "services/pairing/channels/mail.py", ""),
    (rules.every_file_is_in_its_room, "services/gateway/store.py", ""),
    (rules.every_file_is_in_its_room, "services/pairing/tests/test_stray.py", ""),
    (rules.every_file_is_in_its_room, "services/billing/main.py", ""),
    (rules.packages_are_packages_and_tests_are_not, "services/pairing/tests/__init__.py", ""),
    (rules.sql_only_in_stores, "services/pairing/use_cases/x.py", 'q = "SELECT id FROM person"'),
    (rules.sql_only_in_stores, "services/pairing/main.py", 'q = f"""\n  update pairing.person set name = {x}"""'),
    (rules.sql_only_in_stores, "services/standalone/status.py", "q = 'delete from outbox where id = $1'"),
    (rules.sql_only_in_stores, "services/pairing/main.py", "q = 'INSERT INTO person VALUES (1)'"),
    (rules.sql_only_in_stores, "services/pairing/main.py", "q = 'WITH due AS (VALUES (1)) TABLE due'"),
    (rules.sql_only_in_stores, "services/pairing/main.py", "q = 'select pg_advisory_lock(1)'"),
    (rules.names_say_something, "services/pairing/domain/utils.py", ""),
    (rules.names_say_something, "libs/twolamps_chassis/base_store.py", ""),
    (rules.names_say_something, "libs/twolamps_chassis/common/x.py", ""),
    (rules.names_say_something, "services/pairing/grpc_api.py", "class PairingService: pass"),
    (rules.names_say_something, "services/pairing/store.py", "class AbstractStore: pass"),
    (rules.names_say_something, "services/pairing/store.py", "class StoreImpl: pass"),
    (rules.events_need_only_pydantic, "libs/twolamps_events/pairing.py", "import asyncpg"),
    (rules.events_need_only_pydantic, "libs/twolamps_events/pairing.py", "from twolamps_chassis.clock import Clock"),
]
# The same rule, kept by a hair.
KEPT = [
    (rules.no_long_files, "libs/twolamps_chassis/hub.py", "a = 1\n" * 300),
    (rules.no_long_files, "services/pairing/use_cases/end_couple.py", "a = 1\n" * 90),
    (rules.no_long_files, "services/pairing/migrations/versions/0001.py", "a = 1\n" * 301),
    (rules.no_long_files, "libs/twolamps_proto/twolamps/x_pb2.py", "a = 1\n" * 301),
    (rules.no_long_files, "services/gateway/web/app/words.en.js", "a()\n" * 301),
    (rules.no_long_files, "proto/twolamps/pairing/v1/pairing.proto", "// a\n" * 301),
    (rules.no_long_files, "services/gateway/web/app/words.txt", "a\n" * 301),
    (rules.commits_only_at_the_edge, "libs/twolamps_chassis/db.py", "async with connection.transaction(): pass"),
    (rules.time_comes_from_the_clock, "libs/twolamps_chassis/clock.py", "import time\ntime.sleep(1)"),
    (rules.time_comes_from_the_clock, DAY, "def at(tx): return tx.now"),
    (rules.every_file_is_in_its_room, "services/notifications/channels/mail.py", ""),
    (rules.every_file_is_in_its_room, "services/pairing/tests/edges/test_twins.py", ""),
    (rules.every_file_is_in_its_room, "services/standalone/anything.py", ""),
    (rules.sql_only_in_stores, "services/pairing/store.py", 'q = "SELECT id FROM person"'),
    (rules.sql_only_in_stores, "services/pairing/store/people.py", 'q = "SELECT id FROM person"'),
    (rules.sql_only_in_stores, "services/pairing/main.py", '"""Select a day from the list."""\nx = "update your app"'),
    (rules.names_say_something, "services/pairing/domain/couples.py", "class PairingCode: pass"),
    (rules.events_need_only_pydantic, "libs/twolamps_events/pairing.py", "import uuid\nfrom pydantic import BaseModel"),
]  # fmt: skip


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """An empty house that keeps every rule."""
    for home in [f"services/{name}" for name in rules.SERVICES] + [f"libs/{name}" for name in rules.LIBRARIES]:
        plant(tmp_path, f"{home}/__init__.py", "")
    return tmp_path


def plant(house: Path, path: str, text: str) -> None:
    """Write a file into the house."""
    (house / path).parent.mkdir(parents=True, exist_ok=True)
    (house / path).write_text(text)


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_the_repository_keeps(rule: rules.Rule) -> None:
    assert rule(ROOT) == [], rule.__doc__


@pytest.mark.parametrize(("rule", "path", "text"), PLANTED)
def test_a_planted_fault_is_named(house: Path, rule: rules.Rule, path: str, text: str) -> None:
    assert rule(house) == []
    plant(house, path, text)
    complaints = rule(house)
    assert len(complaints) == 1
    assert complaints[0].startswith("/".join(path.split("/")[:2]))


@pytest.mark.parametrize(("rule", "path", "text"), KEPT)
def test_what_is_allowed_passes(house: Path, rule: rules.Rule, path: str, text: str) -> None:
    plant(house, path, text)
    assert rule(house) == []


def test_a_missing_package_is_named(house: Path) -> None:
    (house / "services/pairing/__init__.py").unlink()
    complaints = rules.packages_are_packages_and_tests_are_not(house)
    assert complaints == ["services/pairing/__init__.py: missing"]


def test_every_rule_has_a_planted_fault() -> None:
    assert {rule for rule, _, _ in PLANTED} == set(rules.RULES)
