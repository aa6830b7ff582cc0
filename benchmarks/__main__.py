"""`python -m benchmarks [--only F1,F5] [--quick]`: which figures are measured, one after another."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from rich.progress import Progress

from benchmarks import f01_relay, f02_timers, f03_burst, f05_consumer, machine, rows
from benchmarks.plan import Plan
from benchmarks.rows import Row
from benchmarks.servers import Missing, Servers
from twolamps_chassis.lifecycle import allow_many_streams
from twolamps_chassis.telemetry import configure_logs

Figure = Callable[[Servers, Plan], Awaitable[list[Row]]]
FIGURES: Mapping[str, Figure] = {"F1": f01_relay.run, "F2": f02_timers.run, "F3": f03_burst.run, "F5": f05_consumer.run}


async def main(only: Sequence[str], quick: bool) -> None:
    """Measure, show, and keep what a whole run has found."""
    servers = await Servers.open()
    found: list[Row] = []
    try:
        with Progress() as progress:
            plan = Plan(quick, progress)
            for figure in FIGURES:
                if only and figure not in only:
                    continue
                try:
                    found += (fresh := await FIGURES[figure](servers, plan))
                except Missing as missing:
                    plan.say(f"{figure}: SKIPPED, {missing}")
                    continue
                for row in fresh:
                    plan.say(f"{row.id} {row.what} [{row.who}]: {row.value} {row.unit} {row.low} to {row.high}, n={row.n}, "
                             f"{row.cpu_us} us CPU; {row.ratio} of {row.peer}; {row.bar} {row.met} {row.note}")  # fmt: skip
        if not quick and found:
            rows.save(found, await machine.describe(servers), machine.commit())
    finally:
        await servers.close()


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure Twolamps beside its peers.")
    parser.add_argument("--only", default="", help="figures, as F1,F5; all of them by default")
    parser.add_argument("--quick", action="store_true", help="a small part, shown and not kept")
    return parser.parse_args()


if __name__ == "__main__":
    given = arguments()
    configure_logs("warning")
    allow_many_streams()
    asyncio.run(main([name for name in given.only.upper().split(",") if name], given.quick))
