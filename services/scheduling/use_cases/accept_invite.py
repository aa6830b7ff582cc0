"""AcceptInvite: the time that stands becomes the time of both."""

from dataclasses import dataclass
from uuid import UUID

from scheduling.domain import invites
from scheduling.domain.invite_view import InviteSeen, seen
from scheduling.store.invites import list_taken, load_invite, save_invite
from twolamps_chassis.db import Transaction
from twolamps_events.scheduling import InviteAccepted


@dataclass(frozen=True)
class AcceptInvite:
    """Say yes to what stood at `sequence`."""

    invite_id: UUID
    sequence: int


async def accept_invite(command: AcceptInvite, tx: Transaction) -> InviteSeen:
    """The accepted invite. What else is accepted is read here, under the couple's lock, so two yeses cannot overlap.

    Raises NotFound, InviteExpired, InviteAlreadyAnswered, StaleSequence, NotYourTurn, TimeTaken.
    """
    invite, words = await load_invite(tx, tx.us.id, command.invite_id)
    taken = await list_taken(tx, tx.us.id, invite.starts_at, invite.ends_at)
    invite = invites.accept(invite, tx.me, command.sequence, tx.now, taken)
    await save_invite(tx, invite)
    tx.record(tx.us.id, InviteAccepted(**invites.told(invite, tx.me)))
    return seen(invite, words, tx.me, tx.now)
