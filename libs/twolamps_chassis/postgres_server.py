"""Where does the truth live when there is only Python? In a PostgreSQL server of our own, in a folder.

Promises:
- `PostgresServer.start(folder)` makes the cluster when the folder is new and finds it again when it is not. A folder
  that holds anything it did not put there is refused untouched; so is a cluster of another major version.
- No TCP. One socket in a folder of mode 0700, and only the user who started the server may log in, as any database
  login (peer authentication), so there is no password to keep.
- The server ends with the process that started it, even by kill -9: that process holds the only writing end of a pipe,
  and the pipe's end is an immediate shutdown. Should the pipe's reader be killed too, the next start stops what is
  left before it begins. Committed rows are never lost: fsync and checksums are on, a start recovers.
- One supervisor a folder. PostgreSQL's log (`server.log`, the previous start's in `server.log.1`) quotes no rows and no
  statements.

For root the cluster lies under /var/lib/twolamps and belongs to an unprivileged user; the folder keeps a pointer to it.
Whoever removes such a folder by hand leaves that cluster behind; `erase_cluster` removes both.
"""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO
from urllib.parse import quote

from twolamps_chassis.postgres_folder import (
    as_owner,
    claim_folder,
    claim_socket_folder,
    lock_server,
    lock_supervisor,
    read_home,
    run_program,
    write_marker,
)
from twolamps_chassis.postgres_install import Install, PostgresUnavailable, find_install

SUPERUSER = "postgres"
PORT = 5432
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # An error's detail can quote a row, and a row can hold a person's words.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
# The server runs beside a reader of the pipe: a line is a fast shutdown, the end of input an immediate one.
SUPERVISE = """
exec 3<&0 </dev/null
"$@" 3<&- & server=$!
( read -r _ <&3 && kill -INT $server && read -r _ <&3; kill -QUIT $server ) & reader=$!
exec 3<&-
wait $server; status=$?
kill $reader 2>/dev/null
exit $status
"""
START_SECONDS = 60.0
FAST_STOP_SECONDS = 5.0
STOP_SECONDS = 30.0


class PostgresServer:
    """A running server: where its socket is, how to log in, how to stop it."""

    port = PORT

    def __init__(self, socket_dir: Path, process: subprocess.Popen[bytes], locks: list[IO[bytes]]) -> None:
        self.socket_dir = socket_dir
        self._process = process
        self._locks = locks

    @classmethod
    def start(cls, folder: Path, settings: Mapping[str, str] | None = None) -> "PostgresServer":
        """Start the folder's server and return once it takes connections.

        `settings` are PostgreSQL settings added to, or put over, the ones above. Raises PostgresUnavailable with a
        message for the person: a foreign folder, another supervisor, another major version, a start that failed.
        """
        folder = folder.absolute()
        install = find_install()
        home = claim_folder(folder)
        with contextlib.ExitStack() as undo:
            supervisor_lock = undo.enter_context(lock_supervisor(home))
            server_lock = undo.enter_context(lock_server(home, install))
            _make_cluster(folder, home, install, server_lock)
            socket_dir = claim_socket_folder(home, install)
            process = _launch(home, socket_dir, install, server_lock, SETTINGS | dict(settings or {}))
            server = cls(socket_dir, process, [server_lock, supervisor_lock])
            undo.callback(server.stop)
            _await_ready(home, process)
            undo.pop_all()
        return server

    @property
    def alive(self) -> bool:
        """False once the server has ended, for whatever reason."""
        return self._process.poll() is None

    def superuser_dsn(self, database: str) -> str:
        """The URL of `database` for the cluster's owner, in the form asyncpg and SQLAlchemy take."""
        return self.login_dsn(SUPERUSER, database)

    def login_dsn(self, login: str, database: str) -> str:
        """The URL of `database` for one login; it holds no secret, the socket's folder is the door."""
        host = quote(str(self.socket_dir))
        return f"postgresql://{quote(login, safe='')}@/{quote(database, safe='')}?host={host}&port={PORT}"

    def stop(self) -> None:
        """A fast shutdown: open sessions end, everything committed is on disk. Stopping twice is harmless."""
        pipe = self._process.stdin
        try:
            if pipe is not None and not pipe.closed:
                # The pipe is broken when the server has ended by itself.
                with contextlib.suppress(BrokenPipeError), pipe:
                    pipe.write(b"stop\n")
                    pipe.flush()
                    # After a session crashed, PostgreSQL 18 can miss a fast shutdown: then closing the pipe ends it.
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        self._process.wait(FAST_STOP_SECONDS)
            self._process.wait(STOP_SECONDS)
        finally:
            for lock in self._locks:
                lock.close()


