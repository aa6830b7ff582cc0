"""How often may a pass of the relay, or a batch of a consumer, come? Seldom enough for more to come together under load.

A pass costs about as much as several commands, at both ends of the log. Promises: who comes less often than `A_SECOND`
waits for nothing; others share passes, and none waits longer than one of them would.
"""

import asyncio
import time

A_SECOND, AT_ONCE = 60, 8


class Pace:
    """What was not used is saved, `AT_ONCE` at most."""

    def __init__(self) -> None:
        self.saved, self.at = float(AT_ONCE), time.monotonic()

    async def keep(self) -> None:
        """Wait for the next one's turn."""
        now = time.monotonic()
        self.saved = min(AT_ONCE, self.saved + (now - self.at) * A_SECOND) - 1
        self.at = now
        await asyncio.sleep(-self.saved / A_SECOND)
