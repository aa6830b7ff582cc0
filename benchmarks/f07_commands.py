"""F7: how long does a command take at 100 a second? An invite over HTTP, with all that makes it safe to repeat, beside a
bare transaction with as many statements.

A command's time begins when it was meant to be sent.
"""

from benchmarks.bare_commits import BareCommits
from benchmarks.fleets import town
from benchmarks.gate import Gate
from benchmarks.open_loop import open_loop, percentile
from benchmarks.plan import Plan
from benchmarks.rows import Bar, Row, measured
from benchmarks.servers import Servers

RATE, COUPLES = 100.0, 150


async def run(servers: Servers, plan: Plan) -> list[Row]:
    """The rows of F7."""
    count = plan.size(1_000, 200)
    whole: list[list[float]] = []
    bare: list[list[float]] = []
    cpu_us: list[float] = []
    async with town(servers) as here, BareCommits.open(servers) as commits, Gate(here.gates) as gate:
        pairs = await here.settle(COUPLES)
        await here.unlock(pairs)
        sent = 2 * COUPLES
        await open_loop(RATE, sent, lambda n: here.invite(gate, pairs, n))  # who calls first is looked up first
        for _ in plan.repeats("F7"):
            bare.append([shot.took_s for shot in await open_loop(RATE, count, lambda _: commits.one())])
            began_s, before = here.cpu_s(), sent
            shots = await open_loop(RATE, count, lambda n: here.invite(gate, pairs, before + n))  # noqa: B023
            sent += count
            await here.all_told(sent, 30)
            refused = [shot.answer for shot in shots if not shot.answer.ok]
            assert not refused, f"{len(refused)} commands were not done: {refused[0]}"
            whole.append([shot.took_s for shot in shots])
            cpu_us.append(1e6 * (here.cpu_s() - began_s) / count)
    found = []
    for percent, bar in ((50, None), (99, Bar("at most", 60))):
        times = [1e3 * percentile(one, percent) for one in bare]
        floor = measured(
            "F7", f"as many statements at 100/s, p{percent}", "bare asyncpg transaction", "ms", count, times
        )
        times = [1e3 * percentile(one, percent) for one in whole]
        what = f"command at 100/s until its response, p{percent}"
        found += [measured("F7", what, "Twolamps", "ms", count, times, peer=floor, bar=bar, cpu_us=cpu_us), floor]
    return found
