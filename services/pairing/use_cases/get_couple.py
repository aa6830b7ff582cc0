"""GetCouple: our couple."""

from dataclasses import dataclass

from pairing.domain.couples import SeenCouple
from pairing.store.couples import load_seen_couple
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class GetCouple:
    """Read our couple."""


async def get_couple(command: GetCouple, tx: Transaction) -> SeenCouple:
    """Our couple as I see it; never what the other granted."""
    return await load_seen_couple(tx)
