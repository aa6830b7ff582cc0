"""F11: how soon are all streams back that were cut at once, while changes flow? Each client's changes before and after are
put together: none may be missing, doubled or out of order."""

import asyncio
import time

from benchmarks.plan import Plan
from benchmarks.rows import Bar, Row, measured
from benchmarks.servers import Servers
from benchmarks.stream_load import connect, hang_up, received, server

FLOW_PER_S, OTHERS = 1_000, 100_000


async def run(servers: Servers, plan: Plan) -> list[Row]:
    """The row of F11."""
    many = plan.size(5_000, 500)
    took: list[float] = []
    wrong = 0
    for _ in plan.repeats("F11"):
        async with server("twolamps") as held:
            await held.look(f"others {OTHERS}")
            names = [f"p{n}" for n in range(many)]
            first = await connect(held.seen["port"], names)
            flowing = asyncio.create_task(held.look(f"each {many} {FLOW_PER_S} 15"))
            await asyncio.sleep(3)
            last = [client.last_id for client in first]
            await hang_up(first)
            await asyncio.sleep(2)
            began = time.perf_counter()
            second = await connect(held.seen["port"], names, last)
            took.append(time.perf_counter() - began)
            await flowing
            expected = 15 * FLOW_PER_S
            await received([*first, *second], expected)
            seen = [a.items + b.items for a, b in zip(first, second, strict=True)]
            wrong += sum(len(items) != len(set(items)) or items != sorted(items) for items in seen)
            wrong += abs(sum(map(len, seen)) - expected)
            await hang_up(second)
    row = measured(
        "F11", f"{many:,} streams cut for 2 s are back, {FLOW_PER_S:,} changes/s flowing, {OTHERS:,} rows of others",
        "Twolamps", "s", many, took, bar=Bar("at most", 5), note=f"{wrong} changes missing, doubled or out of order",
    )  # fmt: skip
    return [row]
