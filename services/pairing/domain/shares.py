"""What flows between two people without a further act? What they switched on, for ninety days.

Promises: availability and memories flow when both granted them; titles and facts of one flow to the other as soon as
that one granted them. Lapsed, withdrawn and never granted are the same thing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

ORDER = ("availability", "titles", "memories", "facts")
TAKES_BOTH = frozenset({"availability", "memories"})


@dataclass(frozen=True, slots=True)
class Grant:
    """`person` switched `share` on, until `expires_at`."""

    person: UUID
    share: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ShareState:
    """A share as one of the two sees it."""

    share: str
    granted_by_me: bool
    active: bool
    expires_at: datetime | None


def active_shares(grants: Iterable[Grant], now: datetime) -> frozenset[str]:
    """What flows in a couple: a two-sided share by its name, a one-sided one as "titles:<person who granted it>"."""
    granted = {(grant.share, grant.person) for grant in grants if grant.expires_at > now}
    of_both = {share for share in TAKES_BOTH if sum(name == share for name, _ in granted) == 2}
    return frozenset(of_both | {f"{share}:{person}" for share, person in granted if share not in TAKES_BOTH})


def share_states(grants: Iterable[Grant], me: UUID, other: UUID, now: datetime) -> tuple[ShareState, ...]:
    """Each share as `me` sees it. For titles and facts `active` tells whether the other's flow to me."""
    known = tuple(grants)
    active = active_shares(known, now)
    mine = {grant.share: grant.expires_at for grant in known if grant.person == me and grant.expires_at > now}
    return tuple(
        ShareState(
            share, share in mine, (share if share in TAKES_BOTH else f"{share}:{other}") in active, mine.get(share)
        )
        for share in ORDER
    )
