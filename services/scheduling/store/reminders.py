"""Where are reminders kept? Whose they are and their times in the open, their words under their owner's key.

Promises: the owner is the maker of a personal reminder, the couple of a shared one; who is neither finds nothing.
`over_at` is the last time a reminder has, as soon as it is known to have one; until an offer to the other alone is
accepted, the offer's end.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from scheduling.domain.invite_view import Words
from scheduling.domain.reminders import MOST_ACTIVE, MOST_OFFERS_A_DAY, Reminder
from scheduling.domain.series import Series
from twolamps_chassis.db import Row, Transaction
from twolamps_chassis.errors import LimitReached, NotConnected, NotFound
from twolamps_chassis.pages import Place

FACTS: Final = """
    id, owner, maker, partner, audience, offer, first, zone, rrule, maker_lead, partner_lead, created_at, cancelled_at
"""
LOAD: Final = f"SELECT title, note, {FACTS} FROM reminders WHERE owner = ANY($1::uuid[]) AND id = $2"
LIST: Final = f"""
SELECT title, note, {FACTS} FROM reminders
WHERE owner = ANY($1::uuid[]) AND ($2::uuid[] = '{{}}' OR id = ANY($2))
  AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4::uuid))
ORDER BY created_at DESC, id DESC LIMIT $5
"""
WORDLESS: Final = f"SELECT {FACTS} FROM reminders WHERE id = ANY($1::uuid[])"
COUNT: Final = """
SELECT count(*) FROM reminders
WHERE cancelled_at IS NULL AND (over_at IS NULL OR over_at > $2)
  AND (maker = $1 OR (partner = $1 AND offer = 'accepted'))
"""
OFFERED: Final = """
SELECT count(*) FROM reminders WHERE owner = $1 AND created_at > $3 AND maker = $2
"""
ADD: Final = """
INSERT INTO reminders (id, owner, maker, partner, audience, offer, first, zone, rrule, maker_lead, created_at, over_at,
                       title, note)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
"""
MOVE: Final = "UPDATE reminders SET offer = $2, partner_lead = $3, cancelled_at = $4 WHERE id = $1"
IS_OVER: Final = """
UPDATE reminders SET over_at = v.over_at FROM unnest($1::uuid[], $2::timestamptz[]) AS v(id, over_at)
WHERE reminders.id = v.id
"""
RELEASE: Final = "UPDATE reminders SET over_at = $2 WHERE owner = $1 AND (over_at IS NULL OR over_at > $2)"


async def load_reminder(tx: Transaction, reminder_id: UUID) -> tuple[Series, Words]:
    """A reminder of mine, or of the couple I am or was last in, and what it says; raises NotFound."""
    row = await tx.fetchrow(LOAD, _owners(tx), reminder_id)
    if row is None:
        raise NotFound
    return _series(row), await _words(tx, row)


async def load_living_reminder(tx: Transaction, reminder_id: UUID) -> tuple[Series, Words]:
    """As `load_reminder`, to act on it; raises NotConnected where it was shared and the two are not connected."""
    series, words = await load_reminder(tx, reminder_id)
    if series.shared and tx.couple is None:
        raise NotConnected
    return series, words


async def list_reminders(
    tx: Transaction, ids: Sequence[UUID], after: Place | None, limit: int
) -> list[tuple[Series, Words]]:
    """Mine and ours, newest first, at most `limit` after a place; of `ids` alone where any are given."""
    at, last = (after.at, after.id) if after else (None, None)
    rows = await tx.fetch(LIST, _owners(tx), ids, at, last, limit)
    return [(_series(row), await _words(tx, row)) for row in rows]


async def list_wordless_reminders(tx: Transaction, ids: Sequence[UUID]) -> list[Series]:
    """Reminders of anybody, for work that nobody asked for: their words stay closed."""
    return [_series(row) for row in await tx.fetch(WORDLESS, ids)]


async def require_room(tx: Transaction) -> None:
    """Raises LimitReached where I made or accepted as many reminders with a time ahead as there can be."""
    if await tx.fetchval(COUNT, tx.me, tx.now) >= MOST_ACTIVE:
        raise LimitReached(f"There can be at most {MOST_ACTIVE} active reminders.", field="reminders")


async def require_offer_budget(tx: Transaction) -> None:
    """Raises LimitReached where I made the other enough offers for a day, cancelled ones counted: no nagging."""
    if await tx.fetchval(OFFERED, tx.us.id, tx.me, tx.now - timedelta(days=1)) >= MOST_OFFERS_A_DAY:
        raise LimitReached(f"You can offer at most {MOST_OFFERS_A_DAY} reminders a day.", field="reminders")


async def save_new_reminder(tx: Transaction, series: Series, words: Words, over_at: datetime | None) -> None:
    """Keep a new reminder, its words sealed."""
    reminder = series.reminder
    title = await tx.keyring.encrypt(series.owner, f"reminder:{reminder.id}:title", words.title)
    note = await tx.keyring.encrypt(series.owner, f"reminder:{reminder.id}:note", words.note)
    await tx.execute(
        ADD, reminder.id, series.owner, reminder.maker, reminder.partner, reminder.audience, reminder.offer, series.first,
        series.zone, series.rrule, series.maker_lead, reminder.created_at, over_at, title, note,
    )  # fmt: skip


async def save_reminder(tx: Transaction, series: Series) -> None:
    """Keep what became of an offer, or that it was cancelled."""
    reminder = series.reminder
    await tx.execute(MOVE, reminder.id, reminder.offer, series.partner_lead, reminder.cancelled_at)


async def save_over(tx: Transaction, ends: Sequence[tuple[UUID, datetime | None]]) -> None:
    """Keep when these reminders have their last time; None: they go on."""
    await tx.execute(IS_OVER, [id for id, _ in ends], [over_at for _, over_at in ends])


async def release_reminders(tx: Transaction, couple_id: UUID) -> None:
    """No reminder of this couple goes on; they stay readable."""
    await tx.execute(RELEASE, couple_id, tx.now)


def _owners(tx: Transaction) -> list[UUID]:
    couple = tx.couple or tx.past_couple
    return [tx.me, couple.id] if couple else [tx.me]


def _series(row: Row) -> Series:
    reminder = Reminder(
        id=row["id"],
        maker=row["maker"],
        partner=row["partner"],
        audience=row["audience"],
        offer=row["offer"],
        created_at=row["created_at"],
        cancelled_at=row["cancelled_at"],
    )
    return Series(
        reminder=reminder,
        owner=row["owner"],
        first=row["first"],
        zone=row["zone"],
        rrule=row["rrule"],
        maker_lead=row["maker_lead"],
        partner_lead=row["partner_lead"],
    )


async def _words(tx: Transaction, row: Row) -> Words:
    owner, name = row["owner"], f"reminder:{row['id']}"
    title = await tx.keyring.decrypt(owner, f"{name}:title", row["title"])
    note = await tx.keyring.decrypt(owner, f"{name}:note", row["note"])
    return Words(title, note)
