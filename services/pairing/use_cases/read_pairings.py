"""ListPairings, GetPairing: who is on the other side."""

from dataclasses import dataclass
from uuid import UUID

from pairing.domain.pairings import Pairing, SeenPairing, seen
from pairing.store.pairings import list_pairings as rows_of_pairings
from pairing.store.pairings import load_pairing
from pairing.store.people import load_other_side
from twolamps_chassis import pages
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class ListPairings:
    """Read my pairings."""

    page_size: int
    page_token: str
    ids: tuple[UUID, ...]


@dataclass(frozen=True)
class Pairings:
    """A page of pairings."""

    pairings: tuple[SeenPairing, ...]
    next_page_token: str


@dataclass(frozen=True)
class GetPairing:
    """Read one of my pairings."""

    pairing_id: UUID


async def list_pairings(command: ListPairings, tx: Transaction) -> Pairings:
    """My pairings, newest first."""
    size = pages.page_size(command.page_size)
    rows = await rows_of_pairings(tx, size, pages.read_token(command.page_token), command.ids)
    page, token = pages.cut(rows, size, lambda pairing: pages.Place(pairing.claimed_at, pairing.id))
    return Pairings(tuple([await _seen(pairing, tx) for pairing in page]), token)


async def get_pairing(command: GetPairing, tx: Transaction) -> SeenPairing:
    """One of my pairings. Raises NotFound."""
    return await _seen(await load_pairing(tx, command.pairing_id), tx)


async def _seen(pairing: Pairing, tx: Transaction) -> SeenPairing:
    return seen(pairing, tx.me, await load_other_side(tx, pairing.other(tx.me)), tx.now)
