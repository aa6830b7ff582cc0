"""CancelInvite: take my open invite back, or call an accepted one off."""

from dataclasses import dataclass
from uuid import UUID

from scheduling.domain import invites
from scheduling.domain.invite_view import InviteSeen, seen
from scheduling.store.invites import load_invite, save_invite
from twolamps_chassis.db import Transaction
from twolamps_events.scheduling import InviteCancelled


@dataclass(frozen=True)
class CancelInvite:
    """Cancel what stood at `sequence`."""

    invite_id: UUID
    sequence: int


async def cancel_invite(command: CancelInvite, tx: Transaction) -> InviteSeen:
    """The cancelled invite.

    Raises NotFound, InviteExpired, InviteAlreadyAnswered, StaleSequence, NotYoursToCancel.
    """
    invite, words = await load_invite(tx, tx.us.id, command.invite_id)
    invite = invites.cancel(invite, tx.me, command.sequence, tx.now)
    await save_invite(tx, invite)
    tx.record(tx.us.id, InviteCancelled(**invites.told(invite, tx.me)))
    return seen(invite, words, tx.me, tx.now)
