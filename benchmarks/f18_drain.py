"""F18: what does it cost to stop a replica that serves? SIGTERM to a gateway with 100 open streams over SSE, and to a
notifications with 50 over gRPC and its part of Kafka's partitions, while invites go on at 20 a second: the seconds until it
has drained, the records that anybody was given again, and what a stream told twice or never."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from benchmarks.fleets import INVITES_A_DAY, Pair, Town, an_invite, town
from benchmarks.gate import Gate
from benchmarks.listeners import listening
from benchmarks.plan import Plan
from benchmarks.rows import Bar, Row, measured
from benchmarks.servers import Servers
from tests.fleet import ONE_OF_EACH

SSE, GRPC, EVERY_S = 100, 50, 0.05
DRAINED = {
    "gateway": f"{SSE} streams over SSE",
    "notifications": f"{GRPC} streams over gRPC",
    "scheduling": "no streams",
}
REPLICAS = ONE_OF_EACH | dict.fromkeys(DRAINED, 2)
CALM_S, TOLD_WITHIN_S = 3.0, 60.0


async def run(servers: Servers, plan: Plan) -> list[Row]:
    """The rows of F18."""
    async with town(servers, REPLICAS) as here, Gate(here.gates) as gate:
        pairs = await here.settle(SSE + GRPC)
        await here.unlock(pairs)
        people = [pair.other for pair in pairs]
        async with listening(here, people[:SSE], first=0) as sse, listening(here, people[SSE:], "grpc") as grpc:
            enough = asyncio.Event()
            going_on = asyncio.create_task(_invites(here, gate, pairs, enough))
            try:
                took, again = await _drain(here, plan)
            finally:
                enough.set()
                await asyncio.wait([going_on])
            sent = going_on.result()
            with suppress(TimeoutError):
                await asyncio.gather(
                    sse.all_came([about for about, number in sent if number < SSE], TOLD_WITHIN_S),
                    grpc.all_came([about for about, number in sent if number >= SSE], TOLD_WITHIN_S),
                )
            never = len({about for about, _ in sent} - sse.came.keys() - grpc.came.keys())
            twice = sse.doubled + grpc.doubled
    stops = len(DRAINED) * len(took["gateway"])
    at_stop, at_start = again
    return [
        *(measured("F18", f"SIGTERM to {role} with {what}, until it has ended", "Twolamps", "s", 1, took[role],
                   bar=Bar("at most", 10)) for role, what in DRAINED.items()),
        measured("F18", f"records given again after {stops} orderly stops", "Twolamps", "records", len(sent), [at_stop],
                 bar=Bar("at most", 0)),
        measured("F18", f"records given again after {stops} starts of a second replica", "Twolamps", "records", len(sent),
                 [at_start]),
        measured("F18", "invites that a stream told of twice or never", "Twolamps", "invites", len(sent), [twice + never],
                 bar=Bar("at most", 0)),
    ]  # fmt: skip


async def _drain(here: Town, plan: Plan) -> tuple[dict[str, list[float]], tuple[int, int]]:
    """Stop one of two replicas of each role, and start it again; the one that the streams are at. The seconds each took to
    stop, and how many records were given again after stops and after starts."""
    took: dict[str, list[float]] = {role: [] for role in DRAINED}
    at_stop = at_start = 0
    for number in plan.repeats("F18"):
        for role, times in took.items():
            replica = here.fleet.of(role, number % 2)
            others = [one for one in here.fleet.all if one is not replica]
            before = await here.given_again(others)
            times.append(await asyncio.to_thread(here.fleet.terminate, replica))
            await asyncio.sleep(CALM_S)
            between = await here.given_again(others)
            await asyncio.to_thread(here.fleet.start_replica, replica)
            await asyncio.sleep(CALM_S)
            after = await here.given_again(here.fleet.all)
            plan.say(f"F18 {role} {times[-1]:.1f} s; given again {between - before}, after its start {after - between}")
            at_stop, at_start = at_stop + between - before, at_start + after - between
    return took, (at_stop, at_start)


async def _invites(here: Town, gate: Gate, pairs: Sequence[Pair], enough: asyncio.Event) -> list[tuple[str, int]]:
    """Send invites, couple after couple, until it is enough; each one's id and the number of its couple."""

    async def invite(turn: int, number: int) -> tuple[str, int]:
        token = here.token(pairs[number].one)
        made = await gate.insist("POST", "/v1/invites", token, an_invite(turn))
        return str(made.json()["invite"]["id"]), number

    tasks = []
    for count in range(INVITES_A_DAY * len(pairs)):
        if enough.is_set():
            break
        tasks.append(asyncio.create_task(invite(*divmod(count, len(pairs)))))
        await asyncio.sleep(EVERY_S)
    return list(await asyncio.gather(*tasks))
