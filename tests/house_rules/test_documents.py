"""Do the documents say what is there? Every path they name exists, every make target they name is one."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    *ROOT.glob("*.md"),
    *ROOT.glob("docs/**/*.md"),
    *ROOT.glob("services/*/README.md"),
    *ROOT.glob("libs/*/README.md"),
]
TOPS = ("services", "libs", "tests", "docs", "proto", "benchmarks", "deploy")


def missing_paths(text: str, folder: Path) -> list[str]:
    """Paths in backquotes or links that lead nowhere; patterns with <, * or { are read as prose."""
    linked = [target for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text) if "://" not in target]
    quoted = [path for path in re.findall(r"`([\w./-]+/[\w./-]*)`", text) if path.split("/")[0] in TOPS]
    return [path for path in linked if not (folder / path).exists()] + [
        path for path in quoted if not (ROOT / path).exists()
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_that_a_document_names_exists(document: Path) -> None:
    assert missing_paths(document.read_text(), document.parent) == []


def test_a_path_that_leads_nowhere_is_noticed() -> None:
    planted = (
        "see `services/scheduling/cellar.py` and [this](docs/nowhere.md), not `a/b` nor [that](https://example.org)"
    )
    assert missing_paths(planted, ROOT) == ["docs/nowhere.md", "services/scheduling/cellar.py"]


def test_every_make_target_that_the_readme_names_is_one() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"^make ([a-z]+)", (ROOT / "README.md").read_text(), re.MULTILINE)) <= targets


def test_an_invite_is_followed_through_at_most_thirteen_files_each_once() -> None:
    steps = re.findall(r"^\| (\d+) \| `([^`]+)`", (ROOT / "docs/follow-an-invite.md").read_text(), re.MULTILINE)
    files = [path for _, path in steps]
    assert len(files) == len(set(files)) <= 13
    assert all((ROOT / path).is_file() for path in files)
