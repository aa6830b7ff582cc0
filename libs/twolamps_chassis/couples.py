"""Who is connected with whom, as this service knows it? A projection of pairing's events, and the fences that end it.

Promises: a couple's epoch rises only at its end; from then on no command, event or due row of the old epoch acts. A
share's change and a session's end are facts of their own that only rise and drop nothing else.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING
from uuid import UUID

from twolamps_chassis.streams import raise_epoch
from twolamps_events.pairing import (
    CalendarChanged,
    CoupleEnded,
    CoupleFormed,
    CoupleSnapshot,
    SessionEnded,
    SharesChanged,
)

if TYPE_CHECKING:
    from twolamps_chassis.db import Row, Transaction

FIND = """
SELECT (SELECT true FROM ended_sessions WHERE session_id = $2) AS session_ended, c.*
FROM (SELECT 1) AS one LEFT JOIN LATERAL (
    SELECT couples.*, coalesce(streams.epoch, 0) AS stream_epoch
    FROM couples LEFT JOIN streams ON streams.key = couples.id
    WHERE $1 IN (inviter, invitee) ORDER BY paired_at DESC, id LIMIT 1
) AS c ON true
"""
SAVE = """
INSERT INTO couples AS known
    (id, inviter, invitee, epoch, zone, day_start, week_start, calendar_version, shares, shares_version, paired_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (id) DO UPDATE SET
    (zone, day_start, week_start, calendar_version) = (
        SELECT c.* FROM (VALUES (excluded.zone, excluded.day_start, excluded.week_start, excluded.calendar_version),
                                (known.zone, known.day_start, known.week_start, known.calendar_version)) AS c(z, d, w, v)
        ORDER BY v DESC LIMIT 1),
    shares = CASE WHEN excluded.shares_version > known.shares_version THEN excluded.shares ELSE known.shares END,
    shares_version = greatest(excluded.shares_version, known.shares_version)
"""
ENDED = "UPDATE couples SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL"


@dataclass(frozen=True, slots=True)
class Couple:
    """Two people. `epoch` is the one they were connected in; `ended_at` is None while they are."""

    id: UUID
    inviter: UUID
    invitee: UUID
    epoch: int
    zone: str
    day_start: time
    week_start: int
    calendar_version: int
    shares: frozenset[str]
    shares_version: int
    paired_at: datetime
    ended_at: datetime | None = None

    @property
    def members(self) -> tuple[UUID, UUID]:
        """Both, the inviter first."""
        return (self.inviter, self.invitee)

    def other(self, person: UUID) -> UUID:
        """The other one of `person`."""
        return self.invitee if person == self.inviter else self.inviter


def couple_of(row: "Row") -> Couple:
    """A couple from its row."""
    return Couple(
        id=row["id"],
        inviter=row["inviter"],
        invitee=row["invitee"],
        epoch=row["epoch"],
        zone=row["zone"],
        day_start=row["day_start"],
        week_start=row["week_start"],
        calendar_version=row["calendar_version"],
        shares=frozenset(row["shares"]),
        shares_version=row["shares_version"],
        paired_at=row["paired_at"],
        ended_at=row["ended_at"],
    )


async def load_call(tx: "Transaction", person: UUID, session: UUID) -> bool:
    """Set the couple of `person` on the transaction; False where the session has ended."""
    row = await tx.fetchrow(FIND, person, session)
    assert row is not None
    if row["id"] is not None:
        couple = couple_of(row)
        connected = couple.ended_at is None and row["stream_epoch"] == couple.epoch
        tx.couple, tx.past_couple = (couple, None) if connected else (None, couple)
    return not row["session_ended"]


async def save_couple(tx: "Transaction", couple: Couple) -> None:
    """Know a couple, keeping whichever calendar and shares are newer."""
    await tx.execute(
        SAVE, couple.id, couple.inviter, couple.invitee, couple.epoch, couple.zone, couple.day_start, couple.week_start,
        couple.calendar_version, sorted(couple.shares), couple.shares_version, couple.paired_at,
    )  # fmt: skip


OnEnd = Callable[[UUID, "Transaction"], Awaitable[None]]
"""What a service does in the transaction in which it learns of a couple's end, once."""


async def _nothing(_couple: UUID, _tx: "Transaction") -> None:
    return None


class Couples:
    """A service's projection: how it learns from pairing's events, and how fences apply."""

    def __init__(self, on_end: OnEnd = _nothing) -> None:
        self.on_end = on_end

    async def end(self, tx: "Transaction", couple_id: UUID, epoch: int) -> bool:
        """End a couple whose stream is locked; False where it had ended. Unknown ones are ended too, before they form."""
        if not await raise_epoch(tx.conn, couple_id, tx.streams[couple_id], epoch):
            return False
        await tx.execute(ENDED, couple_id, tx.now)
        await self.on_end(couple_id, tx)
        return True

    async def on_couple_formed(self, events: Sequence[CoupleFormed], tx: "Transaction") -> None:
        """Know new couples."""
        for e in events:
            start = time.fromisoformat(e.day_start)
            couple = Couple(
                e.couple_id, e.inviter_id, e.invitee_id, 0, e.zone, start, e.week_start, 1, frozenset(), 0, e.paired_at
            )
            await save_couple(tx, couple)

    async def on_couple_snapshot(self, events: Sequence[CoupleSnapshot], tx: "Transaction") -> None:
        """Know couples as they are, keeping what is newer here."""
        for e in events:
            start, shares = time.fromisoformat(e.day_start), frozenset(e.active)
            couple = Couple(
                e.couple_id, e.inviter_id, e.invitee_id, 0, e.zone, start, e.week_start, e.calendar_version, shares,
                e.shares_version, e.paired_at,
            )  # fmt: skip
            await save_couple(tx, couple)
            if tx.streams[e.couple_id].epoch > couple.epoch:
                await tx.execute(ENDED, e.couple_id, tx.now)

    async def on_calendar_changed(self, events: Sequence[CalendarChanged], tx: "Transaction") -> None:
        """Follow the couple's calendar."""
        sql = """UPDATE couples SET zone = $2, day_start = $3, week_start = $4, calendar_version = $5
                 WHERE id = $1 AND calendar_version < $5"""
        rows = [
            (e.couple_id, e.zone, time.fromisoformat(e.day_start), e.week_start, e.calendar_version) for e in events
        ]
        await tx.executemany(sql, rows)

    async def on_shares_changed(self, events: Sequence[SharesChanged], tx: "Transaction") -> None:
        """Follow what flows."""
        for e in events:
            await set_shares(tx, e.couple_id, e.active, e.shares_version)

    async def on_couple_ended(self, events: Sequence[CoupleEnded], tx: "Transaction") -> None:
        """The end itself came with the record's epoch; see consumers."""

    async def on_session_ended(self, events: Sequence[SessionEnded], tx: "Transaction") -> None:
        """Remember sessions that ended."""
        for e in events:
            await end_session(tx, e.person_id, e.session_id)


async def set_shares(tx: "Transaction", couple_id: UUID, active: Sequence[str], version: int) -> None:
    """What flows now, unless a newer fact is known."""
    sql = "UPDATE couples SET shares = $2, shares_version = $3 WHERE id = $1 AND shares_version < $3"
    await tx.execute(sql, couple_id, list(active), version)


async def end_session(tx: "Transaction", person_id: UUID, session_id: UUID) -> None:
    """No call and no stream of this session goes on."""
    sql = "INSERT INTO ended_sessions (session_id, person_id, ended_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
    await tx.execute(sql, session_id, person_id, tx.now)
