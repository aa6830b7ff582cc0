"""`twolamps up`, `twolamps migrate`: how does the whole platform start, and how do its databases alone?

Promises: what hinders a start is told in a sentence; after Ctrl-C the place where everything is kept is named.
"""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from standalone.databases import kept_in, open_databases
from standalone.demo_couple.couple import Demo, StoryCutShort
from standalone.demo_couple.folder import NotADemo
from standalone.demo_couple.progress import telling
from standalone.demo_couple.settings import BEYOND, DemoRefused, demo_settings
from standalone.hand_out import HandedOutOtherwise, hand_out
from standalone.terminal import out, read_settings, stop
from standalone.up import Platform
from standalone.welcome import Ports, welcome
from twolamps_chassis.clock import ClockFileRefused
from twolamps_chassis.keyring import WrongWrappingKey
from twolamps_chassis.lifecycle import allow_many_streams, collect_seldom
from twolamps_chassis.ports import PortTaken
from twolamps_chassis.postgres_install import PostgresUnavailable
from twolamps_chassis.settings import Settings
from twolamps_chassis.telemetry import configure_logs

FAILURES = (
    PortTaken, PostgresUnavailable, ClockFileRefused, WrongWrappingKey, OSError,
    DemoRefused, NotADemo, StoryCutShort,
)  # fmt: skip


def up(
    with_couple: Annotated[
        bool, typer.Option("--demo", help="on data of its own, with a couple who have lived there for three weeks")
    ] = False,
    beyond: Annotated[
        bool, typer.Option(BEYOND, help="let a demo listen on other addresses, though everybody knows its passwords")
    ] = False,
) -> None:
    """Run the whole platform in one process, until Ctrl-C."""
    settings, couple = read_settings(), None
    try:
        if with_couple:
            settings = demo_settings(settings, beyond_loopback=beyond)
            couple = Demo.prepare(settings)
        configure_logs(settings.log_level)
        allow_many_streams()
        collect_seldom()
        with suppress(KeyboardInterrupt):
            uvloop.run(_live(settings, couple))
        kept = " and ".join(map(str, kept_in(settings)))
    except FAILURES as error:
        stop(str(error) or type(error).__doc__ or "")
    out.print("Stopped. Everything is kept in", kept, markup=False, soft_wrap=True)


async def _live(settings: Settings, couple: Demo | None) -> None:
    with out.status("Starting: PostgreSQL, migrations, roles ..."):
        platform = await Platform.start(settings)
    if couple is not None and not couple.lived:
        try:
            with telling(out, couple.days.count) as tell:
                await couple.live(platform, tell)
        except BaseException:
            await platform.stop()
            raise
    ports = Ports(platform.http_port, platform.node.grpc_port, platform.admin_port)
    out.print(welcome(settings, ports, demo=couple is not None))
    sys.stdout.flush()
    await platform.run()


def migrate(
    folder: Annotated[
        Path | None, typer.Option("--hand-out", help="write each role's own keys and database URLs to FOLDER/<role>/")
    ] = None,
) -> None:
    """Bring the databases up to date, and stop."""
    settings = read_settings()
    if folder is not None and not settings.postgres:
        stop("--hand-out is for a platform's roles: name its server with TWOLAMPS_POSTGRES.")

    async def live() -> None:
        databases = await open_databases(settings)
        try:
            await databases.bring_up_to_date()
            if folder is not None:
                hand_out(databases, settings.keys_folder, folder)
        finally:
            await databases.close()

    try:
        asyncio.run(live())
    except (PostgresUnavailable, WrongWrappingKey, HandedOutOtherwise, OSError) as error:
        stop(str(error))
    following = "twolamps up" if folder is None else f"twolamps topics, then twolamps run ROLE with {folder}/ROLE"
    out.print(f"The databases are up to date. Next: {following}", soft_wrap=True)
