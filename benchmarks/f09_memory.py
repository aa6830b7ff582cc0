"""F9: how many event streams does a process hold, and what does each take? Beside bare sockets on the same loop,
and nchan."""

from benchmarks.peers.nchan import nchan
from benchmarks.plan import Plan
from benchmarks.rows import Bar, Row, measured, skipped
from benchmarks.servers import Servers
from benchmarks.stream_load import connect, hang_up, server


async def run(servers: Servers, plan: Plan) -> list[Row]:
    """The rows of F9."""
    many = plan.size(19_000, 1_000)
    found: dict[str, list[float]] = {"raw": [], "twolamps": []}
    peers: list[float] = []
    why_not = ""
    for _ in plan.repeats("F9"):
        try:
            peers.append(await _nchan(many))
        except OSError as error:
            why_not = str(error)
        for kind, values in found.items():
            async with server(kind) as held:
                await hang_up(await connect(held.seen["port"], [f"w{n}" for n in range(200)]))
                before = (await held.look())["rss"]
                clients = await connect(held.seen["port"], [f"p{n}" for n in range(many)])
                now = await held.look()
                assert now["streams"] >= many
                values.append((now["rss"] - before) / many / 1_000)
                await hang_up(clients)
    floor = measured("F9", f"memory of a stream, {many:,} open", "raw asyncio on uvloop", "kB", many, found["raw"])
    what, opened = "open streams of one process, as many as were asked for", [float(many)] * len(found["raw"])
    asked = measured("F9", what, "raw asyncio on uvloop", "streams", many, opened)
    return [
        measured("F9", what, "Twolamps", "streams", many, opened, peer=asked, bar=Bar("at least", 5_000)),
        asked,
        measured("F9", floor.what, "Twolamps", "kB", many, found["twolamps"], peer=floor, bar=Bar("at most", 10)),
        floor,
        measured("F9", floor.what, "nchan", "kB", many, peers, peer=floor)
        if peers
        else skipped("F9", floor.what, "nchan", why_not),
    ]


async def _nchan(many: int) -> float:
    async with nchan() as held:
        await hang_up(await connect(held.port, [f"w{n}" for n in range(200)]))
        before = held.memory()
        clients = await connect(held.port, [f"p{n}" for n in range(many)])
        taken = held.memory() - before
        await hang_up(clients)
        return taken / many / 1_000
