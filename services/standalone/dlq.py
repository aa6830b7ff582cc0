"""`twolamps dlq`: what could not be applied, where it lies and why; apply it again, or give it up.

Promises: only ids, kinds and reasons are shown, never content; on a platform every service is asked.
"""

import sys
from collections import Counter
from typing import Annotated, Any

import typer
from rich.table import Table

from standalone.admin import AdminUnreachable, ask_hosts, ask_service
from standalone.roles import ROLES
from standalone.terminal import err, out, read_settings, stop
from twolamps_chassis.status import MOST_PARKED, REASONS

SHOWN = ("service", "source", "key", "seq", "type", "reason", "error", "attempts")
dlq = typer.Typer(no_args_is_help=True, help="Events that could not be applied: look, try again, or drop.")


@dlq.command("list")
def list_parked(
    service: Annotated[str, typer.Option(help="only of this service")] = "",
    reason: Annotated[str, typer.Option(help="only gap, failed or behind")] = "",
) -> None:
    """Parked events, those that failed first: where each lies and why."""
    if service not in ("", *ROLES) or reason not in ("", *REASONS):
        stop(f"A service is one of {', '.join(ROLES)}, a reason one of {', '.join(REASONS)}.")
    rows = [row for row in _parked(reason=reason) if row["service"] == (service or row["service"])]
    if not rows:
        out.print("Nothing is parked.")
        return
    if not out.is_terminal:  # for a pipe: a line each, in the order of the table
        for row in rows:
            print(*(row[name] for name in SHOWN), sep="\t")
        return
    table = Table()
    for name in SHOWN:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(str(row[name]) for name in SHOWN))
    out.print(table)
    out.print("Next: twolamps dlq show KEY, or twolamps dlq replay SERVICE SOURCE KEY")


@dlq.command()
def show(key: str) -> None:
    """What is parked on one stream, in order; never its content."""
    rows = sorted(_parked(key=key), key=lambda row: (row["service"], row["source"], row["seq"]))
    out.print_json(data=rows)
    if not rows:
        raise typer.Exit(1)


@dlq.command()
def replay(service: str, source: str, key: str) -> None:
    """Apply what is parked on one stream again, in order."""
    answer = _ask(service, "POST", source=source, key=key)
    if not answer.get("healed"):
        stop(answer.get("detail") or "It failed again and stays parked; twolamps dlq show tells why.")
    out.print("Applied; nothing that failed is left on this stream.")


@dlq.command()
def drop(
    service: str,
    source: str,
    key: str,
    seq: int,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Give up one failed event for good, then apply what waits behind it."""
    if not yes and not sys.stdin.isatty():
        stop("What is dropped is gone for this service. Say --yes to drop it.")
    if not yes and not typer.confirm(f"Give up {source}/{key}/{seq} in {service} for good?"):
        stop("Nothing was dropped.")
    answer = _ask(service, "DELETE", source=source, key=key, seq=str(seq))
    if "dropped" not in answer:
        stop(answer["detail"])
    out.print("Dropped." if answer["dropped"] else "It is not there (any more).")
    if not answer["healed"]:
        stop("What was behind it failed too; twolamps dlq show tells why.")
    out.print("Nothing that failed is left on this stream.")


def _parked(**query: str) -> list[dict[str, Any]]:
    """What is parked anywhere, once, what failed first; who is silent is named, and who may have more."""
    try:
        answers = ask_hosts(read_settings(), "/parked", **query)
    except AdminUnreachable as error:
        stop(str(error))
    silent = [answer.silent for answer in answers if answer.silent]
    if len(silent) == len(answers):
        stop(silent[0])
    for what in silent:
        err.print(what, style="yellow", markup=False, soft_wrap=True)
    rows = [row for answer in answers if not answer.silent for row in answer.body]
    for service, count in Counter(row["service"] for row in rows).items():
        if count == MOST_PARKED:
            what = f"Of {service} these are {count:,}, and there may be more: twolamps status counts them."
            err.print(what, style="yellow", soft_wrap=True)
    return sorted(rows, key=lambda row: (row["reason"] != "failed", row["parked_at"], row["key"], row["seq"]))


def _ask(service: str, method: str, **query: str) -> Any:
    try:
        return ask_service(read_settings(), service, method, "/parked", **query)
    except AdminUnreachable as error:
        stop(str(error))
