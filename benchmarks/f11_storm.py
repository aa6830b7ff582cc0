"""F11: how soon are all streams back that were cut at once, while changes flow? Each client's changes before and after are
put together: none may be missing, doubled or out of order. Beside nchan under the same storm, and bare sockets that only
accept as many."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

from benchmarks.peers.nchan import nchan
from benchmarks.plan import Plan
from benchmarks.rows import NEVER, Bar, Row, measured, skipped, wrong
from benchmarks.servers import Servers
from benchmarks.stream_load import connect, hang_up, received, server

FLOW_PER_S, FLOW_S, OTHERS = 1_000, 15, 100_000
BEFORE_S, CUT_S = 3, 2


async def run(servers: Servers, plan: Plan) -> list[Row]:
    """The rows of F11."""
    many = plan.size(5_000, 500)
    found: dict[str, list[tuple[float, int]]] = {"raw": [], "twolamps": [], "nchan": []}
    why_not = ""
    for _ in plan.repeats("F11"):
        async with server("raw") as held:
            found["raw"].append(await _storm(held.seen["port"], many, asyncio.sleep(0), 0))
        async with server("twolamps") as held:
            await held.look(f"others {OTHERS}")
            changes = held.look(f"each {many} {FLOW_PER_S} {FLOW_S}")
            found["twolamps"].append(await _storm(held.seen["port"], many, changes, FLOW_PER_S * FLOW_S))
        try:
            async with nchan() as peer:
                messages = peer.tell_each(many, FLOW_PER_S, FLOW_S)
                found["nchan"].append(await _storm(peer.port, many, messages, FLOW_PER_S * FLOW_S))
        except OSError as error:
            why_not = str(error)
    cut = f"{many:,} streams cut for {CUT_S} s are back"
    flowing = f"{cut}, {FLOW_PER_S:,} changes/s flowing"
    took = {who: [seconds for seconds, _ in each] for who, each in found.items()}
    broken = {who: [float(count) for _, count in each] for who, each in found.items()}
    sent, whole = FLOW_PER_S * FLOW_S * len(found["raw"]), f"{flowing}: changes missing, doubled or out of order"
    floor = measured("F11", f"{cut}, nothing resumed", "raw asyncio on uvloop", "s", many, took["raw"])
    if took["nchan"]:
        back = measured("F11", flowing, "nchan", "s", many, took["nchan"], peer=floor)
        theirs = wrong("F11", whole, "nchan", "changes", sent, broken["nchan"])
    else:
        back, theirs = (skipped("F11", what, "nchan", why_not) for what in (flowing, whole))
    return [
        measured("F11", f"{flowing}, {OTHERS:,} rows of others in the log in memory", "Twolamps", "s", many,
                 took["twolamps"], peer=floor, bar=Bar("at most", 5)),
        floor,
        back,
        wrong("F11", whole, "Twolamps", "changes", sent, broken["twolamps"], peer=theirs, bar=NEVER),
        theirs,
    ]  # fmt: skip


async def _storm(port: int, many: int, flow: Coroutine[Any, Any, object], changes: int) -> tuple[float, int]:
    """The seconds until all are back, and how many changes are missing, doubled or out of order."""
    names = [f"p{n}" for n in range(many)]
    first = await connect(port, names)
    flowing = asyncio.create_task(flow)
    await asyncio.sleep(BEFORE_S)
    last = [client.last_id for client in first]
    await hang_up(first)
    await asyncio.sleep(CUT_S)
    began = time.perf_counter()
    second = await connect(port, names, last)
    took = time.perf_counter() - began
    await flowing
    await received([*first, *second], changes)
    seen = [a.items + b.items for a, b in zip(first, second, strict=True)]
    await hang_up(second)
    wrong = sum(len(items) != len(set(items)) or items != sorted(items) for items in seen)
    return took, wrong + abs(sum(map(len, seen)) - changes)
