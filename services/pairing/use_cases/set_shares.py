"""SetShares: which standing shares I switch on."""

from dataclasses import dataclass

from pairing.defaults import SHARE_FOR
from pairing.domain.couples import SeenCouple
from pairing.domain.shares import Grant
from pairing.neighbours import Peers
from pairing.store.couples import load_seen_couple, save_active_shares, save_my_grants, save_next_expiry
from twolamps_chassis.db import Transaction
from twolamps_events.pairing import SharesChanged


@dataclass(frozen=True)
class SetShares:
    """State every share that is on; what is absent is off."""

    shares: tuple[str, ...]


async def set_shares(command: SetShares, tx: Transaction, peers: Peers) -> SeenCouple:
    """Our couple after it. What is named is on for ninety days from now; others learn only of what flows differently."""
    us = tx.us.id
    await save_my_grants(tx, us, [Grant(tx.me, share, tx.now + SHARE_FOR) for share in command.shares])
    await save_next_expiry(tx, us)
    changed = await save_active_shares(tx, us)
    if changed is not None:
        active, version = sorted(changed.shares), changed.shares_version
        tx.record(us, SharesChanged(couple_id=us, active=active, shares_version=version))
        tx.on_commit(lambda: peers.change_shares(us, active, version))
    return await load_seen_couple(tx)
