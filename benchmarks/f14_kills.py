"""F14: for how long is nobody told anything when a replica is killed? Two of each role; kill -9 of one, now the first, now the
second: until all of eight couples, whose acts are sent at once and repeated until they are done, were told.

What is asked for is the killed role's own work: an answer is left, an end is told, an invite is sent. Who listens follows
with the platform's own client, its waits included.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from benchmarks.fleets import SERVICES, Pair, Town, an_invite, town
from benchmarks.gate import Gate
from benchmarks.listeners import Heard, listening
from benchmarks.open_loop import percentile
from benchmarks.plan import Plan
from benchmarks.rows import Bar, Row, measured, skipped
from benchmarks.servers import Servers
from prompts.store import LIBRARY

ROLES = (*SERVICES, "gateway")
TWO_OF_EACH = dict.fromkeys(ROLES, 2)
AT_ONCE, TOLD_WITHIN_S, CALM_S = 8, 60.0, 2.0
BARS = dict.fromkeys(ROLES, 3.0) | {"notifications": 12.0}
DEAL = """
INSERT INTO prompts.rounds (id, couple_id, prompt_id, dealt_on, place, dealt_at)
SELECT gen_random_uuid(), id, $2, $3, 0, now() FROM unnest($1::uuid[]) AS id RETURNING couple_id, id
"""


async def run(servers: Servers, plan: Plan) -> list[Row]:
    """The rows of F14."""
    times = plan.size(10, 2)
    found: list[Row] = []
    async with town(servers, TWO_OF_EACH) as here:
        for role in ROLES:
            took = await _kill(here, role, times)
            plan.say(f"F14 {role}: " + ", ".join(f"{one:.1f}" for one in took))
            for name, percent in (("p50", 50), ("p99", 99)):
                bar = Bar("at most", BARS[role]) if percent == 99 else None
                what = f"kill -9 of {role}, two replicas: until {AT_ONCE} acts sent then were told, {name}"
                ends = f"{min(took):.2f} to {max(took):.2f} s"
                found.append(
                    measured("F14", what, "Twolamps", "s", times, [percentile(took, percent)], bar=bar, note=ends)
                )
    return [*found, skipped("F14", "a dead process's work goes on", "db-scheduler", "published: 30 min unless set")]


async def _kill(here: Town, role: str, times: int) -> list[float]:
    """Seconds, of so many kills in turn. Every couple acts once."""
    pairs = await here.settle(times * AT_ONCE)
    await here.unlock(pairs)
    rounds = await _deal(here, pairs)
    took: list[float] = []
    async with Gate(here.gates) as gate, listening(here, [pair.other for pair in pairs]) as heard:
        for number in range(times):
            acting = pairs[number * AT_ONCE : (number + 1) * AT_ONCE]
            victim = here.fleet.of(role, number % 2)
            took.append(await _seconds(here, gate, heard, role, acting, rounds, number))
            await asyncio.to_thread(here.fleet.start_replica, victim)
            await asyncio.sleep(CALM_S)  # a group is shared out anew when the new one joins
        assert not heard.doubled, f"{heard.doubled} notices came twice"
    return took


async def _seconds(
    here: Town, gate: Gate, heard: Heard, role: str, acting: Sequence[Pair], rounds: dict[UUID, UUID], number: int
) -> float:
    async def act(pair: Pair) -> str:
        token = here.token(pair.one)
        if role == "prompts":
            body = {"text": "A lamp", "leaveLight": True}
            await gate.insist("PUT", f"/v1/prompts/{rounds[pair.couple]}/answer", token, body)
            return str(rounds[pair.couple])
        if role == "pairing":
            await gate.insist("POST", "/v1/couple:end", token, {"notice": "END_NOTICE_PLAINLY"})
            return str(pair.couple)
        made = await gate.insist("POST", "/v1/invites", token, an_invite(0))
        return str(made.json()["invite"]["id"])

    loop = asyncio.get_running_loop()
    killed = loop.time()
    here.fleet.kill(here.fleet.of(role, number % 2))
    abouts = await asyncio.gather(*map(act, acting))
    await heard.all_came(abouts, TOLD_WITHIN_S)
    return max(heard.came[about] for about in abouts) - killed


async def _deal(here: Town, pairs: Sequence[Pair]) -> dict[UUID, UUID]:
    """A prompt of today for each couple."""
    day = datetime.now(UTC).date()
    dealt = await here.database.fetch(DEAL, [pair.couple for pair in pairs], next(iter(LIBRARY)), day)
    return {row["couple_id"]: row["id"] for row in dealt}
