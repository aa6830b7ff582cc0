"""GetMe: my profile."""

from dataclasses import dataclass

from pairing.domain.people import Me
from pairing.store.people import load_me
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class GetMe:
    """Read my profile."""


async def get_me(command: GetMe, tx: Transaction) -> Me:
    """My profile."""
    return await load_me(tx)
