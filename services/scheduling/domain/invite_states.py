"""What may happen to an invite, by whom, and what does it become?

Promise: `TRANSITIONS` is the whole state machine. What it does not list is refused. The rules in `invites`, the tests
and the documentation's table are all made from it.

The two partners are equals and Twolamps is the organizer, so no row names a creator: it names the one whose proposal
stands and the one who is to answer it. A counter-proposal swaps the two.

The SEQUENCE column follows RFC 5546 2.1.4: it starts at 0 and rises by one whenever Twolamps, as organizer, publishes
another time or a CANCEL; an answer (REPLY) leaves it alone. A counter-proposal is published to the other partner as a
new REQUEST, therefore it counts: otherwise a yes to an older time could accept a newer one.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple


class State(StrEnum):
    """Where an invite stands. `OPEN` waits for an answer; only an accepted one is on both calendars."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Action(StrEnum):
    """What can be done to an invite."""

    CREATE = "create"
    ACCEPT = "accept"
    DECLINE = "decline"
    COUNTER = "counter"
    CANCEL = "cancel"
    EXPIRE = "expire"


class Who(StrEnum):
    """Who does it, seen from the proposal that stands."""

    PROPOSER = "proposer"
    ANSWERER = "answerer"
    TWOLAMPS = "twolamps"


class Step(NamedTuple):
    """The state that follows, and by how much SEQUENCE rises."""

    state: State
    sequence_rise: int


NO_INVITE: Final = None
"""The state before an invite exists."""

TRANSITIONS: Final[Mapping[tuple[State | None, Action, Who], Step]] = MappingProxyType(
    {
        (NO_INVITE, Action.CREATE, Who.PROPOSER): Step(State.OPEN, 0),
        (State.OPEN, Action.ACCEPT, Who.ANSWERER): Step(State.ACCEPTED, 0),
        (State.OPEN, Action.DECLINE, Who.ANSWERER): Step(State.DECLINED, 0),
        (State.OPEN, Action.COUNTER, Who.ANSWERER): Step(State.OPEN, 1),
        (State.OPEN, Action.CANCEL, Who.PROPOSER): Step(State.CANCELLED, 1),
        (State.OPEN, Action.EXPIRE, Who.TWOLAMPS): Step(State.EXPIRED, 0),
        (State.ACCEPTED, Action.CANCEL, Who.PROPOSER): Step(State.CANCELLED, 1),
        (State.ACCEPTED, Action.CANCEL, Who.ANSWERER): Step(State.CANCELLED, 1),
    }
)


def possible(state: State, action: Action) -> bool:
    """Whether anybody may do `action` while the invite is in `state`."""
    return any((state, action, who) in TRANSITIONS for who in Who)


def as_markdown() -> str:
    """The table as Markdown, one line a row in the order above, for the documentation."""
    lines = ["| State | Action | By | Becomes | SEQUENCE |", "|---|---|---|---|---|"]
    for (state, action, who), step in TRANSITIONS.items():
        sequence = f"+{step.sequence_rise}" if step.sequence_rise else "same"
        if state is NO_INVITE:
            sequence = "starts at 0"
        lines.append(f"| {state or '(none)'} | {action} | {who} | {step.state} | {sequence} |")
    return "\n".join(lines) + "\n"


PAGE: Final = """\
# What may happen to an invite

Made from the one table that decides it, by `python -m scheduling.domain.invite_states`; a test compares the two.

The proposer is the one whose proposal stands, the answerer the other one; a counter-proposal swaps them. What the table
does not list is refused and changes nothing. A step names the SEQUENCE it was taken on, a stale one is refused, and so
is accepting a time that overlaps another accepted invite of the two.

"""


if __name__ == "__main__":
    print(PAGE + as_markdown(), end="")
