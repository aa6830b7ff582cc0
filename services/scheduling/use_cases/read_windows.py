"""GetWindows: my preferred windows."""

from dataclasses import dataclass

from scheduling.domain.window_view import NOTHING_STATED, StatedWindows, stated
from scheduling.store.windows import list_availabilities
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class GetWindows:
    """Read my windows."""


async def get_windows(command: GetWindows, tx: Transaction) -> StatedWindows:
    """My windows; only I ever see them."""
    mine = (await list_availabilities(tx, [tx.me])).get(tx.me)
    return stated(mine) if mine else NOTHING_STATED
