"""ClaimPairing: type the other's code."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from pairing.defaults import CONFIRM_FOR
from pairing.domain.errors import AlreadyPaired, CodeNotValid
from pairing.domain.pairings import Pairing, SeenPairing, seen
from pairing.store.pairings import drop_codes, find_inviter, find_open_pairing, is_paired, save_pairing
from pairing.store.people import load_me, load_other_side
from pairing.store.secrets import Secrets
from twolamps_chassis.db import Transaction
from twolamps_events.pairing import PairingClaimed


@dataclass(frozen=True)
class ClaimPairing:
    """Claim a code."""

    code: str = field(repr=False)


async def inviter_of_code(command: ClaimPairing, tx: Transaction, secrets: Secrets) -> Iterable[UUID]:
    """The stream of who made the code: of many claimants one comes first."""
    inviter = await find_inviter(tx, secrets.code_hash(command.code))
    return () if inviter is None else (inviter,)


async def claim_pairing(command: ClaimPairing, tx: Transaction, secrets: Secrets) -> SeenPairing:
    """A pairing that both have to confirm; the one that waits between the two already, where there is one.

    Raises AlreadyPaired for who is paired, else CodeNotValid, alike for a wrong, used, expired, replaced or own code.
    """
    await load_me(tx)
    if await is_paired(tx, tx.me):
        raise AlreadyPaired
    inviter = await find_inviter(tx, secrets.code_hash(command.code))
    # A code that was made after the locks were taken is not locked: it may be typed again.
    if inviter is None or inviter == tx.me or inviter not in tx.streams:
        raise CodeNotValid
    await drop_codes(tx, [inviter])
    pairing = await find_open_pairing(tx, inviter)
    if pairing is None:
        pairing = Pairing(uuid4(), uuid4(), inviter, tx.me, "open", "open", tx.now, tx.now + CONFIRM_FOR)
        await save_pairing(tx, pairing)
        tx.record(inviter, PairingClaimed(pairing_id=pairing.id, person_id=inviter))
    return seen(pairing, tx.me, await load_other_side(tx, inviter), tx.now)
