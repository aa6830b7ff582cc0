"""What does prompts publish? Never that somebody sealed an answer: only what was dealt, chosen to be shown, or opened."""

from typing import ClassVar
from uuid import UUID

from twolamps_events.base import At, Event


class PromptsEvent(Event):
    """Published by prompts. Stream: the couple."""

    source: ClassVar[str] = "prompts"
    couple_id: UUID
    members: list[UUID]


class PromptsDealt(PromptsEvent):
    """A day's prompt and its alternates are there for both."""

    name: ClassVar[str] = "prompts_dealt"
    day: str
    prompt_ids: list[UUID]


class LightLeft(PromptsEvent):
    """The author chose to tell the partner that something was left."""

    name: ClassVar[str] = "light_left"
    prompt_id: UUID
    by: UUID
    day: str


class LightTaken(PromptsEvent):
    """The author took the light back."""

    name: ClassVar[str] = "light_taken"
    prompt_id: UUID
    by: UUID


class AnswersRevealed(PromptsEvent):
    """Both answers opened for both, at one moment."""

    name: ClassVar[str] = "answers_revealed"
    prompt_id: UUID
    day: str
    revealed_at: At
