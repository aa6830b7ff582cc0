"""ExpireInvites: nobody answered in time."""

from dataclasses import dataclass
from uuid import UUID

from scheduling.domain import invites
from scheduling.store.invites import list_wordless_invites, save_expired
from twolamps_chassis.db import Transaction
from twolamps_events.scheduling import InviteExpired


@dataclass(frozen=True)
class ExpireInvites:
    """Close these open invites, whose time has run out."""

    invite_ids: tuple[UUID, ...]


async def expire_invites(command: ExpireInvites, tx: Transaction) -> None:
    """Both are told, at the same time and alike."""
    expired = [invites.expire(each, tx.now) for each in await list_wordless_invites(tx, command.invite_ids)]
    await save_expired(tx, expired)
    for each in expired:
        tx.record(
            each.couple_id,
            InviteExpired(
                couple_id=each.couple_id,
                invite_id=each.id,
                members=sorted((each.creator, each.invitee)),
                sequence=each.sequence,
            ),
        )
