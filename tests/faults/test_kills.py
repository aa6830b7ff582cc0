"""Does every fact of an evening hold when the process is killed again and again? Over evenings that are lived two at a time.

kill -9 of `twolamps up`, its PostgreSQL going down with it, at random moments of the two evenings that are lived on it;
started again on the same data at once. Afterwards the history is put before the checks, and the database is looked at.
"""

import asyncio
import random
from contextlib import suppress
from pathlib import Path

import pytest

from tests.faults.evenings import hold, live
from tests.faults.killed_evening import History
from tests.faults.ledger import SEED, long_or, note
from tests.platform_process import PlatformProcess

HALVES = 2
ROUNDS, KILLS = long_or((1, 6), (2, 25))  # of a half


class Killer:
    """Kills a platform after a random number of acknowledged commands, and starts it again."""

    def __init__(self, platform: PlatformProcess, history: History, chance: random.Random, kills: int) -> None:
        self.platform, self.history, self.chance, self.left = platform, history, chance, kills
        self.starts_s: list[float] = []

    async def run(self) -> None:
        """Until no kill is left; each at a random moment, also while nothing but a clock is waited for."""
        while self.left:
            target = len(self.history.acts) + self.chance.randint(1, 9)
            with suppress(TimeoutError):
                async with asyncio.timeout(self.chance.uniform(0.2, 1.5)):
                    while len(self.history.acts) < target:
                        self.history.grown.clear()
                        await self.history.grown.wait()
            await asyncio.sleep(self.chance.uniform(0, 0.04))
            self.platform.kill()
            self.starts_s.append(await asyncio.to_thread(self.platform.start))
            self.left -= 1


@pytest.mark.parametrize("half", range(HALVES))
async def test_nothing_is_lost_doubled_early_or_told_when_the_process_is_killed_at_random(
    tmp_path: Path, half: int
) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED + half)
    platform = PlatformProcess(tmp_path)
    platform.start()
    try:
        for number in range(ROUNDS):
            history = History()
            kills = KILLS // ROUNDS + (number < KILLS % ROUNDS)
            killer = Killer(platform, history, chance, kills)
            await live(platform, history, killer.run(), chance, number)
            await hold(platform, history)
            assert len(killer.starts_s) == kills
            up_again = f"{len(history.acts)} commands, 0 faults, up again in {max(killer.starts_s):.1f} s at most"
            print(f"{kills} kills, {up_again}")
            note("the process killed at random, all checks of the history", kills, up_again, SEED)
    finally:
        platform.stop()
