"""What do the two answer? Words for the prompts of the first depth, each pair of answers given once."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from twolamps.prompts.v1.prompts_pb2 import Prompt

FILE = Path(__file__).with_name("words.json")
FITS_ANY = (
    "This one I would sooner tell you than write. Ask me for it when we speak, and give me a minute before I start."
)

Answers = Mapping[str, str]
"""What each of the two says, by name."""


class Words:
    """The answers that were not yet given, by the text of their prompt."""

    def __init__(self, answers: Mapping[str, Sequence[Answers]] | None = None) -> None:
        given: Mapping[str, Sequence[Answers]] = answers or json.loads(FILE.read_text(encoding="utf-8"))
        self._left = {text: list(pairs) for text, pairs in given.items()}

    def take(self, prompts: Sequence[Prompt]) -> tuple[Prompt, Answers] | None:
        """The first of a day's prompts that there are words for, with both answers; None on a day without any."""
        for prompt in prompts:
            if pairs := self._left.get(prompt.text):
                return prompt, pairs.pop(0)
        return None
