"""F2: how late do timers ring at 1,000 a second? With nothing else pending, and with 100,000 and 1,000,000 rings far ahead;
beside other schedulers at the pace that each can hold."""

from datetime import timedelta

from benchmarks.peers import PEERS, Timers, time_peer
from benchmarks.plan import Plan
from benchmarks.rings import Rung, ring
from benchmarks.rows import Bar, Row, measured, skipped
from benchmarks.servers import Servers

EVERY = timedelta(milliseconds=1)
WHAT = "timers at 1,000/s"


async def run(servers: Servers, plan: Plan) -> list[Row]:
    """The rows of F2."""
    count = plan.size(10_000, 2_000)
    rows: list[Row] = []
    for pending in (0, 100_000, 1_000_000) if not plan.quick else (0, 10_000):
        what = f"{WHAT}, {pending:,} others pending"
        found = [await ring(servers, count, EVERY, pending) for _ in plan.repeats(f"F2, {pending:,} pending")]
        rows += _rows(what, "Twolamps", count, found, Bar("at most", 10), Bar("at most", 100))
    for peer in PEERS:
        timers = Timers(plan.size(peer.steady, peer.steady // 5), 1 / peer.pace)
        what = f"timers at {peer.pace}/s"
        try:
            found = [await time_peer(peer, servers, timers) for _ in plan.repeats(f"F2, {peer.name}")]
        except OSError as error:
            rows.append(skipped("F2", what, peer.name, str(error)))
            continue
        rows += _rows(what, peer.name, timers.count, found)
    return rows


def _rows(
    what: str, who: str, count: int, found: list[Rung], middle: Bar | None = None, tail: Bar | None = None
) -> list[Row]:
    cpu = [one.cpu_us for one in found]
    return [
        measured("F2", f"{what}, lateness p50", who, "ms", count, [one.p50 for one in found], cpu_us=cpu, bar=middle),
        measured("F2", f"{what}, lateness p99", who, "ms", count, [one.p99 for one in found], cpu_us=cpu, bar=tail),
    ]
