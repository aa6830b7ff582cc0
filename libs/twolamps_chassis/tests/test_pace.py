"""A pace: who comes seldom waits for nothing, who comes often is held to it."""

import asyncio
import time

from twolamps_chassis.pace import A_SECOND, AT_ONCE, Pace


async def spent(pace: Pace, times: int, apart_s: float = 0.0) -> float:
    """Seconds that the pace itself took."""
    took = 0.0
    for _ in range(times):
        began = time.monotonic()
        await pace.keep()
        took += time.monotonic() - began
        await asyncio.sleep(apart_s)
    return took


async def test_some_at_once_and_whoever_comes_seldom_wait_for_nothing() -> None:
    pace = Pace()
    began = time.monotonic()
    assert await spent(pace, AT_ONCE) < 1 / A_SECOND
    assert await spent(pace, 5, 2 / A_SECOND) < 5 / A_SECOND < time.monotonic() - began


async def test_many_come_as_often_as_they_may_and_no_more() -> None:
    pace, times = Pace(), A_SECOND // 2
    assert await spent(pace, AT_ONCE + times) >= 0.9 * times / A_SECOND
