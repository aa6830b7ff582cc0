"""How does time go by in the story? The platform's clock file moves it, forward only, and never beyond this machine's time.

Promises: what was done before a move has reached every inbox, and what fell due by it has happened, before the story goes on.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from twolamps_chassis.clock import move_clock, offset
from twolamps_chassis.node import Node
from twolamps_chassis.status import role_status

SETTLED_WITHIN_S = 20.0
LOOK_AGAIN_S = 0.01


class NotSettled(Exception):
    """The platform did not come to rest; something of it fails, and its log says what."""


def begin_at(file: Path, at: datetime) -> None:
    """Let a platform that is not running yet begin in the past."""
    move_clock(file, (at - datetime.now(UTC)).total_seconds())


class StoryClock:
    """The clock of a platform in this process."""

    def __init__(self, file: Path, node: Node) -> None:
        self._file, self._node = file, node

    @property
    def now(self) -> datetime:
        """The platform's time, aware UTC."""
        return datetime.now(UTC) + offset()

    async def go_to(self, at: datetime) -> None:
        """It is `at`, or as late as it was already; at most it is this machine's time. Raises NotSettled."""
        await self._settle()
        ahead_s = min((at - datetime.now(UTC)).total_seconds(), 0.0)
        if ahead_s > offset().total_seconds():
            move_clock(self._file, ahead_s)
            for database in self._node.databases.values():
                database.due.set()
            await self._settle()

    async def catch_up(self) -> None:
        """It is this machine's time, exactly. Raises NotSettled."""
        await self.go_to(datetime.now(UTC) + timedelta(hours=1))

    async def _settle(self) -> None:
        """Nothing waits in an outbox and nothing is due. The roles are asked in the order in which events go through them."""
        try:
            async with asyncio.timeout(SETTLED_WITHIN_S):
                for name, role in self._node.roles.items():
                    while True:
                        status = await role_status(self._node.databases[name], role.dues)
                        if not status.lag and not status.overdue:
                            break
                        await asyncio.sleep(LOOK_AGAIN_S)
        except TimeoutError as error:
            raise NotSettled(NotSettled.__doc__) from error
