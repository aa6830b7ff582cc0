"""F15: what do people notice when Kafka is down? Invites at 20 a second while its broker is stopped, and the share that was
accepted; then, from when it answers again, the seconds until every invite is in its inbox, each once; beside the same
load with Kafka in order."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass

from benchmarks.fleets import INVITES_A_DAY, Town, own_kafka, town
from benchmarks.gate import Gate
from benchmarks.open_loop import open_loop, percentile
from benchmarks.plan import Plan
from benchmarks.rows import NEVER, Bar, Row, measured, wrong
from benchmarks.servers import Servers
from twolamps_testkit.kafka_process import KafkaProcess

RATE, BEFORE_S = 20.0, 2.0
OUTAGE_S, SHORT_S, LONG_S, CALM_S = 30, 5, 600, 10
DRAINED_WITHIN_S = 300.0


@dataclass(frozen=True)
class Load:
    """What became of so many invites; `refused` are those not accepted, by status, 0 where no answer came."""

    count: int
    accepted: int
    refused: Counter[int]
    drained_s: float
    wrong: int
    took_ms: list[float]

    @property
    def percent(self) -> float:
        """How many of a hundred were accepted."""
        return 100 * self.accepted / self.count


async def run(servers: Servers, plan: Plan) -> list[Row]:
    """The rows of F15."""
    outage_s, calm_s = LONG_S if plan.long else plan.size(OUTAGE_S, SHORT_S), plan.size(CALM_S, SHORT_S)
    down, found = f"Kafka down for {outage_s} s, invites at {RATE:.0f}/s", list[Load]()
    async with own_kafka() as kafka, town(servers, kafka=kafka.kafka) as here, Gate(here.gates) as gate:
        calm = await _load(here, gate, calm_s, asyncio.sleep(0))
        for _ in plan.repeats(down, most=1 if plan.long else plan.times):
            found.append(await _load(here, gate, BEFORE_S + outage_s, _outage(kafka, outage_s)))
    order = f"Kafka in order, invites at {RATE:.0f}/s"
    calm_rows = _rows(order, "Twolamps undisturbed", [calm], [None] * 3, [None] * 3)
    return _rows(down, "Twolamps", found, calm_rows, [Bar("at least", 100), Bar("at most", 60), NEVER]) + calm_rows


def _rows(
    how: str, who: str, found: Sequence[Load], peers: Sequence[Row | None], bars: Sequence[Bar | None]
) -> list[Row]:
    """Accepted, drained, and lost or doubled."""
    took, all_of = [one for load in found for one in load.took_ms], sum(load.count for load in found)
    refused = sum((load.refused for load in found), Counter[int]())
    note = f"answers p50 {percentile(took, 50):.0f}, p99 {percentile(took, 99):.0f} ms"
    note += "".join(f"; {times} answered with {status}" for status, times in sorted(refused.items()))
    return [
        measured("F15", f"{how}: accepted", who, "%", found[0].count, [load.percent for load in found], peer=peers[0],
                 bar=bars[0], note=note),
        measured("F15", f"{how}: from when it answers again, or the last invite was sent, until every one is in its inbox",
                 who, "s", found[0].count, [load.drained_s for load in found], peer=peers[1], bar=bars[1]),
        wrong("F15", f"{how}: accepted, and not once in an inbox", who, "invites", all_of,
              [load.wrong for load in found], peer=peers[2], bar=bars[2]),
    ]  # fmt: skip


async def _load(here: Town, gate: Gate, seconds: float, meanwhile: Coroutine[None, None, None]) -> Load:
    """Invites for so long; from when they and what goes on meanwhile are over they drain."""
    count, before = round(RATE * seconds), await here.told()
    pairs = await here.settle(max(50, count // (2 * INVITES_A_DAY) + 1))
    await here.unlock(pairs)
    shots, _ = await asyncio.gather(open_loop(RATE, count, lambda n: here.invite(gate, pairs, n)), meanwhile)
    accepted = {shot.answer.json()["invite"]["id"] for shot in shots if shot.answer.ok}
    drained_s = await here.all_told(before + len(accepted), DRAINED_WITHIN_S)
    inboxes = Counter(await here.invited())
    off = sum(inboxes[name] != 1 for name in accepted)
    refused = Counter(shot.answer.status for shot in shots if not shot.answer.ok)
    return Load(count, len(accepted), refused, drained_s, off, [1e3 * shot.took_s for shot in shots])


async def _outage(kafka: KafkaProcess, seconds: float) -> None:
    """Returns when the broker answers again."""
    await asyncio.sleep(BEFORE_S)
    await asyncio.to_thread(kafka.stop)
    await asyncio.sleep(seconds)
    await asyncio.to_thread(kafka.start)
