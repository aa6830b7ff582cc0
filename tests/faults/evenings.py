"""How are evenings lived while something is about? Two at a time, then all that was seen is put before the checks.

Promises: the clock is moved between phases only; afterwards the database itself is looked at: no doubled item, no gap in a
log, nothing that waits.
"""

import asyncio
import random
from collections.abc import Awaitable

from tests import checks
from tests.faults.killed_evening import Evening, History, Lamp
from tests.platform_process import RunningPlatform
from twolamps_testkit.stage import eventually

EVENINGS_AT_ONCE = 2
MORE_INVITES = 12
DAY_S = 86_400.0
DOUBLED = """
SELECT person, kind, subject_id, facts, count(*) FROM notifications.items GROUP BY 1, 2, 3, 4 HAVING count(*) > 1
"""
GAPS = """
SELECT person, count(*), min(seq), max(seq), max(head) FROM (
    SELECT c.person, c.seq, h.seq AS head FROM notifications.changes c JOIN notifications.heads h USING (person)
) AS logs GROUP BY person HAVING count(*) <> max(seq) OR min(seq) <> 1 OR max(seq) <> max(head)
"""
WAITING = "SELECT count(*) FROM {}.outbox WHERE published_at IS NULL"
ORDER = "SELECT key FROM {}.outbox GROUP BY key HAVING count(*) <> max(seq) OR min(seq) <> 1"
PARKED = "SELECT count(*) FROM {}.parked"
SERVICES = ("pairing", "prompts", "scheduling", "notifications")


async def live(
    platform: RunningPlatform, history: History, trouble: Awaitable[None], chance: random.Random, number: int
) -> None:
    """Two evenings at a time, phase by phase, while there is trouble."""
    evenings = [Evening(platform, history, chance, number * EVENINGS_AT_ONCE + n) for n in range(EVENINGS_AT_ONCE)]
    try:
        async with asyncio.TaskGroup() as both:
            killing = asyncio.ensure_future(trouble)
            both.create_task(phases(platform, evenings, killing))
        assert history.reloads == []
        await asyncio.gather(*(found_again(lamp) for evening in evenings for lamp in evening.both))
        await asyncio.gather(*(evening.part() for evening in evenings))
    finally:
        for evening in evenings:
            await evening.open.aclose()


async def phases(platform: RunningPlatform, evenings: list[Evening], killing: asyncio.Future[None]) -> None:
    """The evenings in step, since they share the platform's clock; they go on while the trouble does."""
    await asyncio.gather(*(evening.meet() for evening in evenings))
    await asyncio.gather(*(evening.answer() for evening in evenings))
    for day, step_s in enumerate((31 * 60.0, DAY_S, DAY_S)):
        await asyncio.gather(*(evening.plan() for evening in evenings))
        platform.move_clock(step_s)
        await asyncio.gather(*(evening.ring(day) for evening in evenings))
        if day:
            await asyncio.gather(*(evening.answer() for evening in evenings))
    for _ in range(MORE_INVITES):
        if not killing.done():
            await asyncio.gather(*(evening.plan() for evening in evenings))
    await killing


async def found_again(lamp: Lamp) -> None:
    """What was acknowledged to this person is there, and the inbox holds each thing once."""
    found = {f"invite {i.id}": f"{i.state} {i.sequence}" async for i in lamp.scheduling.all_invites()}
    found |= {f"answer {answer.id}": answer.my_answer async for answer in lamp.prompts.all_answers()}
    async for reminder in lamp.scheduling.all_reminders():
        found[f"reminder {reminder.id}"] = {0: "", 1: "offered", 2: "accepted"}.get(reminder.offer, "?")
        rings = {ring.occurrence: ring.state for ring in reminder.rings}
        acknowledged = [name for name in lamp.history.acknowledged[lamp.name] if name.startswith("ring ")]
        found |= {name: "completed" for name in acknowledged if rings.get(name.removeprefix("ring "), 4) == 4}
    expected = lamp.history.acknowledged[lamp.name]
    assert checks.lost([f"{k}: {v}" for k, v in expected.items()], [f"{k}: {v}" for k, v in found.items()]) == []
    inbox = [
        (item.kind, item.subject.id, item.facts.occurrence, item.facts.day)
        async for item in lamp.notifications.all_inbox()
    ]
    assert len(inbox) == len(set(inbox)), inbox


async def hold(platform: RunningPlatform, history: History) -> None:
    """Put everything that was seen before the checks, and look into the database."""
    notices = history.notices
    for faults in (
        checks.notices_missing(notices, history.expected), checks.notices_doubled(notices),
        checks.notices_unexplained(notices, history.expected), checks.gaps(notices),
        checks.early(notices, history.due_at), checks.leaks(history.replies, history.secrets),
        checks.replies_differ(history.acts),
        [f"{act.person}: {act.request!r} {act.outcome}" for act in history.acts if act.outcome == "unknown"],
    ):  # fmt: skip
        assert faults == []

    async def unsettled() -> list[str]:
        return checks.unsettled(await asyncio.to_thread(platform.status))

    await eventually(unsettled, 30, lambda faults: not faults)
    connection = await platform.connect()
    try:
        assert await connection.fetch(DOUBLED) == []
        assert await connection.fetch(GAPS) == []
        for service in SERVICES:
            assert await connection.fetchval(WAITING.format(service)) == 0
            assert await connection.fetchval(PARKED.format(service)) == 0
            assert await connection.fetch(ORDER.format(service)) == []
    finally:
        await connection.close()
