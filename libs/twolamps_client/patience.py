"""How long does the client go on trying? Bounds for unary calls and the waits between attempts of calls and streams.

Waits use full jitter: uniform between zero and a ceiling that doubles, so that many clients never come back in step.
"""

import random
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Patience:
    """Bounds of one logical call, its retries and a token's renewal included."""

    deadline: timedelta = timedelta(seconds=30)
    attempts: int = 6
    attempt_timeout: timedelta = timedelta(seconds=10)
    first_wait: timedelta = timedelta(milliseconds=200)
    longest_wait: timedelta = timedelta(seconds=10)

    def wait(self, failures: int, asked: timedelta | None = None) -> timedelta:
        """How long to wait after the nth failure in a row (from 1); never less than the server `asked` for."""
        ceiling = min(self.first_wait * 2.0 ** min(failures - 1, 30), self.longest_wait)
        return ceiling * random.random() + (asked or timedelta())
