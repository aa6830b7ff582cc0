"""What does the story remember from chapter to chapter? The two, what they made, and which notices must have come."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from standalone.demo.diary import Line
from standalone.demo.facts import PATIENCE_S, Facts
from standalone.demo.people import Person, Transport, Where
from twolamps.prompts.v1.prompts_pb2 import Prompt
from twolamps.scheduling.v1.scheduling_pb2 import Invite, Reminder, Slot

ADA_ZONE, BEN_ZONE = "Africa/Nairobi", "America/New_York"
"""Ada makes the code, so hers becomes the couple's zone; its wall clock has neither gap nor fold."""


@dataclass
class Evening:
    """The state of the story. `ahead`: the platform's clock minus this machine's, zero where they agree."""

    ada: Person
    ben: Person
    facts: Facts
    ahead: timedelta = timedelta()
    expected: defaultdict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    words: dict[str, str] = field(default_factory=dict)
    pairing_id: str = ""
    couple_id: str = ""
    prompt: Prompt = field(default_factory=Prompt)
    slots: list[Slot] = field(default_factory=list)
    invite: Invite = field(default_factory=Invite)
    open_invite: Invite = field(default_factory=Invite)
    reminder: Reminder = field(default_factory=Reminder)
    rang_at: datetime | None = None

    @property
    def both(self) -> tuple[Person, Person]:
        """Ada, who makes the code, and Ben."""
        return self.ada, self.ben

    def other(self, person: Person) -> Person:
        """The other of the two."""
        return self.ben if person is self.ada else self.ada

    def now(self) -> datetime:
        """The platform's time, aware UTC."""
        return datetime.now(UTC) + self.ahead

    async def told(
        self, sentence: str, kind: str, subject: str, *people: Person, within_s: float = PATIENCE_S
    ) -> list[Line]:
        """Each of these people, and nobody else, gets this notice: by stream, or in the inbox of who does not listen."""
        for person in people:
            self.expected[person.name].append((kind, subject))
        return [await self._line(person, sentence, (kind, subject), within_s) for person in people]

    async def _line(self, person: Person, sentence: str, notice: tuple[str, str], within_s: float) -> Line:
        async def look() -> Line | None:
            came = person.added() if person.listens else await person.inbox()
            return next((line for line in came if line.notice == notice), None)

        return await self.facts.comes(f"{person}: {sentence}", look, within_s=within_s)


@asynccontextmanager
async def begin(where: Where, folder: Path, facts: Facts, ada_listens: Transport = "grpc") -> AsyncIterator[Evening]:
    """An evening of two new people; nobody listens any more when it is over."""
    async with (
        Person(where, "Ada", ADA_ZONE, ada_listens, folder) as ada,
        Person(where, "Ben", BEN_ZONE, "sse", folder) as ben,
    ):
        yield Evening(ada, ben, facts)
