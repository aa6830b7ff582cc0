"""What does scheduling do when a time has come? One function a table of due rows."""

from collections.abc import Sequence

from scheduling.use_cases.expire_invites import ExpireInvites, expire_invites
from twolamps_chassis.db import Row, Transaction


async def on_invite_expiries_due(rows: Sequence[Row], tx: Transaction) -> None:
    """Open invites that nobody answered; their couples' streams are locked."""
    await expire_invites(ExpireInvites(tuple(row["invite_id"] for row in rows)), tx)
