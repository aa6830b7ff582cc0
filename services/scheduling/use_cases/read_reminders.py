"""GetReminder and ListReminders: mine and ours, also after the end."""

from dataclasses import dataclass
from uuid import UUID

from scheduling.domain.reminder_view import ReminderSeen, seen
from scheduling.domain.series import Series
from scheduling.store import reminders as store
from scheduling.store.rings import list_shown_rings, see_reminder
from twolamps_chassis import pages
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class GetReminder:
    """Read one of my reminders or ours."""

    reminder_id: UUID


@dataclass(frozen=True)
class ListReminders:
    """Read a page of mine and ours, newest first; with `ids` only those."""

    page_size: int
    page_token: str
    ids: tuple[UUID, ...]


@dataclass(frozen=True)
class ReminderPage:
    """A page, and the token of the next one or ''."""

    reminders: tuple[ReminderSeen, ...]
    next_page_token: str


async def get_reminder(command: GetReminder, tx: Transaction) -> ReminderSeen:
    """A reminder of mine, of the couple I am in, else of the last one. Raises NotFound."""
    return await see_reminder(tx, *await store.load_reminder(tx, command.reminder_id))


async def list_reminders(command: ListReminders, tx: Transaction) -> ReminderPage:
    """Mine, and those of the couple I am in, else of the last one. Raises InvalidField for a token that is not ours."""
    after, size = pages.read_token(command.page_token), pages.page_size(command.page_size)
    rows = await store.list_reminders(tx, command.ids, after, size + 1)
    page, token = pages.cut(rows, size, lambda row: _place(row[0]))
    rings = await list_shown_rings(tx, [series.reminder.id for series, _ in page], tx.me)
    return ReminderPage(tuple(seen(*row, rings[row[0].reminder.id], tx.me, tx.now) for row in page), token)


def _place(series: Series) -> pages.Place:
    return pages.Place(series.reminder.created_at, series.reminder.id)
