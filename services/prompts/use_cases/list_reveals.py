"""ListReveals: what opened for us both."""

from dataclasses import dataclass
from uuid import UUID

from prompts import store
from prompts.domain.views import AFTER_THE_END, PromptView, ReadRound, view
from twolamps_chassis import pages
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class ListReveals:
    """Read our opened prompts, all or those of `ids`."""

    page_size: int
    page_token: str
    ids: tuple[UUID, ...]


@dataclass(frozen=True)
class Reveals:
    """A page, newest first."""

    reveals: tuple[PromptView, ...]
    next_page_token: str


async def list_reveals(command: ListReveals, tx: Transaction) -> Reveals:
    """Of the couple I am in, else of the last one: then with my own words only."""
    size, after = pages.page_size(command.page_size), pages.read_token(command.page_token)
    couple = tx.couple or tx.past_couple
    if couple is None:
        return Reveals((), "")
    found = await store.list_reveals(tx, couple, command.ids, after, size + 1)
    shown, token = pages.cut(found, size, _place)
    # An opened round stays opened, whichever day it is.
    views = (view(r, store.LIBRARY[r.truth.round.prompt_id], tx.me, AFTER_THE_END) for r in shown)
    return Reveals(tuple(views), token)


def _place(read: ReadRound) -> pages.Place:
    assert read.truth.revealed_at is not None
    return pages.Place(read.truth.revealed_at, read.truth.round.id)
