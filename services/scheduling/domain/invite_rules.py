"""Which rules of invites can a person break, and what are they told?

Promise: each class is one rule, its docstring what the person is told, `field` the input at fault if there is one.
"""

from typing import ClassVar

from scheduling.domain.errors import Rule


class InviteNotYours(Rule):
    """This invite is between two other people."""


class NotYourTurn(Rule):
    """Your proposal stands; now it is for the other to answer."""


class NotYoursToCancel(Rule):
    """Only the one who proposed this time can take it back. You can decline it."""


class InviteAlreadyAnswered(Rule):
    """This invite has already been answered or cancelled."""


class InviteExpired(Rule):
    """This invite was not answered in time."""


class InviteNotExpired(Rule):
    """This invite can still be answered."""


class StaleSequence(Rule):
    """The invite has changed since you saw it. Look at it again before you answer."""

    field: ClassVar[str] = "sequence"


class InviteStartsInPast(Rule):
    """An invite starts in the future."""

    field: ClassVar[str] = "starts_at"


class InviteTooFarAhead(Rule):
    """An invite starts within the next two years."""

    field: ClassVar[str] = "starts_at"


class CounterChangesNothing(Rule):
    """A counter-proposal names another time than the one it answers."""

    field: ClassVar[str] = "starts_at"


class TimeTaken(Rule):
    """You two already have an accepted invite at this time."""


class InviteTooShort(Rule):
    """An invite lasts at least 15 minutes."""

    field: ClassVar[str] = "duration"


class InviteTooLong(Rule):
    """An invite lasts at most 24 hours."""

    field: ClassVar[str] = "duration"
