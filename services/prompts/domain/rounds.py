"""What is a couple dealt today, when do its answers open, and what does each of the two see until then?

Promises: the deal is the same for both and depends on no private act; answers open only when both are sealed, at one
moment; until then nothing one person sees depends on whether the other has answered, unless the other left a light.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from uuid import UUID

from prompts.domain.errors import AnswerAlreadyRevealed, AnswerEmpty, AnswerTooLong, RoundClosed
from prompts.domain.library import DEPTHS, STRATEGIES, Prompt

ANSWER_LIMIT = 4_000
OPEN_FOR = timedelta(days=3)


def deal(
    library: Sequence[Prompt], dealt_ids: Sequence[str], couple_seed: bytes, day: date, depth_level: int
) -> tuple[Prompt, Prompt, Prompt]:
    """The prompt of a couple's day and its two alternates, from depths 1..`depth_level`; same input, same three.

    `dealt_ids` names all prompts dealt to the couple before that day (alternates too), oldest first: never who answered
    what, or a deal would tell. `couple_seed` (up to 64 bytes) gives each couple its own order. The three differ in
    strategy where the library allows it, and the strategies take turns over the days. Nothing repeats while there
    is a prompt not yet dealt; after that the prompt is the one dealt longest ago and the alternates come from the
    half dealt longest ago. ValueError for a level that is no depth and for fewer than three prompts.
    """
    if depth_level not in DEPTHS:
        raise ValueError(f"no such depth level: {depth_level}")
    left = [prompt for prompt in library if prompt.depth <= depth_level]
    if len(left) < 3:
        raise ValueError("a deal takes three prompts")

    def drawn(name: str) -> bytes:
        return blake2b(name.encode(), key=couple_seed, digest_size=16).digest()

    last_dealt = {prompt_id: place for place, prompt_id in enumerate(dealt_ids)}
    turns = sorted(STRATEGIES, key=lambda strategy: drawn(f"strategy {strategy}"))
    first_turn = 3 * day.toordinal()
    three: list[Prompt] = []
    for turn in range(first_turn, first_turn + 3):
        by_age = sorted(left, key=lambda prompt: last_dealt.get(prompt.id, -1))
        fresh = [prompt for prompt in by_age if prompt.id not in last_dealt]
        chosen = min(
            fresh or by_age[: (len(by_age) + 1) // 2],
            key=lambda prompt: (
                prompt.strategy in {other.strategy for other in three},
                last_dealt.get(prompt.id, -1),
                (turns.index(prompt.strategy) - turn) % len(turns),
                drawn(prompt.id),
            ),
        )
        three.append(chosen)
        left.remove(chosen)
    return three[0], three[1], three[2]


@dataclass(frozen=True, slots=True)
class Round:
    """One prompt offered to a couple on one of its days: `id` random, `place` 0 the prompt, 1 and 2 its alternates."""

    id: UUID
    couple_id: UUID
    prompt_id: str
    dealt_on: date
    place: int

    @property
    def closes_on(self) -> date:
        """The first couple's day on which nobody can seal an answer any more."""
        return self.dealt_on + OPEN_FOR


class RoundState(StrEnum):
    """A round as one of the two sees it."""

    OPEN = "open"
    SEALED = "sealed"
    REVEALED = "revealed"
    STAYED_CLOSED = "stayed_closed"


class LightNotice(StrEnum):
    """What the partner's inbox is to learn of "I left you something"."""

    LEFT = "left"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class RoundTruth:
    """All that is so about a round, for both: it never leaves the service, people get `seen_by`.

    `lit_by`: whose light stands (only of the sealed, gone at the reveal); `told_by`: who ever left one in this round.
    """

    round: Round
    members: tuple[UUID, UUID]
    sealed_by: frozenset[UUID] = frozenset()
    lit_by: frozenset[UUID] = frozenset()
    told_by: frozenset[UUID] = frozenset()
    revealed_at: datetime | None = None

    def partner_of(self, person_id: UUID) -> UUID:
        """The other of the two; ValueError for anybody else's id."""
        return self.members[1 - self.members.index(person_id)]


@dataclass(frozen=True, slots=True)
class RoundView:
    """What one of the two may know of a round."""

    state: RoundState
    light_left_by_me: bool
    light_left_by_partner: bool
    revealed_at: datetime | None


