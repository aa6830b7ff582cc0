"""F16: what do people notice without Redis? Invites at 20 a second while it is stopped, while it hangs, and while it is
flushed twice a second: how late the partner's open stream tells of each, and how many it never tells of; beside the same
with Redis in order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from benchmarks.f06_stream import told_of
from benchmarks.fleets import own_redis, town
from benchmarks.gate import Gate
from benchmarks.listeners import listening
from benchmarks.open_loop import percentile
from benchmarks.plan import Plan
from benchmarks.rows import NEVER, Bar, Row, measured, wrong
from benchmarks.servers import Servers
from twolamps_testkit.redis_process import RedisProcess

RATE, COUPLES, FLUSHED_EVERY_S = 20.0, 50, 0.5
CALM_S = 3.0  # until every process has found Redis again
FAULTS = ("in order", "stopped", "hung", "flushed")


async def run(servers: Servers, plan: Plan) -> list[Row]:
    """The rows of F16."""
    count = plan.size(200, 60)
    late: dict[str, list[list[float]]] = {fault: [] for fault in FAULTS}
    async with own_redis() as redis, town(servers, redis=redis.url) as here, Gate(here.gates) as gate:
        pairs = await here.settle(COUPLES)
        await here.unlock(pairs)
        people = [person for pair in pairs for person in (pair.one, pair.other)]
        async with listening(here, people) as heard:
            await told_of(here, gate, heard, pairs, 2 * COUPLES, RATE)
            for _ in plan.repeats("F16"):
                for fault, found in late.items():
                    async with _fault(redis, fault):
                        found.append((await told_of(here, gate, heard, pairs, count, RATE))[0])
                    await asyncio.sleep(CALM_S)
            sent = set(await here.invited())
            off = len(sent ^ heard.came.keys()) + heard.doubled
    rows: list[Row] = []
    for percent in (50, 99):
        calm = _row("in order", late, percent)
        rows.append(calm)
        rows += [_row(fault, late, percent, calm) for fault in FAULTS[1:]]
    what = "invites that a stream never told of, or twice, in all of this"
    return [*rows, wrong("F16", what, "Twolamps", "invites", len(sent), [off], bar=NEVER)]


def _row(fault: str, late: dict[str, list[list[float]]], percent: int, calm: Row | None = None) -> Row:
    what = f"Redis {fault}: invite until the partner's open stream tells of it, p{percent}"
    values, bar = (
        [percentile(one, percent) for one in late[fault]],
        Bar("at most", 2) if calm and percent == 99 else None,
    )
    return measured("F16", what, f"Twolamps, Redis {fault}", "s", len(late[fault][0]), values, peer=calm, bar=bar)


@asynccontextmanager
async def _fault(redis: RedisProcess, fault: str) -> AsyncIterator[None]:
    if fault == "flushed":
        task = asyncio.create_task(_flush(redis))
        try:
            yield
        finally:
            task.cancel()
    elif fault == "in order":
        yield
    else:
        with redis.stopped() if fault == "stopped" else redis.hung():
            yield


async def _flush(redis: RedisProcess) -> None:
    while True:
        await redis.flush()
        await asyncio.sleep(FLUSHED_EVERY_S)
