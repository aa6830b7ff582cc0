"""F18: what does it cost to stop a replica that serves? SIGTERM to a gateway with 100 open streams over SSE, and to a
notifications with 50 over gRPC and its part of Kafka's partitions, while invites go on at 20 a second: the seconds until it
has drained, the records that anybody was given again, and what a stream told twice or never; beside replicas that have
nothing to do, and the same load while nobody is stopped."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from benchmarks.fleets import INVITES_A_DAY, Pair, Town, an_invite, town
from benchmarks.gate import Gate
from benchmarks.listeners import Heard, listening
from benchmarks.plan import Plan
from benchmarks.rows import NEVER, Bar, Row, measured, wrong
from benchmarks.servers import Servers
from tests.fleet import ONE_OF_EACH

SSE, GRPC, EVERY_S = 100, 50, 0.05
DRAINED = {
    "gateway": f"{SSE} streams over SSE",
    "notifications": f"{GRPC} streams over gRPC",
    "scheduling": "no streams",
}
REPLICAS = ONE_OF_EACH | dict.fromkeys(DRAINED, 2)
CALM_S, TOLD_WITHIN_S, UNDISTURBED_S = 3, 60.0, 20


async def run(servers: Servers, plan: Plan) -> list[Row]:
    """The rows of F18."""
    async with town(servers, REPLICAS) as here, Gate(here.gates) as gate:
        pairs = await here.settle(SSE + GRPC)
        await here.unlock(pairs)
        people = [pair.other for pair in pairs]
        idle: dict[str, list[float]] = {role: [] for role in DRAINED}
        for _ in plan.repeats("F18, nobody listens"):
            for role, times in idle.items():
                times.append(await asyncio.to_thread(here.fleet.terminate, here.fleet.of(role, 1)))
                await asyncio.to_thread(here.fleet.start_replica, here.fleet.of(role, 1))
        async with listening(here, people[:SSE], first=0) as sse, listening(here, people[SSE:], "grpc") as grpc:
            load = Load(here, gate, pairs, sse, grpc)
            async with load:
                before = await here.given_again(here.fleet.all)
                await asyncio.sleep(plan.size(UNDISTURBED_S, CALM_S))
                calm_again = await here.given_again(here.fleet.all) - before
            calm_sent, calm_off = load.sent, load.off
            async with load:
                took, at_stop, at_start = await _drain(here, plan)
    still, repeats, rows = "Twolamps undisturbed", len(at_stop), list[Row]()
    for role, what in DRAINED.items():
        floor = measured(
            "F18", f"SIGTERM to {role} that has nothing to do, until it has ended", still, "s", 1, idle[role]
        )
        row = measured("F18", f"SIGTERM to {role} with {what}, until it has ended", "Twolamps", "s", 1, took[role],
                       peer=floor, bar=Bar("at most", 10))  # fmt: skip
        rows += [row, floor]
    again = wrong("F18", "records given again, nobody stopped", still, "records", calm_sent, [calm_again])
    off = wrong("F18", "invites that a stream told of twice or never, nobody stopped", still, "invites", calm_sent,
                [calm_off])  # fmt: skip
    return [
        *rows,
        wrong("F18", f"records given again after orderly stops, {len(DRAINED)} a repeat", "Twolamps", "records", load.sent,
              at_stop, peer=again, bar=NEVER),
        wrong("F18", f"records given again after starts of a second replica, {len(DRAINED)} a repeat", "Twolamps",
              "records", load.sent, at_start, peer=again),
        again,
        wrong("F18", f"invites that a stream told of twice or never, {repeats * len(DRAINED)} stops", "Twolamps", "invites",
              load.sent, [load.off], peer=off, bar=NEVER),
        off,
    ]  # fmt: skip


@dataclass
class Load:
    """While inside, invites go on; afterwards `sent` of them were, and of `off` a stream told twice or never."""

    here: Town
    gate: Gate
    pairs: Sequence[Pair]
    sse: Heard
    grpc: Heard
    sent: int = 0
    off: int = 0

    async def __aenter__(self) -> None:
        self._doubled, self._enough = self.sse.doubled + self.grpc.doubled, asyncio.Event()
        self._going_on = asyncio.create_task(_invites(self.here, self.gate, self.pairs, self._enough))

    async def __aexit__(self, *failure: object) -> None:
        self._enough.set()
        named = await self._going_on
        with suppress(TimeoutError):
            await asyncio.gather(
                self.sse.all_came([about for about, number in named if number < SSE], TOLD_WITHIN_S),
                self.grpc.all_came([about for about, number in named if number >= SSE], TOLD_WITHIN_S),
            )
        never = len({about for about, _ in named} - self.sse.came.keys() - self.grpc.came.keys())
        self.sent, self.off = len(named), never + self.sse.doubled + self.grpc.doubled - self._doubled


async def _drain(here: Town, plan: Plan) -> tuple[dict[str, list[float]], list[float], list[float]]:
    """Stop one of two replicas of each role, and start it again; the one that the streams are at. The seconds each took to
    stop, and how many records were given again after stops and after starts."""
    took: dict[str, list[float]] = {role: [] for role in DRAINED}
    at_stop, at_start = list[float](), list[float]()
    for number in plan.repeats("F18"):
        at_stop.append(0)
        at_start.append(0)
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
            at_stop[-1] += between - before
            at_start[-1] += after - between
    return took, at_stop, at_start


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
