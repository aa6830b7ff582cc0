"""How much is measured? The whole of it, or with --quick a small part that only shows that a figure can be measured."""

import time
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """What a run is asked for. Rows of a quick run are shown and never kept; a `long` one waits out long faults."""

    quick: bool
    times: int = 3
    long: bool = False

    def size(self, whole: int, part: int) -> int:
        """How many of something."""
        return part if self.quick else whole

    def repeats(self, what: str, most: int = 1_000, within_s: float = float("inf")) -> Iterator[int]:
        """The repeats of a figure, one after another and at most so many; none begins that would end after `within_s` if it
        takes as long as those before."""
        count, began = 1 if self.quick else min(most, self.times), time.monotonic()
        for number in range(count):
            took_s = time.monotonic() - began
            if number and took_s + took_s / number > within_s:
                self.say(f"{what}: no time for another repeat")
                return
            self.say(f"{what}: repeat {number + 1} of {count}")
            yield number

    def say(self, text: str) -> None:
        """A line for who watches the run."""
        print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)
