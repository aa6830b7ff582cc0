"""Whose folder is this, and may a PostgreSQL server start on it now?

Promises: a marker file tells a folder of ours from any other, which is refused untouched. The cluster's home is that
folder, or for root a folder under /var/lib/twolamps that the marker points to; then the marker names its own folder too,
so a copy of it is told from a folder that was moved, and is refused. Two locks in the home tell the truth
across crashes: `supervisor.lock` is held by the process that started the server, `server.lock` is inherited by every
process of the server, so whoever gets it knows that none is left.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import stat
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from twolamps_chassis.postgres_install import ROOT_HOME, Install, PostgresUnavailable

MARKER = "twolamps-postgres.json"
OTHER_OWNER = "{} belongs to another user: start as that user, or take another folder"


@dataclass(frozen=True, slots=True)
class Marker:
    """What a folder's marker says: where its home is, whether the cluster is whole, which folder it is (if home is elsewhere)."""

    home: str
    made: bool
    folder: str


def read_home(folder: Path) -> Path | None:
    """The home that the folder's marker names, or None when there is no marker.

    Raises PostgresUnavailable when the folder is another user's or a copy, its marker is damaged, or its cluster was made
    once and is gone.
    """
    marker = _read_marker(folder)
    if marker is None:
        return None
    home = folder / marker.home
    if _is_copy(folder, marker):
        raise PostgresUnavailable(
            f"{folder} is a copy of {marker.folder}, and a copy holds no data: they lie in {home}, once, and belong to "
            f"{marker.folder}. Start that. docs/operations.md says how to make a backup"
        )
    if marker.made and not (home / "cluster").is_dir():
        raise PostgresUnavailable(f"the data of {folder} lay in {home} and is gone: put it back, or remove {folder}")
    return home


def _read_marker(folder: Path) -> Marker | None:
    path = folder / MARKER
    try:
        text = path.read_text()
        owner = folder.stat().st_uid
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise PostgresUnavailable(OTHER_OWNER.format(folder)) from error
    if owner != os.geteuid():
        raise PostgresUnavailable(OTHER_OWNER.format(folder))
    try:
        found = json.loads(text)
        return Marker(str(found["home"]), bool(found["made"]), str(found.get("folder", "")))
    except (ValueError, KeyError, TypeError, AttributeError):
        home = "." if (folder / "cluster").is_dir() else f"{ROOT_HOME}/..."
        whole = json.dumps({"home": home, "made": True})
        raise PostgresUnavailable(
            f"{path} is damaged: put it back from a backup, or write into it where the folder `cluster` lies: {whole}"
        ) from None


def _is_copy(folder: Path, marker: Marker) -> bool:
    named = Path(marker.folder)
    if not marker.folder or not named.is_dir() or named.samefile(folder):
        return False
    other = _read_marker(named)
    return other is not None and other.home == marker.home


def write_marker(folder: Path, home: Path, *, made: bool) -> None:
    """Say in the folder that it is ours, where its home is, and whether the cluster is whole (`made`)."""
    partial = folder / f"{MARKER}.partial"
    place = {"home": "."} if home == folder else {"home": str(home), "folder": str(folder)}
    partial.write_text(json.dumps(place | {"made": made}))
    partial.replace(folder / MARKER)


def claim_folder(folder: Path) -> Path:
    """The home of the folder's cluster, found or made; raises PostgresUnavailable for a folder that is not ours."""
    home = read_home(folder)
    if home is None:
        if folder.exists() and any(entry.name != f"{MARKER}.partial" for entry in folder.iterdir()):
            raise PostgresUnavailable(f"{folder} holds files that Twolamps did not make: take another folder")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        home = folder
        if os.geteuid() == 0:
            # The random part keeps a folder that was removed and made anew from finding its predecessor's data.
            home = ROOT_HOME / hashlib.sha256(os.fsencode(folder) + secrets.token_bytes(16)).hexdigest()[:16]
        write_marker(folder, home, made=False)
    _note_move(folder, home)
    home.mkdir(mode=0o755, parents=True, exist_ok=True)
    if home != folder:
        home.chmod(0o755)
    return home


def _note_move(folder: Path, home: Path) -> None:
    """A folder that is not where its marker says, and no copy, was moved: from now on the marker names the new place."""
    marker = _read_marker(folder)
    if marker is not None and marker.folder not in ("", str(folder)):
        write_marker(folder, home, made=marker.made)


def lock_supervisor(home: Path) -> IO[bytes]:
    """The home's supervisor lock, held until it is closed; raises PostgresUnavailable when another process has it."""
    lock = (home / "supervisor.lock").open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise PostgresUnavailable(f"{home} is in use: another Twolamps runs on it") from None
    return lock


def lock_server(home: Path, install: Install) -> IO[bytes]:
    """The home's server lock, after stopping whatever an earlier supervisor left running.

    Raises PostgresUnavailable when a leftover does not end by an immediate shutdown.
    """
    lock = (home / "server.lock").open("ab")
    if _locked_within(lock, seconds=0):
        return lock
    for _ in range(10):
        # That the lock is held proves that the process named in postmaster.pid is ours: signalling it is safe.
        options = ("--pgdata", str(home / "cluster"), "--mode", "immediate", "--no-wait", "--silent")
        run_program(install, home, "pg_ctl", "stop", *options)
        if _locked_within(lock, seconds=1):
            return lock
    lock.close()
    raise PostgresUnavailable(f"an earlier server on {home} could not be stopped")


def _locked_within(lock: IO[bytes], seconds: float) -> bool:
    give_up_at = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= give_up_at:
                return False
            time.sleep(0.01)


def claim_socket_folder(home: Path, install: Install) -> Path:
    """A folder of mode 0700 whose path leaves room for the socket's name in the 107 bytes a socket address holds."""
    path = home / "socket"
    if len(os.fsencode(path)) > 90:
        path = Path("/tmp") / f"twolamps-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
        os.chown(path, install.uid, install.gid)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != install.uid or stat.S_IMODE(found.st_mode) != 0o700:
        raise PostgresUnavailable(f"{path} is not the private folder it must be: remove it")
    return path


def run_program(
    install: Install, home: Path, program: str, *arguments: str, locks: Sequence[IO[bytes]] = ()
) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs to its end as the cluster's owner; the caller judges the return code.

    The program inherits `locks`: should we be killed, they stay held until it has ended.
    """
    command = [str(install.bin / program), *arguments]
    inherited = [lock.fileno() for lock in locks]
    options = as_owner(install, home)
    return subprocess.run(command, capture_output=True, text=True, check=False, pass_fds=inherited, **options)


def as_owner(install: Install, home: Path) -> dict[str, Any]:
    """Popen's arguments for a child that runs as the cluster's owner and sees nothing of our environment."""
    options: dict[str, Any] = {"cwd": home, "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}, "umask": 0o077}
    if os.geteuid() == 0:
        options |= {"user": install.uid, "group": install.gid, "extra_groups": []}
    return options
