"""F14: for how long is nobody told anything when a replica is killed? Two of each role; kill -9 of one, now the first, now the
second: until all of eight couples, whose acts are sent at once and repeated until they are done, were told; beside the
same when nobody is killed.

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
from benchmarks.plan import Plan
from benchmarks.rows import Bar, Row, measured, skipped
from benchmarks.servers import Servers
from prompts.store import LIBRARY
from tests.fleet import Replica

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
    times = 30 if plan.long else plan.size(10, 2)
    found: list[Row] = []
    async with town(servers, TWO_OF_EACH) as here:
        for role in ROLES:
            calm, took = await _kill(here, role, times)
            plan.say(f"F14 {role}: " + ", ".join(f"{one:.1f}" for one in took))
            acts = f"until {AT_ONCE} acts sent at once were told"
            floor = measured(
                "F14", f"acts of {role}, nobody killed: {acts}", "Twolamps undisturbed", "s", AT_ONCE, calm
            )
            what = f"kill -9 of {role}, two replicas: {acts}"
            found += [
                measured("F14", what, "Twolamps", "s", AT_ONCE, took, peer=floor),
                measured("F14", f"{what}, the worst of {times} kills", "Twolamps", "s", times, [max(took)], peer=floor,
                         bar=Bar("at most", BARS[role])),
                floor,
            ]  # fmt: skip
    return [*found, skipped("F14", "a dead process's work goes on", "db-scheduler", "published: 30 min unless set")]


async def _kill(here: Town, role: str, times: int) -> tuple[list[float], list[float]]:
    """Seconds, of so many calm turns and then of so many kills. Every couple acts once."""
    pairs = await here.settle(2 * times * AT_ONCE)
    await here.unlock(pairs)
    rounds = await _deal(here, pairs)
    turns = [pairs[start : start + AT_ONCE] for start in range(0, len(pairs), AT_ONCE)]
    took: list[float] = []
    async with Gate(here.gates) as gate, listening(here, [pair.other for pair in pairs]) as heard:
        calm = [await _seconds(here, gate, heard, role, acting, rounds) for acting in turns[:times]]
        for number, acting in enumerate(turns[times:]):
            victim = here.fleet.of(role, number % 2)
            took.append(await _seconds(here, gate, heard, role, acting, rounds, victim))
            await asyncio.to_thread(here.fleet.start_replica, victim)
            await asyncio.sleep(CALM_S)  # a group is shared out anew when the new one joins
        assert not heard.doubled, f"{heard.doubled} notices came twice"
    return calm, took


async def _seconds(
    here: Town, gate: Gate, heard: Heard, role: str, acting: Sequence[Pair], rounds: dict[UUID, UUID],
    victim: Replica | None = None,
) -> float:  # fmt: skip
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
    began = loop.time()
    if victim is not None:
        here.fleet.kill(victim)
    abouts = await asyncio.gather(*map(act, acting))
    await heard.all_came(abouts, TOLD_WITHIN_S)
    return max(heard.came[about] for about in abouts) - began


async def _deal(here: Town, pairs: Sequence[Pair]) -> dict[UUID, UUID]:
    """A prompt of today for each couple."""
    day = datetime.now(UTC).date()
    dealt = await here.database.fetch(DEAL, [pair.couple for pair in pairs], next(iter(LIBRARY)), day)
    return {row["couple_id"]: row["id"] for row in dealt}
