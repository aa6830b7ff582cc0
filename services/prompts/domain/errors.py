"""Which rules of prompts can a person run into? One exception each: its name is the rule, its docstring the message."""

from typing import ClassVar


class Rule(Exception):
    """This is not possible."""

    field: ClassVar[str] = ""


class AnswerEmpty(Rule):
    """An answer needs at least one character that is not a space."""

    field: ClassVar[str] = "text"


class AnswerTooLong(Rule):
    """An answer has at most 4,000 characters."""

    field: ClassVar[str] = "text"


class AnswerAlreadyRevealed(Rule):
    """This prompt has opened for you both, so its answer can no longer be changed or withdrawn."""


class RoundClosed(Rule):
    """This prompt is closed: it could be answered for three days."""
