"""What can be said to Twolamps on the command line? Each command has a module; `up` and `migrate` are here."""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.panel import Panel

from standalone.check.command import check
from standalone.databases import open_databases
from standalone.demo.command import demo
from standalone.dlq import dlq
from standalone.hand_out import HandedOutOtherwise, hand_out
from standalone.operate import replay, republish, status
from standalone.run import run
from standalone.terminal import out, read_settings, stop
from standalone.topics import topics
from standalone.up import Platform
from standalone.web import PortTaken
from twolamps_chassis.clock import ClockFileRefused
from twolamps_chassis.keyring import WrongWrappingKey
from twolamps_chassis.lifecycle import allow_many_streams, collect_seldom
from twolamps_chassis.postgres_install import PostgresUnavailable
from twolamps_chassis.settings import Settings
from twolamps_chassis.telemetry import configure_logs

app = typer.Typer(no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(dlq, name="dlq")
for command in (run, demo, topics, check, status, replay, republish):
    app.command()(command)


@app.command()
def up() -> None:
    """Run the whole platform in one process, until Ctrl-C."""
    settings = read_settings()
    configure_logs(settings.log_level)
    allow_many_streams()
    collect_seldom()

    async def live() -> None:
        with out.status("Starting: PostgreSQL, migrations, roles ..."):
            platform = await Platform.start(settings)
        out.print(_welcome(settings, platform))
        sys.stdout.flush()
        await platform.run()

    try:
        with suppress(KeyboardInterrupt):
            uvloop.run(live())
    except (PortTaken, PostgresUnavailable, ClockFileRefused, WrongWrappingKey, OSError) as error:
        stop(str(error) or type(error).__doc__ or "")
    out.print("Stopped. Everything is kept in", str(settings.data.absolute()))


@app.command()
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


def _welcome(settings: Settings, platform: Platform) -> Panel:
    shown = "127.0.0.1" if settings.host == "0.0.0.0" else settings.host
    url = f"http://{shown}:{platform.http_port}"
    lines = (
        f"[bold]Twolamps is up.[/bold] Everything is kept in {Path(settings.data).absolute()}\n",
        f"API and docs   {url}/docs",
        f"gRPC           {shown}:{platform.node.grpc_port}",
        f"Operators      http://127.0.0.1:{platform.admin_port}/status   (.venv/bin/twolamps status)\n",
        f"Next, in another terminal: [bold]make demo URL={url}[/bold]",
        "It plays a couple's first evening. Ctrl-C stops the platform; make run goes on where it was.",
    )
    return Panel("\n".join(lines), expand=False, border_style="yellow")
