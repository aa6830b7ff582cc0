"""DealPrompts: give couples the prompts of their day."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from prompts import store
from prompts.domain.days import day_bounds, standing_day
from prompts.domain.rounds import Round, deal
from twolamps_chassis.db import Transaction
from twolamps_events.prompts import PromptsDealt

FIRST_DEPTH = 1


@dataclass(frozen=True)
class DealPrompts:
    """Deal to these couples, whose streams are locked, and set when each is dealt to next."""

    couple_ids: tuple[UUID, ...]


async def deal_prompts(command: DealPrompts, tx: Transaction) -> None:
    """Three prompts for the day that stands, once; days that passed meanwhile are not made up for."""
    calendars = await store.list_calendars(tx, command.couple_ids)
    dealt = await store.list_dealt(tx, command.couple_ids)
    rounds: list[Round] = []
    due: dict[UUID, datetime] = {}
    for couple in calendars:
        today_on = standing_day(tx.now, couple.zone, couple.day_start, couple.last_dealt_on)
        due[couple.couple_id] = day_bounds(today_on, couple.zone, couple.day_start)[1]
        if couple.last_dealt_on is not None and today_on <= couple.last_dealt_on:
            continue
        known = dealt.get(couple.couple_id, ())
        three = deal(tuple(store.LIBRARY.values()), known, couple.couple_id.bytes, today_on, FIRST_DEPTH)
        fresh = [Round(uuid4(), couple.couple_id, p.id, today_on, place) for place, p in enumerate(three)]
        rounds += fresh
        tx.record(
            couple.couple_id,
            PromptsDealt(
                couple_id=couple.couple_id,
                members=list(couple.members),
                day=today_on.isoformat(),
                prompt_ids=[offered.id for offered in fresh],
            ),
        )
    await store.save_rounds(tx, rounds)
    await store.save_deals(tx, due)
