"""LapseShares: what was not renewed for ninety days is off."""

from dataclasses import dataclass
from uuid import UUID

from pairing.store.couples import drop_lapsed_grants, save_active_shares, save_next_expiry
from twolamps_chassis.db import Transaction
from twolamps_events.pairing import SharesChanged


@dataclass(frozen=True)
class LapseShares:
    """Look at the grants of these couples again, whose streams are locked."""

    couples: tuple[UUID, ...]


async def lapse_shares(command: LapseShares, tx: Transaction) -> None:
    """Drop what has lapsed; others learn only of what flows differently."""
    for couple_id in command.couples:
        await drop_lapsed_grants(tx, couple_id)
        await save_next_expiry(tx, couple_id)
        changed = await save_active_shares(tx, couple_id)
        if changed is not None:
            event = SharesChanged(
                couple_id=couple_id, active=sorted(changed.shares), shares_version=changed.shares_version
            )
            tx.record(couple_id, event)
