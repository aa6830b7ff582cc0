"""What can be said to Twolamps on the command line? `twolamps up`, `demo`, `migrate`, `status`, `dlq`."""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop
from rich.panel import Panel
from rich.table import Table

from standalone.admin import AdminUnreachable, ask_admin
from standalone.databases import open_databases
from standalone.demo.command import demo
from standalone.hand_out import HandedOutOtherwise, hand_out
from standalone.run import run
from standalone.terminal import out, read_settings, stop
from standalone.topics import topics
from standalone.up import Platform
from standalone.web import PortTaken
from twolamps_chassis.clock import ClockFileRefused
from twolamps_chassis.keyring import WrongWrappingKey
from twolamps_chassis.lifecycle import allow_many_streams
from twolamps_chassis.postgres_install import PostgresUnavailable
from twolamps_chassis.settings import Settings
from twolamps_chassis.telemetry import configure_logs

app = typer.Typer(no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False, help=__doc__)
dlq = typer.Typer(no_args_is_help=True, help="Events that could not be applied: look, then try again.")
app.add_typer(dlq, name="dlq")
app.command()(run)
app.command()(demo)
app.command()(topics)


@app.command()
def up() -> None:
    """Run the whole platform in one process, until Ctrl-C."""
    settings = read_settings()
    configure_logs(settings.log_level)
    allow_many_streams()

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


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False) -> None:
    """How each role is doing: lag, oldest event, overdue due rows, parked events, open streams."""
    report = _ask("GET", "/status")
    if as_json:
        out.print_json(data=report)
        return
    table = Table(title=f"{'ready' if report['ready'] else 'not ready'}, {report['open_streams']} open streams")
    for name in ("role", "lag", "oldest event", "overdue", "most overdue", "parked"):
        table.add_column(name, justify="left" if name == "role" else "right")
    for role in report["roles"]:
        parked = sum(role["parked"].values())
        cells = (
            role["lag"],
            f"{role['oldest_event_s']:.1f} s",
            role["overdue"],
            f"{role['most_overdue_s']:.1f} s",
            parked,
        )
        table.add_row(role["role"], *map(str, cells))
    out.print(table)
    if any(role["parked"]["failed"] for role in report["roles"]):
        out.print("Some events could not be applied. Next: twolamps dlq list")


@dlq.command("list")
def list_parked() -> None:
    """Every parked event: where it lies and why."""
    rows = _ask("GET", "/parked")
    if not rows:
        out.print("Nothing is parked.")
        return
    table = Table()
    for name in ("service", "source", "key", "seq", "type", "reason", "error", "attempts"):
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(str(row[column.header]) for column in table.columns))
    out.print(table)
    out.print("Next: twolamps dlq show KEY, or twolamps dlq replay SERVICE SOURCE KEY")


@dlq.command()
def show(key: str) -> None:
    """What is parked on one stream, in order; never its content."""
    rows = [row for row in _ask("GET", "/parked") if row["key"] == key]
    out.print_json(data=rows)
    if not rows:
        raise typer.Exit(1)


@dlq.command()
def replay(service: str, source: str, key: str) -> None:
    """Apply what is parked on one stream again, in order."""
    answer = _ask("POST", "/parked", service=service, source=source, key=key)
    if not answer.get("healed"):
        stop(answer.get("detail") or "It failed again and stays parked; twolamps dlq show tells why.")
    out.print("Applied; nothing is parked there any more.")


def _ask(method: str, path: str, **query: str) -> Any:
    try:
        return ask_admin(read_settings().admin_port, method, path, **query)
    except AdminUnreachable as error:
        stop(str(error))


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
