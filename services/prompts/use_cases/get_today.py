"""GetToday: today's prompt and its two alternates."""

from dataclasses import dataclass
from datetime import date

from prompts import store
from prompts.domain.views import PromptView, view
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class GetToday:
    """Read what we were dealt today."""


@dataclass(frozen=True)
class Today:
    """The couple's day and its three prompts, none before they are dealt."""

    day: date
    prompts: tuple[PromptView, ...]


async def get_today(command: GetToday, tx: Transaction) -> Today:
    """Today's three as I see them."""
    today_on = await store.load_today_on(tx, tx.us)
    rounds = await store.list_rounds(tx, today_on)
    return Today(today_on, tuple(view(r, store.LIBRARY[r.truth.round.prompt_id], tx.me, today_on) for r in rounds))
