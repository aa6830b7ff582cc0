"""What does prompts do when a time has come? It deals the next day."""

from collections.abc import Sequence

from prompts.use_cases.deal_prompts import DealPrompts, deal_prompts
from twolamps_chassis.db import Row, Transaction


async def on_deals_due(rows: Sequence[Row], tx: Transaction) -> None:
    """Deal to every couple whose day has begun; this also moves each row to the end of that day."""
    await deal_prompts(DealPrompts(tuple(row["stream_key"] for row in rows)), tx)
