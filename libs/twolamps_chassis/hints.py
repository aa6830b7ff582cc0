"""How do open streams hear of a change? Whoever commits it gives hints, and every hub of the platform hears them.

Promises: hints may be lost, never needed: a hub finds by Heads what it did not hear.
"""

from collections.abc import Sequence
from uuid import UUID

from twolamps_chassis.hub import Hub
from twolamps_chassis.hub_log import Hint


class Hints:
    """Hints of this process, for the hubs of this process."""

    def __init__(self) -> None:
        self.hubs: list[Hub] = []

    def heard(self, person: UUID) -> bool:
        """Whether anybody may listen; a hint costs its encoding."""
        return any(hub.hears(person) for hub in self.hubs)

    def publish(self, hints: Sequence[Hint]) -> None:
        """Tell of committed changes."""
        for hub in self.hubs:
            for hint in hints:
                hub.publish(hint)

    def end_streams(self, person: UUID, session: UUID) -> None:
        """End the open streams of a session that was ended."""
        for hub in self.hubs:
            hub.end_session(person, session)
