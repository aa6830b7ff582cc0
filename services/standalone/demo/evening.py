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

    def expect(self, kind: str, subject: str, *people: Person) -> None:
        """These people, and nobody else, get this notice."""
        for person in people:
            self.expected[person.name].append((kind, subject))

    async def told(
        self, sentence: str, kind: str, subject: str, *people: Person, within_s: float = PATIENCE_S
    ) -> list[Line]:
        """The notice comes to the listening process of each of these people: its line in each diary."""
        self.expect(kind, subject, *people)
        return [await self._line(person, sentence, (kind, subject), within_s) for person in people]

    async def _line(self, person: Person, sentence: str, notice: tuple[str, str], within_s: float) -> Line:
        async def look() -> Line | None:
            return next((line for line in person.added() if line.notice == notice), None)

        return await self.facts.comes(f"{person}: {sentence}", look, within_s=within_s)

    async def waiting(self, sentence: str, kind: str, subject: str, person: Person) -> None:
        """The notice comes to the inbox of a person who does not listen."""
        self.expect(kind, subject, person)

        async def look() -> bool | None:
            items = person.client.notifications.all_inbox()
            return any([(item.kind, item.subject.id) == (kind, subject) async for item in items]) or None

        await self.facts.comes(f"{person}: {sentence}", look)


@asynccontextmanager
async def begin(where: Where, folder: Path, facts: Facts, ada_listens: Transport = "grpc") -> AsyncIterator[Evening]:
    """An evening of two new people; nobody listens any more when it is over."""
    async with (
        Person(where, "Ada", ADA_ZONE, ada_listens, folder) as ada,
        Person(where, "Ben", BEN_ZONE, "sse", folder) as ben,
    ):
        yield Evening(ada, ben, facts)
