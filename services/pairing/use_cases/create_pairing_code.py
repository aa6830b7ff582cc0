"""CreatePairingCode: a code for the other to type."""

from dataclasses import dataclass, field
from datetime import datetime

from pairing.defaults import CODE_FOR
from pairing.domain.codes import shown_code
from pairing.domain.errors import AlreadyPaired
from pairing.store.pairings import is_paired, save_code
from pairing.store.people import load_me
from pairing.store.secrets import Secrets, random_code
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class CreatePairingCode:
    """Make a code."""


@dataclass(frozen=True)
class PairingCode:
    """A code as shown, and until when it may be claimed."""

    code: str = field(repr=False)
    expires_at: datetime


async def create_pairing_code(command: CreatePairingCode, tx: Transaction, secrets: Secrets) -> PairingCode:
    """A code that replaces my last one. Raises AlreadyPaired."""
    await load_me(tx)
    if await is_paired(tx, tx.me):
        raise AlreadyPaired
    code, expires_at = random_code(), tx.now + CODE_FOR
    await save_code(tx, secrets.code_hash(code), expires_at)
    return PairingCode(shown_code(code), expires_at)
