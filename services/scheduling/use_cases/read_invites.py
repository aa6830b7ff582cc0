"""GetInvite and ListInvites: our invites, also after the end."""

from dataclasses import dataclass
from uuid import UUID

from scheduling.domain.invite_view import InviteSeen, seen
from scheduling.domain.invites import Invite
from scheduling.store import invites as store
from twolamps_chassis import pages
from twolamps_chassis.db import Transaction
from twolamps_chassis.errors import NotFound


@dataclass(frozen=True)
class GetInvite:
    """Read one of our invites."""

    invite_id: UUID


@dataclass(frozen=True)
class ListInvites:
    """Read a page of our invites, newest first; with `ids` only those."""

    page_size: int
    page_token: str
    ids: tuple[UUID, ...]


@dataclass(frozen=True)
class InvitePage:
    """A page, and the token of the next one or ''."""

    invites: tuple[InviteSeen, ...]
    next_page_token: str


async def get_invite(command: GetInvite, tx: Transaction) -> InviteSeen:
    """An invite of the couple I am in, else of the last one. Raises NotFound."""
    couple = tx.couple or tx.past_couple
    if couple is None:
        raise NotFound
    invite, words = await store.load_invite(tx, couple.id, command.invite_id)
    return seen(invite, words, tx.me, tx.now, connected=tx.couple is not None)


async def list_invites(command: ListInvites, tx: Transaction) -> InvitePage:
    """Invites of the couple I am in, else of the last one. Raises InvalidField for a token that is not ours."""
    after, size = pages.read_token(command.page_token), pages.page_size(command.page_size)
    couple = tx.couple or tx.past_couple
    if couple is None:
        return InvitePage((), "")
    rows = await store.list_invites(tx, couple.id, command.ids, after, size + 1)
    page, token = pages.cut(rows, size, lambda row: _place(row[0]))
    connected = tx.couple is not None
    return InvitePage(tuple(seen(*row, tx.me, tx.now, connected=connected) for row in page), token)


def _place(invite: Invite) -> pages.Place:
    return pages.Place(invite.created_at, invite.id)
