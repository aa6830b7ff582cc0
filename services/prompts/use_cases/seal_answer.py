"""SealAnswer: seal my answer or replace it; when both have sealed, both open."""

from dataclasses import dataclass
from uuid import UUID

from prompts import store
from prompts.domain.rounds import LightNotice, seal
from prompts.domain.views import PromptView, view
from twolamps_chassis.db import Transaction
from twolamps_events.prompts import AnswersRevealed, LightLeft, LightTaken


@dataclass(frozen=True)
class SealAnswer:
    """Seal these words as my answer; `leave_light` tells the partner that something was left."""

    prompt_id: UUID
    text: str
    leave_light: bool


async def seal_answer(command: SealAnswer, tx: Transaction) -> PromptView:
    """The prompt as I see it now. A seal alone is told to nobody: no event leaves with it."""
    read = await store.load_round_to_seal(tx, command.prompt_id)
    today_on = await store.load_today_on(tx, tx.us)
    decision = seal(
        read.truth,
        tx.me,
        command.text,
        standing_text=read.my_answer or None,
        leave_light=command.leave_light,
        now_at=tx.now,
        today_on=today_on,
    )
    if decision.changed:
        await store.save_answer(tx, command.prompt_id, decision.text)
    if decision.after != read.truth:
        await store.save_truth(tx, decision.after)
    offered, couple_id, members = read.truth.round, tx.us.id, list(tx.us.members)
    day, prompt_id = offered.dealt_on.isoformat(), offered.id
    if decision.reveals:
        tx.only_while_together()
        opened = AnswersRevealed(couple_id=couple_id, members=members, prompt_id=prompt_id, day=day, revealed_at=tx.now)
        tx.record(couple_id, opened)
    if decision.light is LightNotice.LEFT:
        tx.record(couple_id, LightLeft(couple_id=couple_id, members=members, prompt_id=prompt_id, by=tx.me, day=day))
    if decision.light is LightNotice.TAKEN_BACK:
        tx.record(couple_id, LightTaken(couple_id=couple_id, members=members, prompt_id=prompt_id, by=tx.me))
    now_read = await store.load_round(tx, command.prompt_id)
    return view(now_read, store.LIBRARY[offered.prompt_id], tx.me, today_on)
