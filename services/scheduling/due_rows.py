"""What does scheduling do when a time has come? One function a table of due rows."""

from collections.abc import Sequence

from scheduling.store.rings import due_ring
from scheduling.use_cases.expire_invites import ExpireInvites, expire_invites
from scheduling.use_cases.extend_reminders import ExtendReminders, extend_reminders
from scheduling.use_cases.ring_reminders import RingReminders, ring_reminders
from twolamps_chassis.db import Row, Transaction


async def on_invite_expiries_due(rows: Sequence[Row], tx: Transaction) -> None:
    """Open invites that nobody answered; their couples' streams are locked."""
    await expire_invites(ExpireInvites(tuple(row["invite_id"] for row in rows)), tx)


async def on_rings_due(rows: Sequence[Row], tx: Transaction) -> None:
    """Rings whose time has come; the streams of the people or couples they ring for are locked."""
    await ring_reminders(RingReminders(tuple(due_ring(row) for row in rows)), tx)


async def on_extensions_due(rows: Sequence[Row], tx: Transaction) -> None:
    """Series that need their next times; the streams of their owners are locked."""
    await extend_reminders(ExtendReminders({row["reminder_id"]: row["bookmark"] for row in rows}), tx)
