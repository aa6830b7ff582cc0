"""What do two people notice when replicas come and go? Nothing but a pause, and after a drain not even that."""

import asyncio
import time
from pathlib import Path

from tests.faults.ledger import note
from tests.faults.platform.conftest import MakeFleet
from tests.faults.platform.two import INVITES_A_DAY, couple, grows, invite, is_told, proposing, seconds_until_told
from tests.fleet import ONE_OF_EACH, Fleet

DRAINED, DRAINED_S, PAUSE_S = ("scheduling", "notifications"), 10.0, 0.05
ANSWERED_S = 15.0
TAKEN_OVER_S = 20.0  # a Kafka session of 6 s, a rebalance, and a machine that is busy with other tests


async def test_more_replicas_than_partitions_are_harmless_and_take_over(fleets: MakeFleet, tmp_path: Path) -> None:
    fleet = await fleets(ONE_OF_EACH | {"notifications": 2, "scheduling": 2}, partitions=1)
    async with couple(fleet, tmp_path) as evening:
        made = [await invite(evening, evening.ada, n) for n in range(5)]
        await is_told(evening.ben, made, 20)
        for replica in (one for one in fleet.all if fleet.replicas[one.role] == 2):  # one of two has the only partition
            fleet.kill(replica)
            made.append(await invite(evening, evening.ada, len(made)))
            took = await seconds_until_told(evening.ben, made[-1], TAKEN_OVER_S)
            print(f"{replica.name} killed: the next notice after {took:.1f} s")
            await asyncio.to_thread(fleet.start_replica, replica)
        await is_told(evening.ben, made, 10)


async def test_a_replica_that_is_told_to_stop_drains_and_nothing_comes_twice(fleets: MakeFleet, tmp_path: Path) -> None:
    fleet = await fleets(ONE_OF_EACH | {"notifications": 2, "scheduling": 2, "gateway": 1})
    async with couple(fleet, tmp_path) as evening:
        made: list[str] = []
        for n, role in enumerate(DRAINED, 1):
            async with proposing(evening, evening.ada, made, PAUSE_S, n * INVITES_A_DAY // len(DRAINED)):
                await grows(made, 2)
                before = len(made)
                drained_s = await asyncio.to_thread(fleet.terminate, fleet.of(role))
                meanwhile = len(made) - before
            print(f"{role} drained in {drained_s:.1f} s, {meanwhile} invites accepted meanwhile")
            note(f"F18: {role} told to stop under load", meanwhile, f"drained in {drained_s:.1f} s")
            assert drained_s < DRAINED_S, "F18: drained in 10 s"
            assert meanwhile > 0
            await asyncio.to_thread(fleet.start_replica, fleet.of(role))
        await is_told(evening.ben, made, 20)
        assert await again(fleet) == 0


async def test_a_role_that_stands_still_for_a_while_loses_nothing(fleets: MakeFleet, tmp_path: Path) -> None:
    fleet = await fleets(ONE_OF_EACH)
    async with couple(fleet, tmp_path) as evening:
        made = [await invite(evening, evening.ada, 0)]
        for role in ONE_OF_EACH:
            with fleet.of(role).frozen():
                await asyncio.sleep(2)
            made.append(await invite(evening, evening.ada, len(made)))
        await is_told(evening.ben, made, 30)


async def test_a_call_that_meets_a_replica_that_hangs_is_answered_by_another_at_the_next_try(
    fleets: MakeFleet, tmp_path: Path
) -> None:
    fleet = await fleets(ONE_OF_EACH | {"scheduling": 2})
    async with couple(fleet, tmp_path) as evening:
        made = [await invite(evening, evening.ada, n) for n in range(2)]
        with fleet.of("scheduling").frozen():
            took = []
            for _ in range(2):
                began = time.monotonic()
                made.append(await invite(evening, evening.ada, len(made)))
                took.append(time.monotonic() - began)
        await is_told(evening.ben, made, 30)
        print(f"one of two stands still: calls took at most {max(took):.1f} s, the last {took[-1]:.2f} s")
        assert max(took) < ANSWERED_S


async def again(fleet: Fleet) -> float:
    """How many records any replica that runs was given again."""
    pages = [await asyncio.to_thread(one.ask, "/metrics") for one in fleet.all]
    lines = [
        line for page in pages for line in page.text.splitlines() if "_total{" in line and 'outcome="again"' in line
    ]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines)
