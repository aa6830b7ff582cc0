"""How is the evening told? Live, chapter by chapter with its facts and seconds; at the end the timings, or JSON."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table
from rich.text import Text

NAMES = {"Ada": "bold dark_orange", "Ben": "bold cyan"}


class Telling:
    """Tells to a console, or quietly keeps the timings: seconds by chapter, in order."""

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self.console, self.quiet = console, quiet
        self.begun = time.monotonic()
        self.facts = 0
        self.chapters: list[tuple[str, float]] = []

    @contextmanager
    def chapter(self, title: str) -> Iterator[None]:
        """A chapter, with its seconds when it ends well."""
        begun = time.monotonic()
        if self.quiet:
            yield
        else:
            self.console.print()
            self.console.print(Text(title, style="bold"))
            with self.console.status("...", spinner_style="yellow"):
                yield
        self.chapters.append((title, time.monotonic() - begun))

    def fact(self, sentence: str) -> None:
        """A fact that holds."""
        self.facts += 1
        if not self.quiet:
            line = Text.assemble(("  ✓ ", "green"), sentence, (f"  {time.monotonic() - self.begun:.2f} s", "dim"))
            for name, style in NAMES.items():
                line.highlight_words([name], style)
            self.console.print(line)

    def timings(self, milestones: dict[str, float]) -> Table:
        """The seconds of each chapter and milestone."""
        table = Table(title=f"{self.facts} facts held", title_justify="left")
        table.add_column("")
        table.add_column("seconds", justify="right")
        for title, seconds in self.chapters:
            table.add_row(title, f"{seconds:.2f}")
        table.add_section()
        for title, seconds in milestones.items():
            table.add_row(title, f"{seconds:.2f}", style="bold")
        return table

    def as_json(self, milestones: dict[str, float], broken: str = "") -> str:
        """The same for a machine."""
        chapters = [{"chapter": title, "seconds": round(seconds, 3)} for title, seconds in self.chapters]
        told = {"held": not broken, "broken": broken, "facts": self.facts, "chapters": chapters}
        return json.dumps(told | {"milestones": {name: round(s, 3) for name, s in milestones.items()}}, indent=2)
