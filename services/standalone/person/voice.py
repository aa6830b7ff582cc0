"""How does a command speak? In sentences to a person, in JSON to a program: then words go to stderr and stdout is JSON alone.

Promises: what people wrote reaches the terminal as text, whatever it contains; JSON is the API's own, field by field.
"""

import json
import signal
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.status import Status

Url = Annotated[
    str,
    typer.Option("--url", help="address of the platform; without it the one you signed in to last", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="print the API's answer as JSON; words go to stderr")]

TURNS_TEXT = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Unicode's marks that make a line read in another order than it stands there."""
STANDS_FOR = "\N{REPLACEMENT CHARACTER}"


class Unmet(Exception):
    """A command cannot be done; the text says why, and what to do next."""


@dataclass
class Voice:
    """One command's voice; `words` is where its sentences go."""

    as_json: bool = False
    words: Console = field(init=False)

    def __post_init__(self) -> None:
        self.words = Console(stderr=self.as_json, highlight=False)

    def say(self, sentence: str, style: str = "") -> None:
        """A sentence. What people wrote goes through `plain` first."""
        self.words.print(sentence, style=style or None, markup=False, soft_wrap=True)

    def show(self, what: RenderableType) -> None:
        """A table or the like, to a person alone."""
        if not self.as_json:
            self.words.print(what)

    def ask(self, question: str) -> bool:
        """A clear question. Who says nothing has said no."""
        self.words.print(f"{question} [y/N] ", end="", markup=False, soft_wrap=True)
        with stoppable():
            return sys.stdin.readline().strip().lower() in ("y", "yes")

    def give(self, answer: Message | dict[str, Any] | Sequence[Message]) -> None:
        """The answer to a program."""
        if self.as_json:
            stated = [data(each) for each in answer] if isinstance(answer, Sequence) else data(answer)
            print(json.dumps(stated, ensure_ascii=False, indent=2))

    @contextmanager
    def waiting(self, sentence: str) -> Iterator[Status]:
        """While somebody else is waited for; on no terminal it is said once."""
        if not self.words.is_terminal:
            self.say(sentence)
        with self.words.status(escape(sentence)) as status:
            yield status


@contextmanager
def stoppable() -> Iterator[None]:
    """While somebody types: Ctrl-C ends the command at once, which an event loop would put off until they had."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def data(answer: Message | dict[str, Any]) -> Any:
    """A message as proto3 JSON with its defaults, as the API answers it."""
    if isinstance(answer, Message):
        return MessageToDict(answer, always_print_fields_with_no_presence=True)
    return answer


def plain(text: str) -> str:
    """What somebody wrote, harmless to a terminal: nothing that steers it, or turns the order of its line, is left."""
    return "".join(letter if _harmless(letter) else STANDS_FOR for letter in text)


def _harmless(letter: str) -> bool:
    if letter in "\n\t":
        return True
    return unicodedata.category(letter) not in ("Cc", "Cs") and unicodedata.bidirectional(letter) not in TURNS_TEXT
