"""Which rules of scheduling can a person break, and what are they told?

Promises: every refusal of this service's domain is a `Rule`; the class name is the broken rule, the docstring the
sentence for the person, `field` the field of the request at fault (empty when it is the state of things). None repeats
what was typed.
"""

from typing import ClassVar


class Rule(Exception):
    """This is not possible."""

    field: ClassVar[str] = ""


class UnknownZone(Rule):
    """Name a time zone of the IANA database, such as Europe/Berlin."""

    field: ClassVar[str] = "zone"


class TimeOutOfRange(Rule):
    """Choose a local time between the years 1970 and 2099."""

    field: ClassVar[str] = "first"


class StartInPast(Rule):
    """The first time must lie ahead."""

    field: ClassVar[str] = "first"


class StartNotInRule(Rule):
    """The first time must be one that the repetition itself gives."""

    field: ClassVar[str] = "first"


class RecurrenceNotAllowed(Rule):
    """This repetition is not supported."""

    field: ClassVar[str] = "rrule"

    def __init__(self, part: str, why: str) -> None:
        """`part` is the RRULE part at fault (`RRULE`: the whole text), `why` completes the sentence begun with it."""
        super().__init__(f"{part} {why}")
        self.part, self.detail = part, f"{part} {why}."


class TitleNotAllowed(Rule):
    """A title is one line of visible text, up to 120 characters without controls of direction."""

    field: ClassVar[str] = "title"


class LeadOutOfRange(Rule):
    """A reminder comes at most 7 days ahead, and never after the time itself."""

    field: ClassVar[str] = "lead"


class NotYoursToAnswer(Rule):
    """Only the person this reminder was offered to can answer it."""


class OfferAlreadyAnswered(Rule):
    """This offer was already answered."""


class OfferLapsed(Rule):
    """This offer is no longer open."""


class ReminderStopped(Rule):
    """This reminder was stopped."""


class NothingRinging(Rule):
    """Nothing is ringing here at the moment."""


class UnknownOccurrence(Rule):
    """This reminder has no such time."""

    field: ClassVar[str] = "occurrence"


class NotYetRinging(Rule):
    """What has not rung yet cannot be snoozed."""


class AlreadyDone(Rule):
    """This time was already completed or skipped."""


class SnoozeOutOfRange(Rule):
    """Snooze for 1 minute up to 7 days."""

    field: ClassVar[str] = "duration"
