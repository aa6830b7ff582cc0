"""Which rules of the house does a source tree break?

Promises: every rule is a function from the repository's root to a list of complaints, `path: what is wrong` or
`path:line: what is wrong`, empty when the rule is kept. The rules read files and change none.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path

Rule = Callable[[Path], list[str]]

SERVICES = ("pairing", "prompts", "scheduling", "notifications", "gateway", "standalone")
LIBRARIES = ("twolamps_chassis", "twolamps_events", "twolamps_client", "twolamps_testkit")
SERVICE_ROOMS = {"main", "settings", "grpc_api", "consumers", "due_rows", "use_cases", "neighbours", "store", "domain"}
SERVICE_ROOMS |= {"migrations", "tests", "defaults", "content", "README.md", "__init__"}
ROOMS = dict.fromkeys(("pairing", "prompts", "scheduling"), SERVICE_ROOMS)
ROOMS["notifications"] = SERVICE_ROOMS | {"channels"}
ROOMS["gateway"] = {"main", "settings", "routes", "transcoder", "openapi", "auth", "sse", "web", "docs"}
ROOMS["gateway"] |= {"answers", "flood", "neighbours", "problems", "errors.json", "rules.json"}
ROOMS["gateway"] |= {"tests", "README.md", "__init__"}
TEST_ROOMS = {"domain", "use_cases", "edges", "conftest"}

CODE = {".py", ".js", ".css", ".sh", ".proto"}
MAY_BE_LONG = {
    "*/migrations/*": "a migration is as long as its tables",
    "*/words.*.js": "a catalogue has a line for every sentence of the app, and one file for every language",
    "proto/twolamps/*": "a service's contract is read as a whole, with what it promises of each call",
    "proto/third_party/*": "others wrote it",
}

TELLS_THE_TIME = {
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"),
    *("time.time", "time.time_ns", "time.sleep", "asyncio.sleep"),
    *(
        "whenever.Instant.now",
        "whenever.ZonedDateTime.now",
        "whenever.PlainDateTime.now",
        "whenever.Date.today_in_system_tz",
    ),
}
SQL = re.compile(
    r"\s*(select\b.*\bfrom\b|select\s+\w+\(|insert\s+into\b|update\s+[\w.]+(\s+as\s+\w+|\s+\w+)?\s+set\b|delete\s+from\b"
    r"|with\s+(recursive\s+)?\w+\s*(\([^)]*\)\s*)?as\s*\(|(create|alter|drop)\s+(table|index|role|schema|database|policy)\b)",
    re.IGNORECASE | re.DOTALL,
)
BANNED_FILE = re.compile(r"(utils?|helpers?|commons?|managers?|misc|base_.*|.*_(utils?|helpers?|managers?|impl))")
BANNED_CLASS = re.compile(r"(Abstract.+|.+(Service|Impl|Manager|Helpers?|Utils?))")


def sources(root: Path) -> Iterator[tuple[Path, ast.Module]]:
    """Every hand-written Python file of the repository, relative to its root, and what it says."""
    for top in ("services", "libs", "tests", "benchmarks", "proto"):
        for path in sorted((root / top).rglob("*.py")):
            if not path.is_relative_to(root / "libs" / "twolamps_proto"):
                yield path.relative_to(root), ast.parse(path.read_text(), str(path))


def is_test(path: Path) -> bool:
    """Whether a file takes part in tests only."""
    return "tests" in path.parts or path.parts[0] == "benchmarks" or path.is_relative_to("libs/twolamps_testkit")


def code(root: Path) -> Iterator[Path]:
    """Every hand-written file of code in any language, relative to the root; what begins with #! needs no ending."""
    for top in ("services", "libs", "tests", "benchmarks", "proto", "deploy", ".ci"):
        for path in sorted((root / top).rglob("*")):
            if path.is_relative_to(root / "libs" / "twolamps_proto") or not path.is_file():
                continue
            if path.suffix in CODE or (not path.suffix and path.read_bytes()[:2] == b"#!"):
                yield path.relative_to(root)


def no_long_files(root: Path) -> list[str]:
    """No hand-written file of code passes 300 lines, and no use case 90, but for those that have a reason to."""
    complaints = []
    for path in code(root):
        lines = len((root / path).read_text().splitlines())
        most = 90 if path.parts[0] == "services" and path.parts[2:3] == ("use_cases",) else 300
        if lines > most and not any(fnmatch(path.as_posix(), kind) for kind in MAY_BE_LONG):
            complaints.append(f"{path}: {lines} lines, at most {most}")
    return complaints


