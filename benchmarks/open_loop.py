"""How long does somebody wait who does not care how busy the platform is? Load that comes at its own pace.

Promises: the nth act begins, or is meant to, n / rate seconds after the first, whatever became of those before; its time
counts from that moment and not from when it could be sent, so a stall is seen by all who came meanwhile (what is left out
otherwise is known as coordinated omission).
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Shot(Generic[Answer]):
    """One act: when it was meant to begin on the loop's clock, and the seconds from then until its answer."""

    due: float
    took_s: float
    answer: Answer

    @property
    def ended(self) -> float:
        """When its answer was there, on the loop's clock."""
        return self.due + self.took_s


async def open_loop(
    rate: float, count: int, act: Callable[[int], Awaitable[Answer]], begins: float | None = None
) -> list[Shot[Answer]]:
    """Do `act(0)` to `act(count - 1)`, `rate` a second from `begins` on the loop's clock, now by default."""
    loop = asyncio.get_running_loop()
    first = loop.time() if begins is None else begins

    async def one(number: int) -> Shot[Answer]:
        due = first + number / rate
        answer = await act(number)
        return Shot(due, loop.time() - due, answer)

    tasks = []
    try:
        for number in range(count):
            await asyncio.sleep(first + number / rate - loop.time())  # one that is late still lets others run
            tasks.append(asyncio.create_task(one(number)))
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of `values` that at least so many percent of them do not exceed; raises ValueError for none."""
    if not values:
        raise ValueError("nothing was measured")
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]
