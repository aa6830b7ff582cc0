"""F3: how soon have 10,000 timers rung that come due at one moment? Beside the bare claim of a due table in the same run,
and other schedulers with as many as each is given here."""

from benchmarks.peers import PEERS, Timers, time_peer
from benchmarks.plan import Plan
from benchmarks.rings import AT_ONCE, ring
from benchmarks.rows import Bar, Row, measured, skipped
from benchmarks.servers import Servers


async def run(servers: Servers, plan: Plan) -> list[Row]:
    """The rows of F3."""
    count = plan.size(10_000, 2_000)
    rows: list[Row] = []
    for pending in (0, 100_000, 1_000_000) if not plan.quick else (0,):
        whole, bare = [], []
        for _ in plan.repeats(f"F3, {pending:,} pending"):
            bare.append(await ring(servers, count, AT_ONCE, pending, plain=True))
            whole.append(await ring(servers, count, AT_ONCE, pending))
        what = f"{count:,} due at once, {pending:,} others pending, until the last is committed"
        floor = measured("F3", what, "bare claim of a due table", "s", count, [one.last / 1e3 for one in bare],
                         cpu_us=[one.cpu_us for one in bare])  # fmt: skip
        rows.append(measured("F3", what, "Twolamps", "s", count, [one.last / 1e3 for one in whole],
                             cpu_us=[one.cpu_us for one in whole], peer=floor, bar=Bar("at most", 0.5)))  # fmt: skip
        rows.append(floor)
    for peer in PEERS:
        timers = Timers(plan.size(peer.burst, peer.burst // 5), 0)
        what = f"{timers.count:,} due at once, until the last job runs"
        try:
            found = [await time_peer(peer, servers, timers) for _ in plan.repeats(f"F3, {peer.name}")]
        except OSError as error:
            rows.append(skipped("F3", what, peer.name, str(error)))
            continue
        rows.append(measured("F3", what, peer.name, "s", timers.count, [one.last / 1e3 for one in found],
                             cpu_us=[one.cpu_us for one in found]))  # fmt: skip
    return rows
