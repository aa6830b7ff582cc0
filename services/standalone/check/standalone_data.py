"""Is what a standalone keeps in its data folder as it has to be? Its keys, its databases, embedded or on a named server."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import quote

from standalone.check.database import look_at_database, look_at_keyring
from standalone.check.findings import Finding
from standalone.check.keys import look_at_keys
from standalone.databases import DATABASE, KEYS, PASSWORDS, open_databases
from standalone.roles import ROLES
from twolamps_chassis.keyring import WrongWrappingKey
from twolamps_chassis.postgres_folder import read_home
from twolamps_chassis.postgres_install import PostgresUnavailable
from twolamps_chassis.settings import Settings

UP = "twolamps up"


async def look_at_data(settings: Settings) -> AsyncIterator[Finding]:
    """What is found in the data folder, and in the databases that it leads to; nothing is started."""
    private = settings.keys_folder / "private"
    if not private.exists():
        yield Finding(f"There is no platform in {settings.data} yet; {UP} makes one")
        return
    for finding in look_at_keys("standalone", settings.keys_folder):
        yield finding
    try:
        dsn = await _logins(settings, private)
    except (PostgresUnavailable, WrongWrappingKey, OSError) as error:
        yield Finding(str(error).rstrip("."), UP)
        return
    for role in ROLES:
        async for finding in look_at_database(role, dsn(role, DATABASE)):
            yield finding
    yield await look_at_keyring("pairing", dsn("pairing", KEYS), private / "wrapping.key")


async def _logins(settings: Settings, private: Path) -> Callable[[str, str], str]:
    """Where each role finds a database; raises PostgresUnavailable where no server runs."""
    if settings.postgres:
        if not (private / PASSWORDS).exists():
            raise PostgresUnavailable(
                f"The logins on the named server were never made: {private / PASSWORDS} is missing"
            )
        return (await open_databases(settings)).dsn
    home = read_home(settings.data / "postgres")
    pid_file = home / "cluster" / "postmaster.pid" if home else None
    if pid_file is None or not pid_file.exists():
        raise PostgresUnavailable(f"The PostgreSQL of {settings.data} does not run")
    socket = pid_file.read_text().splitlines()[4]

    def dsn(role: str, database: str) -> str:
        return f"postgresql://{DATABASE}_{role}@/{database}?host={quote(socket)}"

    return dsn
