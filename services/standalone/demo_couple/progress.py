"""How is it told that the two live their days? A line that counts them, while there is a terminal to show it in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn


@contextmanager
def telling(console: Console, days: int) -> Iterator[Callable[[int], None]]:
    """Tell the number of each day to what this gives; the line goes when all are over."""
    words = TextColumn("Noor and Sam live three weeks: day {task.completed:.0f} of {task.total:.0f}")
    with Progress(words, BarColumn(), TimeElapsedColumn(), console=console, transient=True) as progress:
        line = progress.add_task("", total=days)
        yield lambda day: progress.update(line, completed=day)