def commits_only_at_the_edge(root: Path) -> list[str]:
    """Only the chassis opens and commits transactions."""
    return [
        f"{path}:{node.lineno}: .{node.attr} outside the chassis"
        for path, tree in sources(root)
        if not is_test(path) and not path.is_relative_to("libs/twolamps_chassis")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("commit", "transaction")
    ]


def time_comes_from_the_clock(root: Path) -> list[str]:
    """Only the chassis, standalone, the client (it waits between retries) and tests ask for the time or sleep."""
    free = ("libs/twolamps_chassis", "libs/twolamps_client", "services/standalone")
    return [
        f"{path}:{line}: {name} outside the chassis"
        for path, tree in sources(root)
        if not is_test(path) and not any(path.is_relative_to(place) for place in free)
        for line, name in names_used(tree)
        if name in TELLS_THE_TIME
    ]


def names_used(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every dotted name a module mentions, with its line, spelled by where it was imported from."""
    origin: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            origin |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom):
            origin |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            first, dot, rest = ast.unparse(node).partition(".")
            yield node.lineno, origin.get(first, first) + dot + rest


def every_file_is_in_its_room(root: Path) -> list[str]:
    """A service's folder holds the rooms of architecture.md and nothing else; standalone is free."""
    complaints = []
    for service in children(root / "services"):
        if service.name not in SERVICES:
            complaints.append(f"services/{service.name}: no such service")
        for entry in children(service) if service.name in ROOMS else []:
            if entry.name.removesuffix(".py") not in ROOMS[service.name]:
                complaints.append(f"services/{service.name}/{entry.name}: a stray file")
        for entry in children(service / "tests") if service.name in ROOMS else []:
            if entry.name.removesuffix(".py") not in TEST_ROOMS:
                complaints.append(f"services/{service.name}/tests/{entry.name}: a stray file")
    return complaints


def children(folder: Path) -> list[Path]:
    """The entries of a folder that somebody put there, in order."""
    return sorted(entry for entry in folder.glob("*") if entry.name != "__pycache__")


def packages_are_packages_and_tests_are_not(root: Path) -> list[str]:
    """Each root package has an __init__.py, which keeps its tests out of the import graph; tests have none."""
    homes = [root / "services" / name for name in SERVICES] + [root / "libs" / name for name in LIBRARIES]
    complaints = [
        f"{home.relative_to(root)}/__init__.py: missing" for home in homes if not (home / "__init__.py").exists()
    ]
    return complaints + [
        f"{path}: tests are no package" for path, _ in sources(root) if is_test(path) and path.parent.name == "tests"
        and path.name == "__init__.py"
    ]  # fmt: skip


def sql_only_in_stores(root: Path) -> list[str]:
    """SQL is written in a service's store, in the chassis, in migrations and in tests."""
    complaints = []
    for path, tree in sources(root):
        rooms = {part.removesuffix(".py") for part in path.parts}
        if is_test(path) or rooms & {"store", "migrations", "twolamps_chassis"}:
            continue
        texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        complaints += [
            f"{path}:{text.lineno}: SQL outside a store"
            for text in texts
            if id(text) not in prose and isinstance(text.value, str) and SQL.match(text.value)
        ]
    return complaints


def names_say_something(root: Path) -> list[str]:
    """No file, folder or class bears a name that says nothing."""
    complaints = []
    for path, tree in sources(root):
        empty = [part for part in path.parts if BANNED_FILE.fullmatch(part.removesuffix(".py"))]
        complaints += [f"{path}: {part} says nothing" for part in empty]
        complaints += [
            f"{path}:{node.lineno}: {node.name} says nothing"
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef) and BANNED_CLASS.fullmatch(node.name)
        ]
    return complaints


def events_need_only_pydantic(root: Path) -> list[str]:
    """Whoever reads our events needs Pydantic and the standard library, nothing else."""
    allowed = {"pydantic", "twolamps_events"} | sys.stdlib_module_names
    complaints = []
    for path, tree in sources(root):
        if not path.is_relative_to("libs/twolamps_events") or is_test(path):
            continue
        for node in ast.walk(tree):
            imported = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                imported = [node.module or "twolamps_events"]
            complaints += [f"{path}: imports {name}" for name in imported if name.split(".")[0] not in allowed]
    return complaints


RULES: tuple[Rule, ...] = (
    no_long_files,
    commits_only_at_the_edge,
    time_comes_from_the_clock,
    every_file_is_in_its_room,
    packages_are_packages_and_tests_are_not,
    sql_only_in_stores,
    names_say_something,
    events_need_only_pydantic,
)