def erase_cluster(folder: Path) -> None:
    """Remove a stopped server's folder and all its data. Raises PostgresUnavailable for a folder it did not make."""
    folder = folder.absolute()
    home = read_home(folder)
    if home is None:
        raise PostgresUnavailable(f"{folder} was not made by Twolamps and stays as it is")
    with lock_supervisor(home), lock_server(home, find_install()):
        shutil.rmtree(home)
    shutil.rmtree(folder, ignore_errors=True)


def _make_cluster(folder: Path, home: Path, install: Install, lock: IO[bytes]) -> None:
    cluster = home / "cluster"
    if not cluster.is_dir():
        partial = home / "cluster.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        os.chown(partial, install.uid, install.gid)
        locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        options = ("--data-checksums", "--auth=reject", "--no-instructions", *locale)
        done = run_program(install, home, "initdb", "-D", str(partial), "-U", SUPERUSER, *options, locks=[lock])
        if done.returncode != 0:
            raise PostgresUnavailable(f"the cluster could not be made: {done.stderr.strip()}")
        partial.rename(cluster)
        write_marker(folder, home, made=True)
    major = (cluster / "PG_VERSION").read_text().strip()
    if major != install.major:
        raise PostgresUnavailable(
            f"{folder} holds data of PostgreSQL {major}, and this Twolamps brings PostgreSQL {install.major}: "
            "dump it with the Twolamps that made it and load it into a new folder"
        )


def _launch(
    home: Path, socket_dir: Path, install: Install, lock: IO[bytes], settings: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    client = "root" if os.geteuid() == 0 else install.user
    access = {"hba_file": "local all all peer map=starter\n", "ident_file": f'starter "{client}" all\n'}
    for name, text in access.items():
        (home / f"{name}.conf").write_text(text)
        (home / f"{name}.conf").chmod(0o644)
    places = {"unix_socket_directories": str(socket_dir)} | {name: str(home / f"{name}.conf") for name in access}
    command = [str(install.bin / "postgres"), "-D", str(home / "cluster"), "-p", str(PORT)]
    for name, value in (dict(settings) | places).items():
        command += ["-c", f"{name}={value}"]
    # The lock is ours, so no server runs: a leftover pid that another process bears by now must not stop this start.
    (home / "cluster" / "postmaster.pid").unlink(missing_ok=True)
    with contextlib.suppress(FileNotFoundError):
        (home / "server.log").replace(home / "server.log.1")
    with (home / "server.log").open("wb") as log:
        return subprocess.Popen(
            ["/bin/sh", "-c", SUPERVISE, "twolamps-postgres", *command],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            # A Ctrl-C in the terminal is for us: we drain first, then stop the server.
            start_new_session=True,
            pass_fds=[lock.fileno()],
            **as_owner(install, home),
        )


def _await_ready(home: Path, process: subprocess.Popen[bytes]) -> None:
    """Return when the postmaster says `ready` in line 8 of its pid file, which is what pg_ctl waits for too."""
    give_up_at = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < give_up_at:
        with contextlib.suppress(FileNotFoundError):
            lines = (home / "cluster" / "postmaster.pid").read_text().splitlines()
            if len(lines) >= 8 and lines[7].strip() == "ready":
                return
        time.sleep(0.01)
    last_words = (home / "server.log").read_text(errors="replace").strip()[-2000:]
    raise PostgresUnavailable(f"PostgreSQL did not come up in {home}: {last_words}")
