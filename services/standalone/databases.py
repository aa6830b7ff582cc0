"""Where does a standalone keep its state? In the embedded PostgreSQL of its data folder, or on a server that is named.

Promises: found again on restart; databases, roles and migrations are made and brought up to date by every start.
"""

import asyncio
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from standalone.roles import ROLES, migrations
from twolamps_chassis import migrate
from twolamps_chassis.auth import make_keys, write_whole
from twolamps_chassis.keyring import Keyring, WrongWrappingKey, holds_keys
from twolamps_chassis.postgres_folder import read_home
from twolamps_chassis.postgres_install import PostgresUnavailable
from twolamps_chassis.postgres_server import PostgresServer
from twolamps_chassis.settings import Settings

DATABASE, KEYS = "twolamps", migrate.KEYS_DATABASE
PASSWORDS = "database-passwords.json"


@dataclass
class Databases:
    """Where each login finds its database."""

    admin_dsn: Callable[[str], str]
    login_dsn: Callable[[str, str], str]
    wrapping_key: Path
    server: PostgresServer | None = None
    passwords: dict[str, str] = field(default_factory=dict)

    def dsn(self, service: str, database: str) -> str:
        """A service's own URL of a database."""
        return self.login_dsn(f"{DATABASE}_{service}", database)

    async def bring_up_to_date(self) -> None:
        """Make what is missing and run the migrations; raises PostgresUnavailable or WrongWrappingKey with what
        hinders it."""
        try:
            with _hindered():
                await self._bring_up_to_date()
        except migrate.DataIsNewer as error:
            text = f"The data does not fit this Twolamps ({error}): it was written by a newer one, start that."
            raise PostgresUnavailable(text) from error

    async def _bring_up_to_date(self) -> None:
        # Before anything changes: a folder that is not this server's would lock out the logins of the one that is.
        with suppress(asyncpg.InvalidCatalogNameError, asyncpg.UndefinedTableError):
            await (await Keyring.connect(self.admin_dsn(KEYS), self.wrapping_key)).close()
        logins = [f"{DATABASE}_{role}" for role in ROLES]
        await migrate.provision(self.admin_dsn("postgres"), {DATABASE: list(ROLES), KEYS: []}, self.passwords)
        await migrate.provision_keys(self.admin_dsn(KEYS), logins)
        for role in ROLES:
            await migrate.migrate(self.admin_dsn(DATABASE), role, migrations(role))

    async def close(self) -> None:
        """Stop the embedded server, if it is ours."""
        if self.server is not None:
            await asyncio.to_thread(self.server.stop)


def make_data_folder(folder: Path) -> None:
    """Make the data folder where there is none. Raises OSError with what to do."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        text = f"{folder} cannot be the data folder ({error.strerror}): name another folder with TWOLAMPS_DATA."
        raise OSError(text) from error


async def open_databases(settings: Settings) -> Databases:
    """The embedded server, started, or the one that TWOLAMPS_POSTGRES names; keys are made once. Raises WrongWrappingKey
    where keys were wrapped already and the wrapping key is missing."""
    make_data_folder(settings.data)
    wrapping_key = settings.keys_folder / "private" / "wrapping.key"
    if not settings.postgres:
        server = await asyncio.to_thread(PostgresServer.start, settings.data / "postgres")
        databases = Databases(server.superuser_dsn, server.login_dsn, wrapping_key, server)
        try:
            await _make_keys(settings, wrapping_key, databases.admin_dsn(KEYS))
        except BaseException:
            await databases.close()
            raise
        return databases
    parts = urlsplit(settings.postgres)

    def admin(database: str) -> str:
        return urlunsplit(parts._replace(path=f"/{database}"))

    await _make_keys(settings, wrapping_key, admin(KEYS))
    passwords = _passwords(settings.keys_folder / "private" / PASSWORDS)

    def login(name: str, database: str) -> str:
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{quote(name)}:{passwords[name]}@{host}", path=f"/{database}"))

    return Databases(admin, login, wrapping_key, None, passwords)


async def _make_keys(settings: Settings, wrapping_key: Path, keys_dsn: str) -> None:
    """A wrapping key that was lost is never made anew: backups would keep the new one, which opens nothing."""
    if not await asyncio.to_thread(wrapping_key.exists):
        with _hindered():
            lost = await holds_keys(keys_dsn)
        if lost:
            raise WrongWrappingKey(f"{wrapping_key} is missing, and nothing else opens what people wrote: put it back.")
    make_keys(settings.keys_folder, [*ROLES, "gateway"])


def kept_in(settings: Settings) -> list[Path]:
    """Every folder of this machine in which a standalone keeps something. Raises PostgresUnavailable."""
    data = settings.data.absolute()
    home = None if settings.postgres else read_home(data / "postgres")
    return [data] if home is None or home.is_relative_to(data) else [data, home]


@contextmanager
def _hindered() -> Iterator[None]:
    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise PostgresUnavailable(f"The database cannot be used: {error}") from error


def _passwords(path: Path) -> dict[str, str]:
    if not path.exists():
        made = {f"{DATABASE}_{role}": secrets.token_urlsafe(24) for role in ROLES}
        write_whole(path, json.dumps(made), 0o600)
    try:
        return dict(json.loads(path.read_text()))
    except (ValueError, TypeError):
        text = f"{path} is damaged: put it back from a backup, or remove it, and the logins get new passwords"
        raise PostgresUnavailable(text) from None
