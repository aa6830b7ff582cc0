"""`twolamps check`: what is wrong here, and what is to be done? One line for each thing that was looked at.

Promises: only looks, so nothing is made or changed; never shows a secret; exit code 1 where anything is wrong.
"""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import typer

from standalone.check.database import look_at_database, look_at_keyring
from standalone.check.findings import Finding
from standalone.check.kafka import look_at_kafka
from standalone.check.keys import look_at_keys
from standalone.check.machine import look_at_machine
from standalone.check.neighbours import look_at_peers, look_at_redis
from standalone.check.standalone_data import look_at_data
from standalone.roles import ROLES
from standalone.run import AT_THE_EDGE, NEEDS
from standalone.terminal import out, quiet_libraries, read_settings
from twolamps_chassis.settings import Settings

KEEP_DATA = ("standalone", "pairing")
"""Who keeps something in TWOLAMPS_DATA: PostgreSQL and all else; mails until they are sent."""


def check() -> None:
    """Look at everything that is set here: what is wrong, and what to do next."""
    settings = read_settings()
    quiet_libraries()
    wrong = asyncio.run(_tell(settings))
    out.print("Everything is as it has to be." if not wrong else f"{wrong} wrong.", highlight=False)
    if wrong:
        raise typer.Exit(1)


async def look_at_everything(settings: Settings) -> AsyncIterator[Finding]:
    """Every finding: of this machine, of the role or the data folder, of the servers that are set."""
    role = _role(settings)
    for finding in look_at_machine(settings.data if role in KEEP_DATA else None):
        yield finding
    looks = [look_at_data(settings)] if role == "standalone" else [_look_at_role(role, settings)]
    if settings.kafka:
        looks.append(look_at_kafka(settings.kafka, settings.prefix))
    if settings.redis:
        looks.append(look_at_redis(settings.redis, settings.prefix))
    looks.append(look_at_peers(settings.peers))
    for look in looks:
        async for finding in look:
            yield finding


async def _look_at_role(role: str, settings: Settings) -> AsyncIterator[Finding]:
    if role not in (*ROLES, "gateway"):
        yield Finding(
            "Neither TWOLAMPS_DATABASE nor the keys say which role this is",
            "give it the database URL and the keys folder that twolamps migrate --hand-out wrote for the role",
        )
        return
    for name in AT_THE_EDGE if role == "gateway" else NEEDS:
        if not getattr(settings, name):
            yield Finding(f"{NEEDS[name]} is not set, and {role} needs it", "set it; docs/settings.md says to what")
    for finding in look_at_keys(role, settings.keys_folder):
        yield finding
    if settings.database:
        async for finding in look_at_database(role, settings.database):
            yield finding
    if settings.key_database:
        yield await look_at_keyring(role, settings.key_database, settings.keys_folder / "private" / "wrapping.key")


def _role(settings: Settings) -> str:
    """Whose settings these are: those of the login, of the only identity among the keys, or a standalone's; "" where they
    do not tell."""
    if settings.database:
        try:
            return (urlsplit(settings.database).username or "").rpartition("_")[2]
        except ValueError:
            return ""
    if not settings.peers:
        return "standalone"
    private = settings.keys_folder / "private"
    found = [role for role in (*ROLES, "gateway") if (private / f"{role}.json").exists()]
    return found[0] if len(found) == 1 else ""


async def _tell(settings: Settings) -> int:
    wrong = 0
    async for finding in look_at_everything(settings):
        out.print("[red]wrong[/red] " if finding.wrong else "[green]ok[/green]    ", end="")
        following = f". Next: {finding.following}" if finding.wrong else ""
        out.print(f"{finding.what}{following}", markup=False, highlight=False, soft_wrap=True)
        wrong += finding.wrong
    return wrong
