"""Where does a standalone keep its state? In the embedded PostgreSQL of its data folder, or on a server that is named.

Promises: found again on restart; databases, roles and migrations are made and brought up to date by every start.
"""

import asyncio
import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from standalone.roles import ROLES, migrations
from twolamps_chassis import migrate
from twolamps_chassis.auth import make_keys, write_whole
from twolamps_chassis.keyring import Keyring
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
            await self._bring_up_to_date()
        except migrate.DataIsNewer as error:
            text = f"The data does not fit this Twolamps ({error}): it was written by a newer one, start that."
            raise PostgresUnavailable(text) from error
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            raise PostgresUnavailable(f"The database cannot be used: {error}") from error

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


async def open_databases(settings: Settings) -> Databases:
    """The embedded server, started, or the one that TWOLAMPS_POSTGRES names; keys are made once."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    make_keys(settings.keys_folder, [*ROLES, "gateway"])
    wrapping_key = settings.keys_folder / "private" / "wrapping.key"
    if not settings.postgres:
        server = await asyncio.to_thread(PostgresServer.start, settings.data / "postgres")
        return Databases(server.superuser_dsn, server.login_dsn, wrapping_key, server)
    passwords = _passwords(settings.keys_folder / "private" / PASSWORDS)
    parts = urlsplit(settings.postgres)

    def admin(database: str) -> str:
        return urlunsplit(parts._replace(path=f"/{database}"))

    def login(name: str, database: str) -> str:
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{quote(name)}:{passwords[name]}@{host}", path=f"/{database}"))

    return Databases(admin, login, wrapping_key, None, passwords)


def _passwords(path: Path) -> dict[str, str]:
    if not path.exists():
        made = {f"{DATABASE}_{role}": secrets.token_urlsafe(24) for role in ROLES}
        write_whole(path, json.dumps(made), 0o600)
    return dict(json.loads(path.read_text()))
