"""What does prompts do about others' events? It deals to couples that form, and when their day has moved."""

from collections.abc import Sequence
from uuid import UUID

from prompts.use_cases.deal_prompts import DealPrompts, deal_prompts
from prompts.use_cases.stop_dealing import StopDealing, stop_dealing
from twolamps_chassis.db import Transaction
from twolamps_events.pairing import CalendarChanged, CoupleFormed, CoupleSnapshot


async def on_couple_formed(events: Sequence[CoupleFormed | CoupleSnapshot], tx: Transaction) -> None:
    """Deal the first day at once; to who was dealt to, nothing changes."""
    await deal_prompts(DealPrompts(tuple(event.couple_id for event in events)), tx)


async def on_calendar_changed(events: Sequence[CalendarChanged], tx: Transaction) -> None:
    """Deal at the start of the day that holds now, at once where that has begun."""
    await deal_prompts(DealPrompts(tuple({event.couple_id for event in events})), tx)


async def on_couple_ended(couple_id: UUID, tx: Transaction) -> None:
    """Deal no more."""
    await stop_dealing(StopDealing(couple_id), tx)
