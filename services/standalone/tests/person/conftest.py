"""Who sits at the command line? Two people with a folder of their own each, on a platform that really runs.

Promises: a device is approved from another place where its owner is signed in, as in the web app; a command that waits for
somebody runs in a process of its own, and no longer than a minute.
"""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, TypeVar
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from standalone.cli import app
from standalone.demo.own_platform import own_platform
from twolamps_client import Twolamps

COMMAND = Path(sys.executable).with_name("twolamps")
CODE = "BCDF-GHJK"
WITHIN_S = 60.0
PROMPTS_A_DAY = 3
T = TypeVar("T")
Act = Callable[[Twolamps], Coroutine[Any, Any, T]]


@dataclass
class Waiting:
    """A command that waits for somebody, in a process of its own."""

    process: "subprocess.Popen[str]"

    @property
    def out(self) -> IO[str]:
        """Its stdout."""
        assert self.process.stdout is not None
        return self.process.stdout

    @property
    def err(self) -> IO[str]:
        """Its stderr."""
        assert self.process.stderr is not None
        return self.process.stderr

    def answers(self, words: str) -> None:
        """Type a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()

    def ends(self) -> tuple[int, str, str]:
        """Its exit code, and the rest of what it said on stdout and stderr."""
        if self.process.stdin is not None:
            self.process.stdin.close()
            self.process.stdin = None
        said, complained = self.out.read(), self.err.read()  # communicate() would pass over what line_with() read ahead
        return self.process.wait(WITHIN_S), said, complained


def line_with(said: IO[str], fits: Callable[[str], bool]) -> str:
    """The next line that fits, trimmed."""
    heard = []
    for line in said:
        heard.append(line)
        if fits(line.strip()):
            return line.strip()
    raise AssertionError(f"it was not said: {heard}")


def is_code(line: str) -> bool:
    """Whether a line is a code of a device and nothing else."""
    return len(line) == len(CODE) and line[4] == "-"


@dataclass
class Someone:
    """A person at a command line."""

    url: str
    name: str
    zone: str
    folder: Path
    password: str = "a long enough password"
    mail: str = field(default_factory=lambda: f"{uuid4().hex}@example.org")

    def says(self, *words: str, typed: str = "", **environment: str) -> Result:
        """Say a command; `typed` is what stands in its stdin."""
        given = {"XDG_CONFIG_HOME": str(self.folder), "TERM": "dumb", "COLUMNS": "200", **environment}
        return CliRunner().invoke(app, list(words), input=typed, env=given)

    @contextmanager
    def starts(self, *words: str, stdin: int = subprocess.PIPE, **environment: str) -> Iterator[Waiting]:
        """Say a command that waits."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TWOLAMPS_")}
        given = {"XDG_CONFIG_HOME": str(self.folder), "TERM": "dumb", "COLUMNS": "200", "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(
            [COMMAND, *words], env=inherited | given | environment, text=True,
            stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        late = threading.Timer(WITHIN_S, process.kill)
        late.start()
        try:
            yield Waiting(process)
        finally:
            late.cancel()
            process.kill()
            process.communicate()

    def elsewhere(self, act: Act[T]) -> T:
        """Do something where they are signed in by their password."""

        async def acts() -> T:
            async with Twolamps(self.url) as client:
                await client.sign_in(self.mail, self.password, client_name="elsewhere")
                return await act(client)

        return asyncio.run(acts())

    def approve(self, code: str) -> None:
        """Type a device's code elsewhere."""
        self.elsewhere(lambda client: client.pairing.approve_device(user_code=code, password=self.password))

    def log_in(self) -> None:
        """Sign in at this command line."""
        with self.starts("login", "--url", self.url) as waiting:
            self.approve(line_with(waiting.out, is_code))
            code, said, complained = waiting.ends()
        assert code == 0, said + complained


def signed_up(url: str, name: str, folder: Path) -> Someone:
    """Somebody with an account, who has never been at this command line; where they are it is about noon."""
    person = Someone(url, name, f"Etc/GMT{datetime.now(UTC).hour - 12:+d}", folder)

    async def asks() -> None:
        async with Twolamps(url) as client:
            await client.sign_up(
                mail=person.mail, password=person.password, display_name=name, zone=person.zone, adult=True
            )

    asyncio.run(asks())
    return person


def connect(one: Someone, other: Someone) -> None:
    """Make them a couple, elsewhere."""
    code = one.elsewhere(lambda client: client.pairing.create_pairing_code()).code
    pairing = other.elsewhere(lambda client: client.pairing.claim_pairing(code=code)).pairing
    for person in (one, other):
        person.elsewhere(lambda client: client.pairing.confirm_pairing(pairing.id))


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    """The address of a platform that runs."""
    with own_platform() as platform:
        yield platform.where.url


@pytest.fixture(scope="session")
def couple(url: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Someone, Someone]:
    """Ada and Ben, connected, each signed in at a command line, with their prompts of today."""
    ada, ben = (signed_up(url, name, tmp_path_factory.mktemp(name)) for name in ("Ada", "Ben"))
    connect(ada, ben)
    for person in (ada, ben):
        person.log_in()
    while len(ada.elsewhere(lambda client: client.prompts.get_today()).prompts) < PROMPTS_A_DAY:
        time.sleep(0.2)
    return ada, ben
