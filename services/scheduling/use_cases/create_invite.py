"""CreateInvite: propose time together; the other is told and answers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from scheduling.domain import invites
from scheduling.domain.invite_view import InviteSeen, clean_words, seen
from scheduling.store.invites import require_invite_budget, save_new_invite
from twolamps_chassis.db import Transaction
from twolamps_events.scheduling import InviteCreated


@dataclass(frozen=True)
class CreateInvite:
    """Propose `[starts_at, starts_at + duration)`; `zone` is an IANA name, the couple's where there is none."""

    title: str
    note: str
    starts_at: datetime
    duration: timedelta
    zone: str


async def create_invite(command: CreateInvite, tx: Transaction) -> InviteSeen:
    """A new invite, and it is the partner's turn.

    Raises TitleNotAllowed, UnknownZone, InviteStartsInPast, InviteTooFarAhead, InviteTooShort, InviteTooLong,
    LimitReached.
    """
    words = clean_words(command.title, command.note)
    invite = invites.create(
        id=uuid4(),
        couple_id=tx.us.id,
        creator=tx.me,
        invitee=tx.us.other(tx.me),
        starts_at=command.starts_at,
        duration=command.duration,
        zone=command.zone or tx.us.zone,
        now=tx.now,
    )
    await require_invite_budget(tx)
    await save_new_invite(tx, invite, words)
    tx.record(tx.us.id, InviteCreated(**invites.told(invite, tx.me)))
    return seen(invite, words, tx.me, tx.now)
