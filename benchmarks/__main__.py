"""`python -m benchmarks [--only F1,F5] [--quick] [--long]`: which figures are measured, one after another."""

import argparse
import asyncio
import re
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from benchmarks import machine, rows
from benchmarks.plan import Plan
from benchmarks.rows import Row
from benchmarks.servers import Missing, Servers
from twolamps_chassis.lifecycle import allow_many_streams, collect_seldom
from twolamps_chassis.telemetry import configure_logs

Figure = Callable[[Servers, Plan], Awaitable[list[Row]]]


def figures() -> Mapping[str, Figure]:
    """Every figure by its id; the file of F7 is f07_<what>.py, and its `run` measures it."""
    files = sorted(name for _, name, _ in iter_modules([str(Path(__file__).parent)]) if re.match(r"f\d\d_", name))
    return {f"F{int(name[1:3])}": import_module(f"benchmarks.{name}").run for name in files}


async def main(only: Sequence[str], quick: bool, long: bool, times: int) -> int:
    """Measure, show, and keep what a whole run has found; how many figures failed."""
    servers, failed, plan = await Servers.open(), 0, Plan(quick, times, long)
    try:
        on = await machine.describe(servers)
        for figure, measure in figures().items():
            if only and figure not in only:
                continue
            began = time.monotonic()
            try:
                found = await measure(servers, plan)
            except Missing as missing:
                plan.say(f"{figure}: SKIPPED, {missing}")
                continue
            except Exception:
                plan.say(f"{figure}: FAILED\n{traceback.format_exc()}")
                failed += 1
                continue
            for row in found:
                plan.say(rows.line(row))
            plan.say(f"{figure} took {time.monotonic() - began:.0f} s")
            if not quick:
                rows.save(found, on, machine.commit())
    finally:
        await servers.close()
    return failed


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure Twolamps beside its peers.")
    parser.add_argument("--only", default="", help="figures, as F1,F5; all of them by default")
    parser.add_argument("--quick", action="store_true", help="a small part, shown and not kept")
    parser.add_argument("--long", action="store_true", help="wait out long faults: F15's and F14's")
    parser.add_argument("--times", type=int, default=3, help="repeats of each figure")
    return parser.parse_args()


if __name__ == "__main__":
    given = arguments()
    configure_logs("warning")
    allow_many_streams()
    collect_seldom()  # as every process of Twolamps does
    sys.exit(
        asyncio.run(
            main([name for name in given.only.upper().split(",") if name], given.quick, given.long, given.times)
        )
    )
