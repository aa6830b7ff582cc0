"""How do two people become a couple? One makes a code, the other claims it, and both confirm who is on the other side.

Promises: each side sees its own state only. Who becomes paired elsewhere has their side closed; to the other side that
looks like somebody who has not confirmed, until the time is over. A closed pairing shows nothing of the other.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from pairing.domain.errors import PairingClosed
from pairing.domain.people import OtherSide

Side = Literal["open", "confirmed", "closed"]


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two people who may become the couple `couple_id`; that id is drawn at the claim."""

    id: UUID
    couple_id: UUID
    inviter: UUID
    invitee: UUID
    inviter_side: Side
    invitee_side: Side
    claimed_at: datetime
    expires_at: datetime

    def side(self, person: UUID) -> Side:
        """How far `person` has come."""
        return self.inviter_side if person == self.inviter else self.invitee_side

    def other(self, person: UUID) -> UUID:
        """The other one of `person`."""
        return self.invitee if person == self.inviter else self.inviter

    @property
    def paired(self) -> bool:
        """Both confirmed, and the couple has not ended."""
        return self.inviter_side == self.invitee_side == "confirmed"


@dataclass(frozen=True, slots=True)
class SeenPairing:
    """A pairing as one of the two sees it; state is confirm, waiting, paired or closed. It expires while it waits."""

    id: UUID
    state: str
    other: OtherSide | None
    couple_id: UUID | None
    expires_at: datetime | None


def state_for(pairing: Pairing, person: UUID, now: datetime) -> str:
    """Which state `person` sees."""
    if pairing.paired:
        return "paired"
    if pairing.side(person) == "closed" or now >= pairing.expires_at:
        return "closed"
    return "confirm" if pairing.side(person) == "open" else "waiting"


def confirm(pairing: Pairing, person: UUID, now: datetime) -> Pairing:
    """`person` confirms; twice is once. Raises PairingClosed."""
    if state_for(pairing, person, now) == "closed":
        raise PairingClosed
    if person == pairing.inviter:
        return replace(pairing, inviter_side="confirmed")
    return replace(pairing, invitee_side="confirmed")


def seen(pairing: Pairing, person: UUID, other: OtherSide, now: datetime) -> SeenPairing:
    """What `person` sees of it."""
    state = state_for(pairing, person, now)
    if state == "closed":
        return SeenPairing(pairing.id, state, None, None, None)
    if state == "paired":
        return SeenPairing(pairing.id, state, other, pairing.couple_id, None)
    return SeenPairing(pairing.id, state, other, None, pairing.expires_at)
