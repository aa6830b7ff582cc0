"""What does a start say when what is kept is not as it was? A sentence that names it and what to do; it changes nothing."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from twolamps_chassis.postgres_install import PostgresUnavailable
from twolamps_chassis.postgres_server import PostgresServer, erase_cluster

COMMAND = Path(sys.executable).with_name("twolamps")


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder; what a start keeps for it elsewhere is removed, too."""
    folder = tmp_path / "data"
    yield folder
    if (folder / "postgres").exists():
        erase_cluster(folder / "postgres")


def environment(data: Path, settings: dict[str, str]) -> dict[str, str]:
    ports = dict.fromkeys(("TWOLAMPS_HTTP_PORT", "TWOLAMPS_GRPC_PORT", "TWOLAMPS_ADMIN_PORT"), "0")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TWOLAMPS_")}
    return inherited | ports | {"TWOLAMPS_DATA": str(data), "COLUMNS": "300"} | settings


def twolamps(verb: str, data: Path, **settings: str) -> tuple[int, str]:
    """The exit code of a command on a data folder, and what it said."""
    env = environment(data, settings)
    done = subprocess.run([COMMAND, *verb.split()], env=env, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, " ".join((done.stdout + done.stderr).split())


async def test_a_wrapping_key_that_was_used_and_is_missing_is_asked_for_and_never_made_anew(data: Path) -> None:
    assert twolamps("migrate", data)[0] == 0
    server = PostgresServer.start(data / "postgres")
    try:
        keys = await asyncpg.connect(server.superuser_dsn("twolamps_keys"))
        await keys.execute("INSERT INTO data_keys (owner, wrapped) VALUES (gen_random_uuid(), sha512('a key'))")
        await keys.close()
    finally:
        server.stop()
    private = data / "keys" / "private"
    private.rename(data / "elsewhere")
    for verb in ("up", "migrate"):
        code, said = twolamps(verb, data)
        assert code == 1
        assert f"{private / 'wrapping.key'} is missing" in said
        assert "put it back" in said
        assert not private.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="SKIPPED FOR LACK OF ROOT: only root's data lie outside their folder")
def test_a_copy_of_roots_folder_is_refused_and_one_that_was_moved_goes_on(data: Path, tmp_path: Path) -> None:
    assert twolamps("migrate", data)[0] == 0
    home = json.loads((data / "postgres" / "twolamps-postgres.json").read_text())["home"]
    copy = tmp_path / "copy"
    shutil.copytree(data, copy)
    code, said = twolamps("up", copy)
    assert code == 1
    for named in (f"{copy / 'postgres'} is a copy of {data / 'postgres'}", home, "docs/operations.md"):
        assert named in said
    with pytest.raises(PostgresUnavailable, match="is a copy"):
        erase_cluster(copy / "postgres")
    shutil.rmtree(copy)
    data.rename(copy)
    assert twolamps("migrate", copy)[0] == 0
    shutil.copytree(copy, data)
    assert f"is a copy of {copy / 'postgres'}" in twolamps("migrate", data)[1]
    shutil.rmtree(data)
    erase_cluster(copy / "postgres")


@pytest.mark.skipif(os.geteuid() != 0, reason="SKIPPED FOR LACK OF ROOT: only root's data lie outside their folder")
def test_a_start_and_a_stop_name_every_place_where_something_is_kept(data: Path) -> None:
    process = subprocess.Popen(
        [COMMAND, "up"], env=environment(data, {}), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    try:
        banner = ""
        while "Ctrl-C" not in banner:
            assert process.poll() is None
            banner += process.stdout.readline()
        process.send_signal(signal.SIGINT)
        farewell, _ = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait(10)
    home = json.loads((data / "postgres" / "twolamps-postgres.json").read_text())["home"]
    assert str(data) in banner
    assert home in banner
    assert f"Everything is kept in {data} and {home}" in farewell


DAMAGED = [
    ("postgres/twolamps-postgres.json", "", "up", "put it back from a backup"),
    ("postgres/twolamps-postgres.json", '{"home": ".', "up", "put it back from a backup"),
    ("postgres/twolamps-postgres.json", "[]", "up", "put it back from a backup"),
    ("demo-couple.json", "", "up --demo", "TWOLAMPS_DATA"),
    ("clock", "xyz", "up", "must hold seconds"),
    ("clock", "inf", "up", "must hold seconds"),
]


@pytest.mark.parametrize(("file", "content", "verb", "told"), DAMAGED)
def test_a_small_file_that_is_damaged_is_named_with_what_to_do(
    tmp_path: Path, file: str, content: str, verb: str, told: str
) -> None:
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    clock = {"TWOLAMPS_ENV": "test", "TWOLAMPS_CLOCK_FILE": str(path)} if file == "clock" else {}
    code, said = twolamps(verb, tmp_path, **clock)
    assert code == 1
    assert str(path) in said
    assert told in said
    assert "Traceback" not in said
    assert path.read_text() == content


def test_logins_that_are_damaged_are_named_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "private" / "database-passwords.json"
    path.parent.mkdir(parents=True)
    (path.parent / "wrapping.key").write_bytes(bytes(32))
    (path.parent / "mail-hash.key").write_bytes(bytes(32))
    path.write_text("")
    code, said = twolamps("migrate", tmp_path, TWOLAMPS_POSTGRES="postgresql://postgres@127.0.0.1:9/postgres")
    assert code == 1
    assert f"{path} is damaged: put it back from a backup" in said
    assert "Traceback" not in said
