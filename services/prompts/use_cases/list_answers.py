"""ListAnswers: everything I have answered."""

from dataclasses import dataclass
from uuid import UUID

from prompts import store
from prompts.domain.views import AFTER_THE_END, PromptView, ReadRound, view
from twolamps_chassis import pages
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class ListAnswers:
    """Read my answers, all or those of `ids`."""

    page_size: int
    page_token: str
    ids: tuple[UUID, ...]


@dataclass(frozen=True)
class Answers:
    """A page, newest first."""

    answers: tuple[PromptView, ...]
    next_page_token: str


async def list_answers(command: ListAnswers, tx: Transaction) -> Answers:
    """Mine, of every couple I was in; the partner's words beside them only where they are open to me now."""
    size, after = pages.page_size(command.page_size), pages.read_token(command.page_token)
    found = await store.list_answers(tx, command.ids, after, size + 1)
    shown, token = pages.cut(found, size, _place)
    days = {tx.couple.id: await store.load_today_on(tx, tx.couple)} if tx.couple else {}
    views = (
        view(r, store.LIBRARY[r.truth.round.prompt_id], tx.me, days.get(r.truth.round.couple_id, AFTER_THE_END))
        for r in shown
    )
    return Answers(tuple(views), token)


def _place(read: ReadRound) -> pages.Place:
    return pages.Place(read.dealt_at, read.truth.round.id)
