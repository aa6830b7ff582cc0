"""ReleaseInvites: the two are a couple no more, so nothing of theirs is waited for."""

from dataclasses import dataclass
from uuid import UUID

from scheduling.store.invites import forget_couple_expiries
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class ReleaseInvites:
    """Let go of a couple's open invites."""

    couple_id: UUID


async def release_invites(command: ReleaseInvites, tx: Transaction) -> None:
    """No invite of theirs expires by itself any more, so none is told of; each stays as it was, for both to read."""
    await forget_couple_expiries(tx, command.couple_id)
