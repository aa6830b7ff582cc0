"""Would each import contract notice a forbidden import?

Promises: the contracts of the repository's own .importlinter judge a small house with every room and no import, which
passes; then one import at a time is planted, and exactly the contract that forbids it is broken.
"""

import configparser
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICE: tuple[str, ...] = ("main", "settings", "grpc_api", "consumers", "due_rows", "store", "neighbours", "channels")
SERVICE += ("defaults", "content", "domain.couples", "use_cases.end_couple", "use_cases.read_couples")
GATEWAY: tuple[str, ...] = ("main", "settings", "routes", "transcoder", "openapi", "sse", "web", "docs", "auth")
GATEWAY += ("answers", "flood", "neighbours", "problems")
HOUSE = {
    **dict.fromkeys(("pairing", "prompts", "scheduling", "notifications"), SERVICE),
    "gateway": GATEWAY,
    **dict.fromkeys(("standalone", "twolamps_chassis", "twolamps_events", "twolamps_client"), ("rooms",)),
    **dict.fromkeys(("twolamps_testkit", "twolamps", "buf"), ("rooms",)),
}
STRAY = "# a module that has no room here"
# The contract that must break, the module that gets the import, and the import.
PLANTED = [
    ("applications", "pairing.main", "import prompts.main"),
    ("applications", "gateway.transcoder", "import scheduling.defaults"),
    ("applications", "pairing.main", "import standalone.rooms"),
    ("applications", "pairing.main", "import twolamps_testkit.rooms"),
    ("applications", "notifications.main", "import twolamps_client.rooms"),
    ("applications", "twolamps_chassis.rooms", "import pairing.settings"),
    ("applications", "twolamps_events.rooms", "import twolamps_chassis.rooms"),
    ("applications", "twolamps_events.rooms", "import twolamps.rooms"),
    ("applications", "twolamps_client.rooms", "import pairing.settings"),
    ("client", "twolamps_client.rooms", "import twolamps_chassis.rooms"),
    ("client", "twolamps_client.rooms", "import twolamps_events.rooms"),
    ("service", "pairing.use_cases.end_couple", "import pairing.grpc_api"),
    ("service", "prompts.consumers", "import prompts.grpc_api"),
    ("service", "scheduling.due_rows", "import scheduling.main"),
    ("service", "scheduling.use_cases.end_couple", "import scheduling.settings"),
    ("service", "notifications.channels", "import notifications.store"),
    ("service", "pairing.domain.couples", "import pairing.store"),
    ("service", "prompts.cellar", STRAY),
    ("gateway", "gateway.problems", "import gateway.auth"),
    ("gateway", "gateway.sse", "import gateway.openapi"),
    ("gateway", "gateway.cellar", STRAY),
    ("domain", "scheduling.domain.couples", "import twolamps_chassis.rooms"),
    ("domain", "pairing.domain.couples", "import twolamps_events.rooms"),
    ("domain", "pairing.domain.couples", "import asyncpg"),
    ("domain", "prompts.domain.couples", "from pathlib import Path\nimport os"),
    ("domain", "notifications.domain.couples", "from asyncio import sleep"),
    ("use_cases", "pairing.use_cases.end_couple", "import asyncpg"),
    ("use_cases", "pairing.use_cases.end_couple", "from grpc import StatusCode"),
    ("use_cases", "scheduling.use_cases.end_couple", "import twolamps.rooms"),
    ("verbs", "scheduling.use_cases.end_couple", "from scheduling.use_cases import read_couples"),
]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Every package and every room that the contracts name, all empty."""
    for package, modules in HOUSE.items():
        for module in modules:
            plant(tmp_path, f"{package}.{module}", "")
    (tmp_path / ".importlinter").write_text((ROOT / ".importlinter").read_text())
    return tmp_path


def plant(house: Path, module: str, line: str) -> None:
    """Give a module one line, making it and its packages where they are missing."""
    path = house.joinpath(*module.split(".")).with_suffix(".py")
    path.parent.mkdir(parents=True, exist_ok=True)
    for package in path.relative_to(house).parents[:-1]:
        (house / package / "__init__.py").touch()
    path.write_text(line)


def contracts() -> dict[str, str]:
    """The contracts of .importlinter: id and name."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    prefix = "importlinter:contract:"
    return {
        section.removeprefix(prefix): parser[section]["name"]
        for section in parser.sections()
        if section.startswith(prefix)
    }


def broken(house: Path) -> set[str]:
    """The ids of the contracts that lint-imports finds broken in the house."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=house,
        env={**os.environ, "PYTHONPATH": str(house), "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    verdicts = {
        name: re.search(rf"^{re.escape(name)} (KEPT|BROKEN)", done.stdout, re.MULTILINE)
        for name in contracts().values()
    }
    assert all(verdicts.values()), done.stdout + done.stderr
    found = {key for key, name in contracts().items() if (verdict := verdicts[name]) and verdict[1] == "BROKEN"}
    assert bool(found) == (done.returncode != 0)
    return found


def test_a_house_without_imports_keeps_every_contract(house: Path) -> None:
    assert broken(house) == set()


@pytest.mark.parametrize(("contract", "module", "line"), PLANTED)
def test_a_planted_import_breaks_its_contract(house: Path, contract: str, module: str, line: str) -> None:
    plant(house, module, line)
    assert broken(house) == {contract}


def test_every_contract_has_a_planted_import() -> None:
    assert {contract for contract, _, _ in PLANTED} == set(contracts())
