"""ExtendReminders: write down the next times of series before they are needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from scheduling.domain.series import plan_on
from scheduling.store.reminders import list_wordless_reminders, save_over
from scheduling.store.rings import save_further_plans
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class ExtendReminders:
    """By reminder, the local time (naive) after which to plan on."""

    bookmarks: Mapping[UUID, datetime]


async def extend_reminders(command: ExtendReminders, tx: Transaction) -> None:
    """Two times lie ahead of each again, as long as its series goes on; what an outage missed is recorded, quietly."""
    found = await list_wordless_reminders(tx, list(command.bookmarks))
    plans = [(series, plan_on(series, command.bookmarks[series.reminder.id], tx.now)) for series in found]
    await save_further_plans(tx, plans)
    await save_over(tx, [(series.reminder.id, plan.over_at) for series, plan in plans if plan.over_at])
