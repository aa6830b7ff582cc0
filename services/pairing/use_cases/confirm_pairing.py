"""ConfirmPairing: yes, this is who I want to be paired with."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from pairing.defaults import DAY_START, WEEK_START
from pairing.domain.pairings import Pairing, SeenPairing, confirm, seen
from pairing.store.couples import Couple, save_couple
from pairing.store.pairings import close_sides, drop_codes, find_pairing, load_pairing, save_pairing
from pairing.store.people import load_other_side, load_zone
from twolamps_chassis.db import Transaction
from twolamps_events.pairing import CoupleFormed


@dataclass(frozen=True)
class ConfirmPairing:
    """Confirm who is on the other side."""

    pairing_id: UUID


async def streams_of_pairing(command: ConfirmPairing, tx: Transaction) -> Iterable[UUID]:
    """Both people's streams and that of the couple they may become."""
    pairing = await find_pairing(tx, command.pairing_id)
    return () if pairing is None else (pairing.inviter, pairing.invitee, pairing.couple_id)


async def confirm_pairing(command: ConfirmPairing, tx: Transaction) -> SeenPairing:
    """The pairing after my confirmation; when both have confirmed, the couple is made. Raises NotFound, PairingClosed."""
    before = await load_pairing(tx, command.pairing_id)
    after = confirm(before, tx.me, tx.now)
    await save_pairing(tx, after)
    if after.paired and not before.paired:
        await _make_couple(after, tx)
    return seen(after, tx.me, await load_other_side(tx, after.other(tx.me)), tx.now)


async def _make_couple(pairing: Pairing, tx: Transaction) -> None:
    people = (pairing.inviter, pairing.invitee)
    for person in people:
        await close_sides(tx, person, but=pairing.id)
    await drop_codes(tx, people)
    zone = await load_zone(tx, pairing.inviter)
    couple = Couple(pairing.couple_id, *people, 0, zone, DAY_START, WEEK_START, 1, frozenset(), 0, tx.now)
    await save_couple(tx, couple)
    formed = CoupleFormed(
        couple_id=couple.id, inviter_id=couple.inviter, invitee_id=couple.invitee, zone=zone,
        day_start=f"{DAY_START:%H:%M}", week_start=WEEK_START, paired_at=tx.now,
    )  # fmt: skip
    tx.record(couple.id, formed)
