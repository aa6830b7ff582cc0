"""WithdrawAnswer: take my sealed answer back."""

from dataclasses import dataclass
from uuid import UUID

from prompts import store
from prompts.domain.rounds import LightNotice, withdraw
from prompts.domain.views import PromptView, view
from twolamps_chassis.db import Transaction
from twolamps_events.prompts import LightTaken


@dataclass(frozen=True)
class WithdrawAnswer:
    """Take back my answer, and the light I left with it."""

    prompt_id: UUID


async def withdraw_answer(command: WithdrawAnswer, tx: Transaction) -> PromptView:
    """The prompt as I see it now. Who else has sealed plays no part, so it is not read."""
    read = await store.load_round(tx, command.prompt_id)
    decision = withdraw(read.truth, tx.me)
    offered, couple_id = read.truth.round, tx.us.id
    if decision.changed:
        await store.remove_answer(tx, offered.id)
        await store.save_truth(tx, decision.after)
    if decision.light is LightNotice.TAKEN_BACK:
        members = list(tx.us.members)
        tx.record(couple_id, LightTaken(couple_id=couple_id, members=members, prompt_id=offered.id, by=tx.me))
    today_on = await store.load_today_on(tx, tx.us)
    now_read = await store.load_round(tx, offered.id)
    return view(now_read, store.LIBRARY[offered.prompt_id], tx.me, today_on)
