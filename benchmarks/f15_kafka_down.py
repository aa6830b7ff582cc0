"""F15: what do people notice when Kafka is down? Invites at 20 a second while its broker is stopped, and the share that was
accepted; then, from when it answers again, the seconds until every invite is in its inbox, each once."""

import asyncio
from collections import Counter

from benchmarks.fleets import INVITES_A_DAY, own_kafka, town
from benchmarks.gate import Gate
from benchmarks.open_loop import open_loop, percentile
from benchmarks.plan import Plan
from benchmarks.rows import Bar, Row, measured
from benchmarks.servers import Servers
from twolamps_testkit.kafka_process import KafkaProcess

RATE, BEFORE_S = 20.0, 2.0
OUTAGE_S, SHORT_S, LONG_S = 30, 10, 600
DRAINED_WITHIN_S = 300.0


async def run(servers: Servers, plan: Plan) -> list[Row]:
    """The rows of F15."""
    outage_s = LONG_S if plan.long else plan.size(OUTAGE_S, SHORT_S)
    count = round(RATE * (BEFORE_S + outage_s))
    async with own_kafka() as kafka, town(servers, kafka=kafka.kafka) as here, Gate(here.gates) as gate:
        pairs = await here.settle(max(50, count // (2 * INVITES_A_DAY) + 1))
        await here.unlock(pairs)
        outage = asyncio.create_task(_outage(kafka, outage_s))
        shots = await open_loop(RATE, count, lambda n: here.invite(gate, pairs, n))
        await outage
        accepted = {shot.answer.json()["invite"]["id"] for shot in shots if shot.answer.ok}
        drained_s = await here.all_told(len(accepted), DRAINED_WITHIN_S)
        inboxes = Counter(await here.invited())
    wrong = len(accepted - inboxes.keys()) + sum(inboxes.values()) - len(inboxes)
    down, took = f"Kafka down for {outage_s} s", [1e3 * shot.took_s for shot in shots]
    return [
        measured("F15", f"{down}, invites at {RATE:.0f}/s: accepted", "Twolamps", "%", count,
                 [100 * len(accepted) / count], bar=Bar("at least", 100),
                 note=f"answers p50 {percentile(took, 50):.0f}, p99 {percentile(took, 99):.0f} ms"),
        measured("F15", f"{down}: from when it answers again until every invite is in its inbox", "Twolamps", "s", count,
                 [drained_s], bar=Bar("at most", 60)),
        measured("F15", f"{down}: lost or twice in an inbox", "Twolamps", "invites", count, [wrong], bar=Bar("at most", 0)),
    ]  # fmt: skip


async def _outage(kafka: KafkaProcess, seconds: float) -> None:
    """Returns when the broker answers again."""
    await asyncio.sleep(BEFORE_S)
    await asyncio.to_thread(kafka.stop)
    await asyncio.sleep(seconds)
    await asyncio.to_thread(kafka.start)
