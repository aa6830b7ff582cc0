"""How are couples kept? In the chassis' table of couples, which is the truth here, beside what each switched on."""

from collections.abc import Sequence
from uuid import UUID

from pairing.domain.couples import Calendar, SeenCouple
from pairing.domain.shares import Grant, active_shares, share_states
from pairing.store.people import load_other_side, load_zone
from twolamps_chassis.couples import Couple, couple_of, save_couple, set_shares
from twolamps_chassis.db import Transaction

__all__ = ["Couple", "save_couple"]


async def find_couple(tx: Transaction, person: UUID) -> Couple | None:
    """The connected couple of a person."""
    row = await tx.fetchrow("SELECT * FROM couples WHERE ended_at IS NULL AND $1 IN (inviter, invitee)", person)
    return couple_of(row) if row else None


async def load_couple(tx: Transaction, couple_id: UUID) -> Couple:
    """A couple whose stream is locked."""
    row = await tx.fetchrow("SELECT * FROM couples WHERE id = $1", couple_id)
    assert row is not None
    return couple_of(row)


async def list_couples(tx: Transaction, ids: Sequence[UUID]) -> list[Couple]:
    """Those of `ids` that are couples, ended ones too."""
    return [couple_of(row) for row in await tx.fetch("SELECT * FROM couples WHERE id = ANY($1::uuid[])", ids)]


async def list_told_streams(tx: Transaction, after: UUID, most: int) -> list[UUID]:
    """Streams on which something was published, in the order of their keys."""
    sql = "SELECT key FROM streams WHERE key > $1 AND seq > 0 ORDER BY key LIMIT $2"
    return [row["key"] for row in await tx.fetch(sql, after, most)]


async def load_seen_couple(tx: Transaction) -> SeenCouple:
    """My couple as I see it now."""
    couple = await load_couple(tx, tx.us.id)
    other = couple.other(tx.me)
    shares = share_states(await list_grants(tx, couple.id), tx.me, other, tx.now)
    calendar = Calendar(couple.zone, couple.day_start, couple.week_start)
    partner, zone = await load_other_side(tx, other), await load_zone(tx, other)
    return SeenCouple(couple.id, partner, calendar, shares, couple.paired_at, zone)


async def save_calendar(tx: Transaction, couple_id: UUID, calendar: Calendar, version: int) -> None:
    """Keep a couple's calendar."""
    sql = "UPDATE couples SET zone = $2, day_start = $3, week_start = $4, calendar_version = $5 WHERE id = $1"
    await tx.execute(sql, couple_id, calendar.zone, calendar.day_start, calendar.week_start, version)


async def list_grants(tx: Transaction, couple_id: UUID) -> list[Grant]:
    """What both switched on, lapsed ones too."""
    rows = await tx.fetch("SELECT person_id, share, expires_at FROM share_grants WHERE couple_id = $1", couple_id)
    return [Grant(row["person_id"], row["share"], row["expires_at"]) for row in rows]


async def save_my_grants(tx: Transaction, couple_id: UUID, grants: Sequence[Grant]) -> None:
    """Keep `grants` as all that I switched on."""
    await tx.execute("DELETE FROM share_grants WHERE couple_id = $1 AND person_id = $2", couple_id, tx.me)
    sql = "INSERT INTO share_grants (couple_id, person_id, share, expires_at) VALUES ($1, $2, $3, $4)"
    await tx.executemany(sql, [(couple_id, tx.me, grant.share, grant.expires_at) for grant in grants])


async def drop_lapsed_grants(tx: Transaction, couple_id: UUID) -> None:
    """Forget what has lapsed."""
    await tx.execute("DELETE FROM share_grants WHERE couple_id = $1 AND expires_at <= $2", couple_id, tx.now)


async def save_next_expiry(tx: Transaction, couple_id: UUID) -> None:
    """Have the couple's row come due when the next grant lapses."""
    sql = """INSERT INTO share_expiries (stream_key, due_at, state)
             SELECT $1, coalesce(min(expires_at), $2), CASE WHEN count(*) > 0 THEN 'pending' ELSE 'done' END
             FROM share_grants WHERE couple_id = $1
             ON CONFLICT (stream_key) DO UPDATE SET due_at = excluded.due_at, state = excluded.state"""
    await tx.execute(sql, couple_id, tx.now)


async def save_active_shares(tx: Transaction, couple_id: UUID) -> Couple | None:
    """Make what flows follow the grants; the couple where that changed anything."""
    couple = await load_couple(tx, couple_id)
    active = active_shares(await list_grants(tx, couple_id), tx.now)
    if active == couple.shares:
        return None
    await set_shares(tx, couple_id, sorted(active), couple.shares_version + 1)
    return await load_couple(tx, couple_id)


async def close_couple(couple_id: UUID, tx: Transaction) -> None:
    """What an end takes with it: grants, what would lapse, the pairing's sides."""
    await tx.execute("DELETE FROM share_grants WHERE couple_id = $1", couple_id)
    await tx.execute("DELETE FROM share_expiries WHERE stream_key = $1", couple_id)
    sql = "UPDATE pairings SET inviter_side = 'closed', invitee_side = 'closed' WHERE couple_id = $1"
    await tx.execute(sql, couple_id)
