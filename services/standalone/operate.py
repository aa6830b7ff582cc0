"""`twolamps status`, `replay`, `republish`: how is the platform doing, and how is what it keeps told again?

Promises: on a platform every process of every peer is asked, and one that is silent is shown as such, not an error.
"""

import time
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.progress import Progress
from rich.table import Table

from standalone.admin import AdminUnreachable, Answer, ask_all, ask_service
from standalone.terminal import out, read_settings, stop

LOOK_S, PATIENCE_S = 0.5, 15.0


def status(as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False) -> None:
    """How each role is doing: lag, oldest event, overdue due rows, parked events, open streams."""
    try:
        report = merge(ask_all(read_settings(), "/status"))
    except AdminUnreachable as error:
        stop(str(error))
    if as_json:
        out.print_json(data=report)
        return
    out.print(_roles(report))
    if len(report["processes"]) > 1:
        out.print(_processes(report))
    if any(role["parked"]["failed"] for role in report["roles"]):
        out.print("Some events could not be applied. Next: twolamps dlq list")
    if not report["ready"]:
        out.print("Not everything is ready. Next: twolamps check")


def replay(service: Annotated[str, typer.Argument(help="whose events: pairing, prompts or scheduling")]) -> None:
    """Send all events that a service keeps once more, in order; consumers know what they had."""
    settings = read_settings()
    try:
        asked = ask_service(settings, service, "POST", "/replay")
        if "kept" not in asked:
            stop(asked["detail"])
        stood, moved_at = None, time.monotonic()
        with Progress(console=out) as progress:
            task = progress.add_task("Waiting for the relay that leads ...", total=max(asked["kept"], 1))
            while True:
                state = ask_service(settings, service, "GET", "/replay")
                if not state["asked"]:
                    progress.update(task, description="Sending", completed=max(asked["kept"], 1) - state["waiting"])
                    if not state["waiting"]:
                        break
                if state != stood:
                    stood, moved_at = state, time.monotonic()
                elif time.monotonic() - moved_at > PATIENCE_S:
                    stop(f"The relay of {service} does not get on; it will by itself once it can. Next: twolamps check")
                time.sleep(LOOK_S)
    except AdminUnreachable as error:
        stop(str(error))
    out.print(f"{asked['kept']} events of {service} were sent again.")


def republish() -> None:
    """Tell what holds of every couple anew, for a consumer that is new here, or was away for longer than a week."""
    settings, told, last = read_settings(), 0, UUID(int=0)
    try:
        with out.status("Telling what holds ...") as shown:
            while True:
                answer = ask_service(settings, "pairing", "POST", "/republish", after=str(last))
                if "told" not in answer:
                    stop(answer["detail"])
                if answer["last"] is None:
                    break
                told, last = told + answer["told"], UUID(answer["last"])
                shown.update(f"Telling what holds: {told} streams")
    except AdminUnreachable as error:
        stop(f"{error}\n{told} streams were told; saying it again begins anew and harms nothing.")
    out.print(
        f"{told} streams were told. A consumer that lacks their history goes on from there in half a minute, "
        "with up to a hundred streams a second."
    )


def merge(answers: Sequence[Answer]) -> dict[str, Any]:
    """One report of what all processes said. A role's numbers are of its database, so every replica says the same."""
    heard = [answer for answer in answers if not answer.silent]
    roles = {role["role"]: role for answer in heard for role in answer.body["roles"]}
    return {
        "ready": len(heard) == len(answers) and all(answer.body["ready"] for answer in heard),
        "open_streams": sum(answer.body["open_streams"] for answer in heard),
        "roles": list(roles.values()),
        "processes": [
            {
                "host": answer.host,
                "address": answer.address,
                "ready": not answer.silent and answer.body["ready"],
                "open_streams": 0 if answer.silent else answer.body["open_streams"],
                "silent": answer.silent,
            }
            for answer in answers
        ],
    }


def _roles(report: dict[str, Any]) -> Table:
    table = Table(title=f"{'ready' if report['ready'] else 'not ready'}, {report['open_streams']} open streams")
    for name in ("role", "lag", "oldest event", "overdue", "most overdue", "parked"):
        table.add_column(name, justify="left" if name == "role" else "right")
    for role in report["roles"]:
        oldest, overdue = f"{role['oldest_event_s']:.1f} s", f"{role['most_overdue_s']:.1f} s"
        parked = str(sum(role["parked"].values()))
        table.add_row(role["role"], str(role["lag"]), oldest, str(role["overdue"]), overdue, parked)
    return table


def _processes(report: dict[str, Any]) -> Table:
    table = Table()
    for name in ("process", "address", "state", "open streams"):
        table.add_column(name, justify="right" if name == "open streams" else "left", overflow="fold")
    for process in report["processes"]:
        state = process["silent"] or ("ready" if process["ready"] else "not ready")
        table.add_row(process["host"], process["address"], state, str(process["open_streams"]))
    return table
