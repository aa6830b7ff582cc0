"""DeclineInvite: the answer is no."""

from dataclasses import dataclass
from uuid import UUID

from scheduling.domain import invites
from scheduling.domain.invite_view import InviteSeen, seen
from scheduling.store.invites import load_invite, save_invite
from twolamps_chassis.db import Transaction
from twolamps_events.scheduling import InviteDeclined


@dataclass(frozen=True)
class DeclineInvite:
    """Say no to what stood at `sequence`. No reason is asked."""

    invite_id: UUID
    sequence: int


async def decline_invite(command: DeclineInvite, tx: Transaction) -> InviteSeen:
    """The declined invite; it is over.

    Raises NotFound, InviteExpired, InviteAlreadyAnswered, StaleSequence, NotYourTurn.
    """
    invite, words = await load_invite(tx, tx.us.id, command.invite_id)
    invite = invites.decline(invite, tx.me, command.sequence, tx.now)
    await save_invite(tx, invite)
    tx.record(tx.us.id, InviteDeclined(**invites.told(invite, tx.me)))
    return seen(invite, words, tx.me, tx.now)
