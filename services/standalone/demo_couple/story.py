"""How is the story lived? Scene after scene, each at its time; what the two made is remembered by a key."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from standalone.demo_couple.clock import StoryClock
from standalone.demo_couple.days import Day, Days
from standalone.demo_couple.people import Account
from standalone.demo_couple.words import Answers, Words
from twolamps.prompts.v1.prompts_pb2 import Prompt
from twolamps_client import Twolamps


@dataclass
class Story:
    """What there is from scene to scene: a client for each of the two, by name, and the ids of what they made, by key."""

    days: Days
    clock: StoryClock
    clients: Mapping[str, Twolamps]
    words: Words = field(default_factory=Words)
    ids: dict[str, str] = field(default_factory=dict)
    answered: dict[str, tuple[Prompt, Answers] | None] = field(default_factory=dict)
    """The prompt that they answer on a day, and with what; nothing where there are no words."""

    def of(self, who: Account) -> Twolamps:
        """The client of one of the two."""
        return self.clients[who.name]


AFTER_THE_MINUTE = timedelta(seconds=20)
"""What is due at the minute of a scene has happened when it begins, and counts as on time."""
Act = Callable[[Story], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scene:
    """What happens on a day at a time (HH:MM in Amsterdam), in order."""

    on: Day
    at: str
    acts: tuple[Act, ...]


def scene(on: Day, at: str, *acts: Act) -> Scene:
    """A scene; without acts only time goes by, and what is due then happens."""
    return Scene(on, at, acts)


async def live(story: Story, scenes: Sequence[Scene], tell: Callable[[int], None]) -> None:
    """Live the scenes in the order of time; `tell` is told the number of the day that each is on.

    Raises NotSettled, TwolampsError.
    """
    for each in sorted(scenes, key=lambda each: story.days.moment(each.on, each.at)):
        tell(story.days.index(each.on))
        await story.clock.go_to(story.days.moment(each.on, each.at) + AFTER_THE_MINUTE)
        for act in each.acts:
            await act(story)
