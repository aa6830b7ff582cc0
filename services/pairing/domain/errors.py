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


class WebSessionRefused(Rule):
    """You are not signed in, or not any more; sign in again."""


class WrongPassword(Rule):
    """This is not your password."""

    field = "password"


class DeviceCodeNotValid(Rule):
    """This code of a device cannot be used. Let the device show a new one."""

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field


class DeviceCodePending(Rule):
    """Nobody has approved this device yet; ask again after the interval."""


class UnknownZone(Rule):
    """Name a time zone of the IANA database, such as Europe/Berlin."""

    def __init__(self, field: str = "zone") -> None:
        super().__init__()
        self.field = field


class NameUnreadable(Rule):
    """Names and pronouns are one line of visible text without controls of direction, and a display name is not empty."""

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
