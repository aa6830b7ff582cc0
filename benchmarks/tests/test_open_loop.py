"""Does the load generator tell the truth about a server that stalls?"""

import asyncio

import pytest

from benchmarks.open_loop import open_loop, percentile


async def test_who_comes_during_a_stall_is_counted_from_when_they_came() -> None:
    room, stalled = asyncio.Semaphore(1), 0.2

    async def act(number: int) -> None:
        async with room:  # one connection: all others wait in line
            await asyncio.sleep(stalled if number == 0 else 0)

    shots = await open_loop(100, 20, act)
    waited = [shot.took_s for shot in shots]
    assert waited[0] >= stalled
    assert waited[10] >= stalled - 0.1 - 0.001
    assert [shot.due - shots[0].due for shot in shots] == pytest.approx([n / 100 for n in range(20)])


async def test_acts_begin_at_their_pace_while_earlier_ones_are_not_answered() -> None:
    begun, go_on = [], asyncio.Event()

    async def act(number: int) -> int:
        begun.append(number)
        if number == 9:
            go_on.set()
        await go_on.wait()
        return number

    async with asyncio.timeout(5):
        shots = await open_loop(200, 10, act)
    assert begun == list(range(10)) == [shot.answer for shot in shots]


async def test_what_an_act_raises_ends_the_load() -> None:
    async def act(number: int) -> None:
        if number == 3:
            raise LookupError
        await asyncio.sleep(0)

    with pytest.raises(LookupError):
        await open_loop(1_000, 10, act)


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(n) for n in range(1, 101)]
    assert [percentile(values, p) for p in (0, 50, 99, 100)] == [1, 50, 99, 100]
    assert percentile([3.0], 99) == 3.0
    with pytest.raises(ValueError, match="nothing was measured"):
        percentile([], 50)
