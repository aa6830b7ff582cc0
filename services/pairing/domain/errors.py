"""Which rules of pairing can be broken? Each class is a rule, its docstring the sentence for a person."""

from typing import ClassVar


class Rule(Exception):
    """A rule of pairing."""

    field: ClassVar[str] = ""


class WrongCredentials(Rule):
    """Mail and password do not match."""


class UnknownZone(Rule):
    """The zone must be an IANA zone name, for example Europe/Berlin."""

    field = "zone"
