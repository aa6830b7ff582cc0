"""Which one is meant? An id as a list shows it, or the beginning of it; what fits none or several is asked again."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from standalone.person.voice import Unmet

SHORT = 8
"""As much of an id as lists show."""


class Identified(Protocol):
    """Whatever has an id."""

    @property
    def id(self) -> str:
        """The id, a UUID."""


Thing = TypeVar("Thing", bound=Identified)


def the_one(things: Sequence[Thing], given: str, listed_by: str) -> Thing:
    """The thing whose id begins with what was given. Raises Unmet, naming the list to look at."""
    found = [thing for thing in things if thing.id.startswith(given.lower())]
    if len(found) == 1:
        return found[0]
    raise Unmet(f"{'Several begin' if found else 'None begins'} with “{given}”. Next: {listed_by}")
