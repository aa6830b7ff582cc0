"""What does one person read of a round? Its prompt's words, their own answer, and the partner's once it is open."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from prompts.domain.library import Prompt
from prompts.domain.rounds import RoundTruth, seen_by

AFTER_THE_END = date.max
"""The couple's day for rounds of a couple that has ended: no round of it can be answered any more."""


@dataclass(frozen=True, slots=True)
class ReadRound:
    """What the store may read of a round for one person; `truth.sealed_by` names that person only."""

    truth: RoundTruth
    dealt_at: datetime
    my_answer: str
    partner_answer: str


@dataclass(frozen=True, slots=True)
class PromptView:
    """A prompt as one person sees it; `id` is the round's, `day` the couple's day it was dealt."""

    id: UUID
    day: date
    text: str
    topic: str
    depth: int
    strategy: int
    alternate: bool
    state: str
    my_answer: str
    partner_answer: str
    light_left_by_me: bool
    light_left_by_partner: bool
    revealed_at: datetime | None


def view(read: ReadRound, prompt: Prompt, viewer_id: UUID, today_on: date) -> PromptView:
    """The round for the one who read it; `today_on` is the couple's day."""
    seen, offered = seen_by(read.truth, viewer_id, today_on), read.truth.round
    return PromptView(
        id=offered.id,
        day=offered.dealt_on,
        text=prompt.text,
        topic=prompt.topic,
        depth=prompt.depth,
        strategy=prompt.strategy,
        alternate=offered.place > 0,
        state=seen.state,
        my_answer=read.my_answer,
        partner_answer=read.partner_answer,
        light_left_by_me=seen.light_left_by_me,
        light_left_by_partner=seen.light_left_by_partner,
        revealed_at=seen.revealed_at,
    )
