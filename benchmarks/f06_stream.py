"""F6: how long after a command does the partner's open stream tell of it, at 50 commands a second? Over HTTP, gRPC,
PostgreSQL, Kafka and Redis, each role a process of its own; beside a bare round trip through pub/sub of the same Redis.

A command's time begins when it was meant to be sent, so the way to its answer is in it.
"""

import asyncio
from contextlib import aclosing

from redis.asyncio import Redis

from benchmarks.fleets import Pair, Town, town
from benchmarks.gate import Gate
from benchmarks.listeners import Heard, listening
from benchmarks.open_loop import open_loop, percentile
from benchmarks.plan import Plan
from benchmarks.rows import Bar, Row, measured
from benchmarks.servers import Servers

RATE, COUPLES, TOLD_WITHIN_S = 50.0, 100, 20.0
CHANNEL = "twolamps-bench.hints"
WHAT = "command at 50/s until the partner's open stream tells of it"


async def run(servers: Servers, plan: Plan) -> list[Row]:
    """The rows of F6."""
    count = plan.size(600, 150)
    whole: list[list[float]] = []
    after: list[list[float]] = []
    bare: list[list[float]] = []
    cpu_us: list[float] = []
    async with town(servers) as here:
        pairs = await here.settle(COUPLES)
        await here.unlock(pairs)
        people = [person for pair in pairs for person in (pair.one, pair.other)]
        async with listening(here, people) as heard, Gate(here.gates) as gate:
            await told_of(here, gate, heard, pairs, 2 * COUPLES)  # whoever calls for the first time is looked up first
            for _ in plan.repeats("F6"):
                bare.append(await _through_redis(servers, count))
                began_s = here.cpu_s()
                from_start, from_answer = await told_of(here, gate, heard, pairs, count)
                whole.append(from_start)
                after.append(from_answer)
                cpu_us.append(1e6 * (here.cpu_s() - began_s) / count)
            assert not heard.doubled, f"{heard.doubled} notices came twice"
    found = []
    for percent, bar in ((50, Bar("at most", 40)), (99, Bar("at most", 200))):
        floor = _row(f"a hint through pub/sub at 50/s, p{percent}", "bare Redis", bare, percent)
        found.append(_row(f"{WHAT}, p{percent}", "Twolamps", whole, percent, floor, bar, cpu_us))
        found.append(_row(f"{WHAT}, from the command's answer on, p{percent}", "Twolamps", after, percent))
        found.append(floor)
    return found


async def told_of(
    here: Town, gate: Gate, heard: Heard, pairs: list[Pair], count: int, rate: float = RATE
) -> tuple[list[float], list[float]]:
    """Send invites at a pace; seconds until each was told, from when it was meant to be sent and from its answer."""
    sent = len(heard.came)
    shots = await open_loop(rate, count, lambda n: here.invite(gate, pairs, sent + n))
    refused = [shot.answer for shot in shots if not shot.answer.ok]
    assert not refused, f"{len(refused)} commands were not done: {refused[0]}"
    named = {shot.answer.json()["invite"]["id"]: shot for shot in shots}
    await heard.all_came(named, TOLD_WITHIN_S)
    return (
        [heard.came[name] - shot.due for name, shot in named.items()],
        [max(0.0, heard.came[name] - shot.ended) for name, shot in named.items()],
    )


def _row(
    what: str,
    who: str,
    found: list[list[float]],
    percent: float,
    peer: Row | None = None,
    bar: Bar | None = None,
    cpu_us: list[float] | None = None,
) -> Row:
    values = [1e3 * percentile(one, percent) for one in found]
    return measured("F6", what, who, "ms", len(found[0]), values, peer=peer, bar=bar, cpu_us=cpu_us or ())


async def _through_redis(servers: Servers, count: int) -> list[float]:
    """Seconds from when a hint was meant to be published until a subscriber has it."""
    async with Redis.from_url(servers.redis) as redis, redis.pubsub() as listener:
        await listener.subscribe(CHANNEL)
        came: dict[int, float] = {}

        async def listen() -> None:
            async with aclosing(listener.listen()) as messages:
                async for message in messages:
                    if message["type"] == "message":
                        came[int(message["data"])] = asyncio.get_running_loop().time()
                        if len(came) == count:
                            return

        task = asyncio.create_task(listen())
        shots = await open_loop(RATE, count, lambda n: redis.publish(CHANNEL, n))
        async with asyncio.timeout(TOLD_WITHIN_S):
            await task
        return [came[number] - shot.due for number, shot in enumerate(shots)]
