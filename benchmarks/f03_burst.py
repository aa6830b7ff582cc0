"""F3: how soon have 10,000 timers rung that come due at one moment? Beside the bare claim of a due table in the same run,
and other schedulers with as many as each is given here."""

from benchmarks.peers import others_pending, time_peers
from benchmarks.plan import Plan
from benchmarks.rings import AT_ONCE, Rung, cpus, tower
from benchmarks.rows import Bar, Row, measured, skipped
from benchmarks.servers import Servers


async def run(servers: Servers, plan: Plan) -> list[Row]:
    """The rows of F3."""
    count = plan.size(10_000, 2_000)
    rows: list[Row] = []
    for pending in (0, 100_000, 1_000_000) if not plan.quick else (0,):
        bare, whole = list[Rung](), list[Rung]()
        plan.say(f"F3, {pending:,} pending: writing them down")
        async with tower(servers, pending) as here:
            for _ in plan.repeats(f"F3, {pending:,} pending"):
                bare.append(await here.claim(count, AT_ONCE))
                whole.append(await here.ring(count, AT_ONCE))
        what = f"{count:,} due at once, {pending:,} others pending, until the last is committed"
        floor = _row(what, "bare claim of a due table", count, bare)
        rows += [_row(what, "Twolamps", count, whole, floor, Bar("at most", 0.5)), floor]
    async for peer, timers, found, note in time_peers(servers, plan, "F3"):
        what = f"{timers.count:,} due at once, {others_pending(timers)}, until the last job runs"
        if found:
            rows.append(_row(what, peer.name, timers.count, found, note=note))
        else:
            rows.append(skipped("F3", what, peer.name, note))
    return rows


def _row(
    what: str, who: str, count: int, found: list[Rung], peer: Row | None = None, bar: Bar | None = None, note: str = ""
) -> Row:
    return measured("F3", what, who, "s", count, [one.last / 1e3 for one in found], cpu_us=cpus(found),
                    peer=peer, bar=bar, note=note)  # fmt: skip
