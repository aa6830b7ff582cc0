"""How much is measured? The whole of it, or with --quick a small part that only shows that a figure can be measured."""

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.progress import Progress


@dataclass(frozen=True)
class Plan:
    """What a run is asked for. Rows of a quick run are shown and never kept; a `long` one waits out long faults."""

    quick: bool
    progress: Progress
    times: int = 3
    long: bool = False

    def size(self, whole: int, part: int) -> int:
        """How many of something."""
        return part if self.quick else whole

    def repeats(self, what: str) -> Iterator[int]:
        """The repeats of a figure, one after another."""
        count = 1 if self.quick else self.times
        task = self.progress.add_task(what, total=count)
        for number in range(count):
            yield number
            self.progress.advance(task)

    def say(self, text: str) -> None:
        """A line above the bars."""
        console: Console = self.progress.console
        console.print(text, highlight=False, markup=False)
