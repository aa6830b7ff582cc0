"""Which rules of pairing can be broken? Each class is a rule, its docstring the sentence for a person.

Promises: the class name is the reason a client reads, `field` the field of the request at fault (empty where it is the
state of things). No sentence repeats what was typed, and none tells what somebody else did.
"""


class Rule(Exception):
    """This is not possible."""

    field: str = ""


class WrongCredentials(Rule):
    """Mail and password do not match."""


class RefreshTokenRefused(Rule):
    """This refresh token is not valid; sign in again."""


class UnknownZone(Rule):
    """Name a time zone of the IANA database, such as Europe/Berlin."""

    def __init__(self, field: str = "zone") -> None:
        super().__init__()
        self.field = field


class NameUnreadable(Rule):
    """Names and pronouns are one line of text; a display name has at least one visible character."""

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field


class AlreadyPaired(Rule):
    """You are paired already; end that pairing first."""


class CodeNotValid(Rule):
    """This code cannot be used. Ask for a new one."""

    field = "code"


class PairingClosed(Rule):
    """This pairing is no longer open."""
