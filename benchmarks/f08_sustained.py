"""F8: how many commands a second does the platform take for good? Through to the partner's inbox, the rate raised in steps
until it is not held; beside the transactions that PostgreSQL does with as many statements and nothing else.

A rate is held when all were done, 99 of 100 within a second of when they were meant to be sent, and a second after the
last answer nothing was on its way. The last one held is then asked for a minute, again and again; a minute in which it was
not held is worth the next lower rate, if that is. How the backlog of that minute grew is told: commands accepted and not in
an inbox yet.
"""

import asyncio
from dataclasses import dataclass
from statistics import linear_regression, median

from benchmarks.bare_commits import BareCommits
from benchmarks.fleets import INVITES_A_DAY, Pair, Town, town
from benchmarks.gate import Gate, Reply
from benchmarks.open_loop import open_loop, percentile
from benchmarks.plan import Plan
from benchmarks.rows import Bar, Row, measured
from benchmarks.servers import Servers

RATES = (100, 150, 200, 250, 300, 350, 400, 500, 600, 700, 800, 1_000)
CONNECTIONS = 256
ANSWERED_S, LAG_S = 1.0, 1.0
DRAINED_WITHIN_S = 60.0
TRIES = 2  # a rate is not given up for one pause of the machine


@dataclass(frozen=True)
class Step:
    """What became of a rate: seconds, commands not done, and by how many commands a second the backlog grew."""

    rate: int
    p50: float
    p99: float
    lag: float
    failed: int
    growth: float
    cpu_us: float

    @property
    def held(self) -> bool:
        """Whether it could have gone on."""
        return not self.failed and self.p99 <= ANSWERED_S and self.lag <= LAG_S

    def __str__(self) -> str:
        return (
            f"{self.rate}/s: answers p50 {1e3 * self.p50:.0f}, p99 {1e3 * self.p99:.0f} ms; the last in its inbox "
            f"{self.lag:.2f} s later; {self.failed} not done; backlog {self.growth:+.2f}/s"
        )


@dataclass
class Load:
    """Invites of couples that take turns; `sent` were sent so far."""

    here: Town
    gate: Gate
    pairs: list[Pair]
    sent: int = 0
    done: int = 0

    async def step(self, rate: int, seconds: float) -> Step:
        """One rate for so long."""
        count, before, done, cpu_s = round(rate * seconds), self.sent, self.done, self.here.cpu_s()
        self.sent += count
        watching = asyncio.create_task(self._backlog(seconds))
        shots = await open_loop(rate, count, lambda n: self._invite(before + n))
        lag = await self.here.all_told(self.done, DRAINED_WITHIN_S)
        took = [shot.took_s for shot in shots]
        cpu_us = 1e6 * (self.here.cpu_s() - cpu_s) / count
        growth = slope(await watching)
        return Step(rate, percentile(took, 50), percentile(took, 99), lag, count - (self.done - done), growth, cpu_us)

    async def _invite(self, number: int) -> Reply:
        reply = await self.here.invite(self.gate, self.pairs, number)
        self.done += reply.ok
        return reply

    async def _backlog(self, seconds: float) -> list[int]:
        """What is accepted and in no inbox, once a second; the first second, which has none before it, is left out."""
        found: list[int] = []
        for _ in range(int(seconds) - 1):
            await asyncio.sleep(1)
            done = self.done
            found.append(done - await self.here.told())
        return found


def slope(values: list[int]) -> float:
    """By how much they grow from one to the next, as the straight line that fits them best; 0 for fewer than two."""
    return linear_regression(range(len(values)), values).slope if len(values) > 1 else 0.0


async def run(servers: Servers, plan: Plan) -> list[Row]:
    """The rows of F8."""
    seconds, longer = plan.size(6, 2), plan.size(60, 4)
    rates = RATES if not plan.quick else RATES[:2]
    most = TRIES * sum(rates) * seconds + (plan.times + TRIES) * rates[-1] * longer
    async with BareCommits.open(servers) as commits:
        paces = [await commits.pace(plan.size(5, 2)) for _ in plan.repeats("F8, bare commits")]
    async with town(servers) as here, Gate(here.gates, CONNECTIONS) as gate:
        pairs = await here.settle(most // (2 * INVITES_A_DAY) + 1)
        await here.unlock(pairs)
        load = Load(here, gate, pairs)
        await load.step(rates[0], 2)  # connections are opened, statements prepared
        held: list[int] = []
        for rate in rates:
            for _ in range(TRIES):
                step = await load.step(rate, seconds)
                plan.say(f"F8 {step}")
                if step.held:
                    held.append(rate)
                    break
            else:
                break
        minutes = [await _minute(load, held, longer, plan) for _ in plan.repeats(f"F8, {longer} s")]
    floor = measured("F8", "as many statements in a transaction, 12 connections", "bare asyncpg", "commits/s",
                     round(plan.size(5, 2) * median(paces)), paces)  # fmt: skip
    shown = [float(step.rate) if step.held else 0.0 for step in minutes]
    note = f"each step {seconds} s, the rate shown {longer} s: " + "; ".join(map(str, minutes))
    row = measured("F8", "commands accepted through to the inbox, lag flat", "Twolamps", "commands/s",
                   round(median(shown) * longer), shown, peer=floor, bar=Bar("at least", 300),
                   cpu_us=[step.cpu_us for step in minutes], note=note)  # fmt: skip
    return [row, floor]


async def _minute(load: Load, held: list[int], seconds: int, plan: Plan) -> Step:
    """The highest rate of `held` that can go on for so long; those that cannot are taken out, but never the lowest."""
    while True:
        step = await load.step(held[-1] if held else RATES[0], seconds)
        plan.say(f"F8 for {seconds} s: {step}")
        if step.held or len(held) <= 1:
            return step
        held.pop()
