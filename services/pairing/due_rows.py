"""What happens in pairing when its time has come? Standing shares lapse."""

from collections.abc import Sequence

from pairing.use_cases.lapse_shares import LapseShares, lapse_shares
from twolamps_chassis.db import Row, Transaction


async def on_share_expiries_due(rows: Sequence[Row], tx: Transaction) -> None:
    """Some grant of these couples has lapsed."""
    await lapse_shares(LapseShares(tuple(row["stream_key"] for row in rows)), tx)
