"""Do processes that start at the same moment on a new machine agree on one user and one copy of the programs?"""

import os
import pwd
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

FIRST_CALL = """
import sys
from pathlib import Path
from twolamps_chassis import postgres_install
postgres_install.ROOT_HOME, postgres_install.SYSTEM_USER = Path(sys.argv[1]), sys.argv[2]
sys.stdin.readline()
install = postgres_install.find_install()
print(install.uid, install.bin)
"""


@pytest.fixture
def system_user() -> Iterator[str]:
    name = f"twolamps-test-{os.getpid()}"
    yield name
    subprocess.run(["userdel", name], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="SKIPPED FOR LACK OF ROOT: only root gets a system user")
def test_four_processes_that_start_at_once_on_a_new_machine_share_one_user_and_one_copy(
    tmp_path: Path, system_user: str
) -> None:
    command = [sys.executable, "-c", FIRST_CALL, str(tmp_path / "home"), system_user]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = {process.communicate(timeout=60)[0] for process in processes}
    uid, programs = next(iter(said)).split()
    assert said == {f"{uid} {programs}\n"}
    assert int(uid) == pwd.getpwnam(system_user).pw_uid
    assert (Path(programs) / "initdb").is_file()
    assert sorted(entry.name for entry in (tmp_path / "home").iterdir()) == [
        "install.lock",
        Path(programs).parents[2].name,
    ]
