"""F2: how late do timers ring at 1,000 a second? With nothing else pending, and with 100,000 and 1,000,000 rings far ahead,
beside the bare claim of a due table; and beside other schedulers at the pace that each can hold, with nothing else pending
and with as many as each can be given."""

from datetime import timedelta

from benchmarks.peers import others_pending, time_peers
from benchmarks.plan import Plan
from benchmarks.rings import Rung, cpus, tower
from benchmarks.rows import Bar, Row, measured, skipped
from benchmarks.servers import Servers

EVERY = timedelta(milliseconds=1)
BARS = {"p50": Bar("at most", 10), "p99": Bar("at most", 100)}


async def run(servers: Servers, plan: Plan) -> list[Row]:
    """The rows of F2."""
    count = plan.size(5_000, 2_000)
    rows: list[Row] = []
    for pending in (0, 100_000, 1_000_000) if not plan.quick else (0, 10_000):
        bare, whole = list[Rung](), list[Rung]()
        plan.say(f"F2, {pending:,} pending: writing them down")
        async with tower(servers, pending) as here:
            for _ in plan.repeats(f"F2, {pending:,} pending"):
                bare.append(await here.claim(count, EVERY))
                whole.append(await here.ring(count, EVERY))
        what = f"timers at 1,000/s, {pending:,} others pending"
        floors = _rows(what, "bare claim of a due table", count, bare)
        for floor, row in zip(floors, _rows(what, "Twolamps", count, whole, floors, BARS), strict=True):
            rows += [row, floor]
    async for peer, timers, found, note in time_peers(servers, plan, "F2"):
        what = f"timers at {peer.pace:,}/s, {others_pending(timers)}"
        if found:
            rows += _rows(what, peer.name, timers.count, found, note=note)
        else:
            rows.append(skipped("F2", what, peer.name, note))
    return rows


def _rows(
    what: str, who: str, count: int, found: list[Rung], floors: list[Row] | None = None,
    bars: dict[str, Bar] | None = None, note: str = "",
) -> list[Row]:  # fmt: skip
    """The median and the tail."""
    lateness = {"p50": [one.p50 for one in found], "p99": [one.p99 for one in found]}
    return [
        measured("F2", f"{what}, lateness {name}", who, "ms", count, values, cpu_us=cpus(found),
                 peer=floors[n] if floors else None, bar=bars[name] if bars else None, note=note)
        for n, (name, values) in enumerate(lateness.items())
    ]  # fmt: skip
