"""How does one of the two see an invite?

Promise: the two see the same but for `me` and `partner`, which are words of the viewer; no other id of a person appears.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from scheduling.domain.invite_states import State
from scheduling.domain.invites import Invite
from scheduling.domain.titles import clean_title

ME, PARTNER, NOBODY = "me", "partner", ""


@dataclass(frozen=True, slots=True)
class Words:
    """What an invite says. It belongs to both."""

    title: str
    note: str


def clean_words(title: str, note: str) -> Words:
    """The words as they are kept. Raises TitleNotAllowed."""
    return Words(clean_title(title), note)


@dataclass(frozen=True, slots=True)
class ProposalSeen:
    """A time that stood: whose it was, `[starts_at, ends_at)`, and when it was proposed."""

    by: str
    starts_at: datetime
    ends_at: datetime
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class InviteSeen:
    """An invite in the eyes of one of the two. `history` is oldest first, its last entry is what stands."""

    id: UUID
    uid: str
    sequence: int
    state: State
    created_by: str
    turn: str
    title: str
    note: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    expires_at: datetime
    history: tuple[ProposalSeen, ...]


def seen(invite: Invite, words: Words, viewer: UUID, now: datetime, *, connected: bool = True) -> InviteSeen:
    """The invite as `viewer` sees it at `now`. Nobody's answer is awaited once the two are not `connected` any more."""

    def word(person: UUID) -> str:
        return ME if person == viewer else PARTNER

    state = invite.state_at(now)
    awaited = invite.turn if state is State.OPEN and connected else None
    return InviteSeen(
        id=invite.id,
        uid=invite.uid,
        sequence=invite.sequence,
        state=state,
        created_by=word(invite.creator),
        turn=NOBODY if awaited is None else word(awaited),
        title=words.title,
        note=words.note,
        starts_at=invite.starts_at,
        ends_at=invite.ends_at,
        zone=invite.zone,
        expires_at=invite.expires_at,
        history=tuple(ProposalSeen(word(each.by), each.starts_at, each.ends_at, each.at) for each in invite.history),
    )