def round_state(offered: Round, me_sealed: bool, revealed: bool, today_on: date) -> RoundState:
    """The state for one viewer, from the viewer's own seal alone; `today_on` is the couple's day.

    What nobody opened in three days stayed closed, whatever the reason.
    """
    if revealed:
        return RoundState.REVEALED
    if today_on >= offered.closes_on:
        return RoundState.STAYED_CLOSED
    return RoundState.SEALED if me_sealed else RoundState.OPEN


def seen_by(truth: RoundTruth, viewer_id: UUID, today_on: date) -> RoundView:
    """The round for one of the two: the other's seal shows only as the reveal, or as a light they chose to leave."""
    partner_id = truth.partner_of(viewer_id)
    state = round_state(truth.round, viewer_id in truth.sealed_by, truth.revealed_at is not None, today_on)
    waiting = state in (RoundState.OPEN, RoundState.SEALED)
    return RoundView(
        state=state,
        light_left_by_me=waiting and viewer_id in truth.lit_by,
        light_left_by_partner=waiting and partner_id in truth.lit_by,
        revealed_at=truth.revealed_at,
    )


@dataclass(frozen=True, slots=True)
class SealDecision:
    """What sealing does. Store `after` and `text`; `changed` is False when these very words are sealed already.

    `reveals`: both answers open now, as one event, and any light goes out with it. `light`: a notice to the partner.
    """

    after: RoundTruth
    text: str
    changed: bool
    reveals: bool
    light: LightNotice | None


@dataclass(frozen=True, slots=True)
class WithdrawDecision:
    """What withdrawing does; `changed` is False when there was no answer to withdraw."""

    after: RoundTruth
    changed: bool
    light: LightNotice | None


def answer_text(text: str) -> str:
    """The words as they are kept: in Unicode NFC, otherwise untouched.

    1 to 4,000 code points, counted after NFC; `AnswerEmpty` for white space alone, `AnswerTooLong` beyond.
    """
    kept = unicodedata.normalize("NFC", text)
    if not kept.strip():
        raise AnswerEmpty
    if len(kept) > ANSWER_LIMIT:
        raise AnswerTooLong
    return kept


def seal(
    truth: RoundTruth,
    author_id: UUID,
    text: str,
    *,
    standing_text: str | None,
    leave_light: bool,
    now_at: datetime,
    today_on: date,
) -> SealDecision:
    """Seal the author's answer, or replace the one that stands (`standing_text`, None without one).

    The same words again change nothing, even after the reveal. Refused: other words after the reveal
    (`AnswerAlreadyRevealed`), anything once the three days are over (`RoundClosed`), and words `answer_text` refuses.
    """
    kept = answer_text(text)
    partner_id = truth.partner_of(author_id)
    if truth.revealed_at is not None:
        if kept != standing_text:
            raise AnswerAlreadyRevealed
        return SealDecision(after=truth, text=kept, changed=False, reveals=False, light=None)
    if today_on >= truth.round.closes_on:
        raise RoundClosed
    sealed = replace(truth, sealed_by=truth.sealed_by | {author_id})
    changed = kept != standing_text
    if partner_id in truth.sealed_by:
        opened = replace(sealed, lit_by=frozenset(), revealed_at=now_at)
        return SealDecision(after=opened, text=kept, changed=changed, reveals=True, light=None)
    after, light = _with_light(sealed, author_id) if leave_light else _without_light(sealed, author_id)
    return SealDecision(after=after, text=kept, changed=changed, reveals=False, light=light)


def withdraw(truth: RoundTruth, author_id: UUID) -> WithdrawDecision:
    """Take the author's answer back, and the light with it: any time before the reveal, also after the round closed.

    Without an answer nothing changes. `AnswerAlreadyRevealed` after the reveal.
    """
    if truth.revealed_at is not None:
        raise AnswerAlreadyRevealed
    after, light = _without_light(truth, author_id)
    after = replace(after, sealed_by=truth.sealed_by - {author_id})
    return WithdrawDecision(after=after, changed=author_id in truth.sealed_by, light=light)


def _with_light(truth: RoundTruth, author_id: UUID) -> tuple[RoundTruth, LightNotice | None]:
    # Once a round: a light taken back stays out, or switching it on and off would be a way to nag.
    if author_id in truth.told_by:
        return truth, None
    lit = replace(truth, lit_by=truth.lit_by | {author_id}, told_by=truth.told_by | {author_id})
    return lit, LightNotice.LEFT


def _without_light(truth: RoundTruth, author_id: UUID) -> tuple[RoundTruth, LightNotice | None]:
    if author_id not in truth.lit_by:
        return truth, None
    return replace(truth, lit_by=truth.lit_by - {author_id}), LightNotice.TAKEN_BACK
