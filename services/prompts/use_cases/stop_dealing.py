"""StopDealing: a couple has ended."""

from dataclasses import dataclass
from uuid import UUID

from prompts import store
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class StopDealing:
    """Deal nothing more to this couple, whose stream is locked."""

    couple_id: UUID


async def stop_dealing(command: StopDealing, tx: Transaction) -> None:
    """No deal is due any more."""
    await store.stop_deals(tx, command.couple_id)
