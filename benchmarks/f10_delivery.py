"""F10: what does it cost to bring a message to a stream? The CPU of the server's process for each delivery of a message that
goes to all streams, 10,000 deliveries a second; beside bare sockets on the same loop, and nchan."""

from dataclasses import replace

from benchmarks.peers.nchan import ITEM, nchan
from benchmarks.plan import Plan
from benchmarks.rows import Bar, Row, measured, skipped
from benchmarks.servers import Servers
from benchmarks.stream_load import connect, hang_up, received, server
from benchmarks.stream_server import SHARED


async def run(servers: Servers, plan: Plan) -> list[Row]:
    """The rows of F10."""
    rows: list[Row] = []
    for streams in (2_000, 10_000) if not plan.quick else (500,):
        messages = plan.size(300_000, 20_000) // streams
        what, count = f"CPU of a delivery, {streams:,} streams, 10,000/s", messages * streams
        found: dict[str, list[float]] = {"raw": [], "twolamps": [], "nchan": []}
        why_not = ""
        for _ in plan.repeats(f"F10, {streams:,} streams"):
            for kind in ("raw", "twolamps"):
                found[kind].append(1e6 * await _tell_all(kind, streams, messages) / count)
            try:
                found["nchan"].append(1e6 * await _nchan_tells_all(streams, messages) / count)
            except OSError as error:
                why_not = str(error)
        floor = measured("F10", what, "raw asyncio on uvloop", "us", count, found["raw"])
        ratios = [own / raw for own, raw in zip(found["twolamps"], found["raw"], strict=True)]
        over = measured(
            "F10", f"{what}, over the raw socket's", "Twolamps", "x", count, ratios, bar=Bar("at most", 1.5)
        )
        rows += [
            replace(over, peer=floor.who, ratio=over.value),
            measured("F10", what, "Twolamps", "us", count, found["twolamps"], peer=floor),
            floor,
            measured("F10", what, "nchan", "us", count, found["nchan"], peer=floor)
            if found["nchan"] else skipped("F10", what, "nchan", why_not),
        ]  # fmt: skip
    return rows


async def _tell_all(kind: str, streams: int, messages: int) -> float:
    """Seconds of CPU that a server took for it."""
    async with server(kind) as held:
        clients = await connect(held.seen["port"], [SHARED] * streams)
        before = await held.look()
        after = await held.look(f"all {messages} {streams / 10_000}")
        await received(clients, messages * streams)
        await hang_up(clients)
        return float(after["cpu"] - before["cpu"])


async def _nchan_tells_all(streams: int, messages: int) -> float:
    async with nchan(shared=True) as held:
        clients = await connect(held.port, [SHARED] * streams)
        before = held.cpu_s()
        await held.tell(ITEM % 0, messages, streams / 10_000)
        await received(clients, messages * streams)
        spent = held.cpu_s() - before
        await hang_up(clients)
        return spent
