"""F17: after an end is acknowledged, when does the last thing cross to the partner? Invites under way in twenty couples, each
ended by the one who sends them: with the broker frozen, so that everything lags, and Redis down; then with all in order and
invites that are sent at the very moment of the end.

The worst is asked for: what the partner's open stream tells of a sent invite after the end was answered; beside how long
an answer takes when nothing else goes on.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from benchmarks.fleets import Pair, Town, own_kafka, own_redis, town
from benchmarks.gate import Gate, Reply
from benchmarks.listeners import Heard, listening
from benchmarks.open_loop import Shot, open_loop
from benchmarks.plan import Plan
from benchmarks.rows import Bar, Row, measured
from benchmarks.servers import Servers
from twolamps_testkit.stage import eventually

ON_THEIR_WAY, RATE, SENT_EACH, ENDED_AFTER_S = 5, 20.0, 25, 0.6
CONSUMED_WITHIN_S, QUIET_S = 60.0, 3.0
END = {"notice": "END_NOTICE_NOTHING"}
BEHIND = """
SELECT count(*) FROM {0}.outbox AS o LEFT JOIN notifications.cursors AS c ON (c.source, c.key) = ('{0}', o.key)
WHERE o.key = ANY($1) AND o.seq > coalesce(c.seq, 0)
"""
FLOWING = f"invites at {RATE:.0f}/s go on"
LAGGING = f"Kafka frozen, Redis down, {ON_THEIR_WAY} invites on their way"
Ended = tuple[float, float]
"""When an end was answered on the loop's clock, and how long that took."""


@dataclass
class Found:
    """Of each repeat the worst couple: when something last crossed after its end was answered, and how long that took;
    invites that were accepted and told in all, and couples in which one crossed."""

    crossed: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    accepted: int = 0
    told: int = 0
    after: int = 0

    def note(self, heard: Heard, ends: Mapping[Pair, tuple[list[str], Ended]]) -> None:
        """One more repeat."""
        late = [
            max([0.0, *(heard.came[name] - answered_at for name in names if name in heard.came)])
            for names, (answered_at, _) in ends.values()
        ]
        self.crossed.append(max(late))
        self.answered.append(max(took for _, (_, took) in ends.values()))
        self.accepted += sum(len(names) for names, _ in ends.values())
        self.told += sum(name in heard.came for names, _ in ends.values() for name in names)
        self.after += sum(one > 0 for one in late)


async def run(servers: Servers, plan: Plan) -> list[Row]:
    """The rows of F17."""
    times, calm, flowing, lagging = plan.size(20, 3), Found(), Found(), Found()
    async with (
        own_kafka() as kafka,
        own_redis() as redis,
        town(servers, kafka=kafka.kafka, redis=redis.url) as here,
        Gate(here.gates) as gate,
    ):
        for _ in plan.repeats("F17"):
            pairs = await here.settle(3 * times)
            await here.unlock(pairs)
            quiet, busy, waiting = pairs[:times], pairs[times : 2 * times], pairs[2 * times :]
            async with listening(here, [pair.other for pair in pairs]) as heard:
                calm.note(heard, {pair: ([], await _end(here, gate, pair)) for pair in quiet})
                ends = {pair: await _sent_and_ended(here, gate, pair) for pair in busy}
                await _consumed(here, busy)
                await asyncio.sleep(QUIET_S)
                flowing.note(heard, ends)
                with redis.stopped():
                    await asyncio.to_thread(kafka.signal, 1, "STOP")
                    sent = {pair: await _send(here, gate, pair) for pair in waiting}
                    ends = {pair: (names, await _end(here, gate, pair)) for pair, names in sent.items()}
                    await asyncio.to_thread(kafka.signal, 1, "CONT")
                    await _consumed(here, waiting)
                    await asyncio.sleep(QUIET_S)
                lagging.note(heard, ends)
    what = f"end until it is answered, nothing going on, the worst of {times}"
    floor = measured("F17", what, "Twolamps undisturbed", "s", times, calm.answered)
    return [*_rows(FLOWING, flowing, times, floor), *_rows(LAGGING, lagging, times, floor), floor]


def _rows(how: str, found: Found, times: int, floor: Row) -> list[Row]:
    couples = times * len(found.crossed)
    note = (
        f"of {found.accepted} invites accepted {found.told} were told, all before the end was answered but in "
        f"{found.after} of {couples} couples"
    )
    return [
        measured("F17", f"end answered until the last invite that crosses, {how}, the worst of {times}", "Twolamps", "s",
                 times, found.crossed, peer=floor, bar=Bar("at most", 1), note=note),
        measured("F17", f"end until it is answered, {how}, the worst of {times}", "Twolamps", "s", times,
                 found.answered, peer=floor),
    ]  # fmt: skip


async def _send(here: Town, gate: Gate, pair: Pair) -> list[str]:
    return _named(await open_loop(RATE, ON_THEIR_WAY, lambda n: here.invite(gate, [pair], 0)))


async def _end(here: Town, gate: Gate, pair: Pair) -> Ended:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await gate.insist("POST", "/v1/couple:end", here.token(pair.one), END)
    return loop.time(), loop.time() - began


async def _sent_and_ended(here: Town, gate: Gate, pair: Pair) -> tuple[list[str], Ended]:
    """Invites at a pace, and an end among them; those behind it are refused."""

    async def end() -> Ended:
        await asyncio.sleep(ENDED_AFTER_S)
        return await _end(here, gate, pair)

    shots, ended = await asyncio.gather(open_loop(RATE, SENT_EACH, lambda n: here.invite(gate, [pair], 0)), end())
    return _named(shots), ended


def _named(shots: list[Shot[Reply]]) -> list[str]:
    return [shot.answer.json()["invite"]["id"] for shot in shots if shot.answer.ok]


async def _consumed(here: Town, pairs: list[Pair]) -> None:
    """Wait until notifications is through with all that was recorded of these couples."""
    couples: list[UUID] = [pair.couple for pair in pairs]

    async def behind() -> int:
        return sum([await here.database.fetchval(BEHIND.format(name), couples) for name in ("pairing", "scheduling")])

    await eventually(behind, CONSUMED_WITHIN_S, lambda count: count == 0)
