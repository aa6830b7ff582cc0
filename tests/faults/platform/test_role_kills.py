"""Does every fact of an evening hold when replicas are killed one after another? kill -9 of any role, on real servers.

Two replicas of each service, one of the gateway, each killed at a random moment and started again; what else lives goes
on meanwhile. Afterwards the history is put before the checks, and the database is looked at.
"""

import asyncio
import random
from contextlib import suppress

from tests.faults.evenings import hold, live
from tests.faults.killed_evening import History
from tests.faults.ledger import SEED, long_or, note
from tests.faults.platform.conftest import MakeFleet
from tests.fleet import Fleet

KILLS, ROUNDS = long_or((6, 1), (12, 85))
TWO_OF_EACH = {"pairing": 2, "prompts": 2, "scheduling": 2, "notifications": 2, "gateway": 1}


async def kill_in_turn(fleet: Fleet, history: History, chance: random.Random) -> None:
    """Kill a random replica after a few more commands, until none is left to do."""
    for _ in range(KILLS):
        target = len(history.acts) + chance.randint(1, 9)
        with suppress(TimeoutError):
            async with asyncio.timeout(chance.uniform(0.3, 3)):
                while len(history.acts) < target:
                    history.grown.clear()
                    await history.grown.wait()
        replica = chance.choice(fleet.all)
        fleet.kill(replica)
        await asyncio.to_thread(fleet.start_replica, replica)


async def test_nothing_is_lost_doubled_early_or_told_when_replicas_are_killed_at_random(fleets: MakeFleet) -> None:
    print(f"seed {SEED}")
    chance, commands = random.Random(SEED), 0
    fleet = await fleets(TWO_OF_EACH)
    for number in range(ROUNDS):
        history = History()
        await live(fleet, history, kill_in_turn(fleet, history, chance), chance, number)
        await hold(fleet, history)
        commands += len(history.acts)
    note(
        "a replica killed at random, all checks of the history", KILLS * ROUNDS, f"{commands} commands, 0 faults", SEED
    )
