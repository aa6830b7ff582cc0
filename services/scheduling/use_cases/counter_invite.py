"""CounterInvite: another time instead; then it is the other's turn."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from scheduling.domain import invites
from scheduling.domain.invite_view import InviteSeen, seen
from scheduling.store.invites import load_invite, save_invite
from twolamps_chassis.db import Transaction
from twolamps_events.scheduling import InviteCountered


@dataclass(frozen=True)
class CounterInvite:
    """Offer `[starts_at, starts_at + duration)` instead of what stood at `sequence`."""

    invite_id: UUID
    sequence: int
    starts_at: datetime
    duration: timedelta


async def counter_invite(command: CounterInvite, tx: Transaction) -> InviteSeen:
    """The invite at its next sequence, with seven days anew to answer it.

    Raises NotFound, InviteExpired, InviteAlreadyAnswered, StaleSequence, NotYourTurn, CounterChangesNothing and,
    for the time, InviteStartsInPast, InviteTooFarAhead, InviteTooShort, InviteTooLong.
    """
    invite, words = await load_invite(tx, tx.us.id, command.invite_id)
    invite = invites.counter(invite, tx.me, command.sequence, command.starts_at, command.duration, tx.now)
    await save_invite(tx, invite)
    tx.record(tx.us.id, InviteCountered(**invites.told(invite, tx.me)))
    return seen(invite, words, tx.me, tx.now)
