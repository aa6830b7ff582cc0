"""What does scheduling do when something happens elsewhere? Of pairing it needs the couples, which the chassis projects."""

from uuid import UUID

from scheduling.use_cases.end_reminders import EndReminders, end_reminders
from scheduling.use_cases.release_invites import ReleaseInvites, release_invites
from twolamps_chassis.db import Transaction


async def on_couple_end(couple_id: UUID, tx: Transaction) -> None:
    """In the transaction in which the end is learned, once."""
    await release_invites(ReleaseInvites(couple_id), tx)
    await end_reminders(EndReminders(couple_id), tx)
