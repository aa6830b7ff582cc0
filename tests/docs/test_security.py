"""Does docs/security.md speak of what is there? Each test it names exists, and it begins with what it must say first."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "security.md").read_text()
FIRST = "No operator tool, role, log or dump shows content"
AND_YET = "Whoever controls both the key store and a running service could read it."


def known_tests() -> set[str]:
    """The name of every test of the repository."""
    return {
        node.name
        for top in ("tests", "services", "libs")
        for path in (ROOT / top).rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }


def test_the_first_paragraph_says_who_could_read_what_people_write() -> None:
    first = " ".join(GUIDE.split("\n\n")[1].split())
    assert first.startswith(FIRST)
    assert AND_YET in first


def test_every_test_that_is_said_to_show_something_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", GUIDE))
    assert len(named) > 50
    assert named - known_tests() == set()


def test_every_row_of_what_somebody_wants_names_what_shows_it() -> None:
    rows = [line for line in GUIDE.splitlines() if line.startswith("| ") and line.count(" | ") == 2]
    wanted = [line for line in rows if not line.startswith(("| wants to |", "| sees |"))]
    assert wanted
    assert [line for line in wanted if "`test_" not in line.rpartition(" | ")[2]] == []
