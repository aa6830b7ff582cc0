"""How are codes and pairings kept? A code as a keyed hash, one a person; a pairing with the state of each side."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pairing.domain.pairings import Pairing
from twolamps_chassis.db import Row, Transaction
from twolamps_chassis.errors import NotFound
from twolamps_chassis.pages import Place


async def is_paired(tx: Transaction, person: UUID) -> bool:
    """Whether a person is one of a connected couple, as of now and not as of the call's begin."""
    sql = "SELECT EXISTS (SELECT 1 FROM couples WHERE ended_at IS NULL AND $1 IN (inviter, invitee))"
    return bool(await tx.fetchval(sql, person))


async def save_code(tx: Transaction, code_hash: bytes, expires_at: datetime) -> None:
    """Keep my code; the last one is gone."""
    sql = """INSERT INTO pairing_codes (person_id, code_hash, expires_at) VALUES ($1, $2, $3)
             ON CONFLICT (person_id) DO UPDATE SET code_hash = excluded.code_hash, expires_at = excluded.expires_at"""
    await tx.execute(sql, tx.me, code_hash, expires_at)


async def find_inviter(tx: Transaction, code_hash: bytes) -> UUID | None:
    """Whose code this is, while it may be claimed."""
    sql = "SELECT person_id FROM pairing_codes WHERE code_hash = $1 AND expires_at > $2"
    person: UUID | None = await tx.fetchval(sql, code_hash, tx.now)
    return person


async def drop_codes(tx: Transaction, people: Sequence[UUID]) -> None:
    """Take back the codes of people."""
    await tx.execute("DELETE FROM pairing_codes WHERE person_id = ANY($1::uuid[])", people)


async def save_pairing(tx: Transaction, pairing: Pairing) -> None:
    """Keep a pairing, new or with other sides."""
    sql = """INSERT INTO pairings (id, couple_id, inviter, invitee, inviter_side, invitee_side, claimed_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (id) DO UPDATE SET inviter_side = excluded.inviter_side, invitee_side = excluded.invitee_side"""
    people = (pairing.inviter, pairing.invitee, pairing.inviter_side, pairing.invitee_side)
    await tx.execute(sql, pairing.id, pairing.couple_id, *people, pairing.claimed_at, pairing.expires_at)


async def find_pairing(tx: Transaction, pairing_id: UUID) -> Pairing | None:
    """One of my pairings."""
    row = await tx.fetchrow("SELECT * FROM pairings WHERE id = $1 AND $2 IN (inviter, invitee)", pairing_id, tx.me)
    return _pairing(row) if row else None


async def load_pairing(tx: Transaction, pairing_id: UUID) -> Pairing:
    """One of my pairings; raises NotFound."""
    pairing = await find_pairing(tx, pairing_id)
    if pairing is None:
        raise NotFound
    return pairing


async def find_open_pairing(tx: Transaction, other: UUID) -> Pairing | None:
    """The pairing that still waits between me and `other`."""
    sql = """SELECT * FROM pairings WHERE (inviter, invitee) IN (($1, $2), ($2, $1)) AND expires_at > $3
             AND 'closed' NOT IN (inviter_side, invitee_side) AND 'open' IN (inviter_side, invitee_side)
             ORDER BY claimed_at DESC, id DESC LIMIT 1"""
    row = await tx.fetchrow(sql, tx.me, other, tx.now)
    return _pairing(row) if row else None


async def list_pairings(tx: Transaction, size: int, place: Place | None, ids: Sequence[UUID]) -> list[Pairing]:
    """My pairings, newest first, one more than `size`; only `ids` where there are any."""
    sql = """SELECT * FROM pairings WHERE $1 IN (inviter, invitee)
               AND ($2::timestamptz IS NULL OR (claimed_at, id) < ($2, $3)) AND (cardinality($4::uuid[]) = 0 OR id = ANY($4))
             ORDER BY claimed_at DESC, id DESC LIMIT $5"""
    after = (place.at, place.id) if place else (None, None)
    return [_pairing(row) for row in await tx.fetch(sql, tx.me, *after, list(ids), size + 1)]


async def close_sides(tx: Transaction, person: UUID, but: UUID) -> None:
    """Close a person's side of every pairing that waits, `but` one."""
    sql = """UPDATE pairings SET inviter_side = CASE WHEN inviter = $1 THEN 'closed' ELSE inviter_side END,
                                 invitee_side = CASE WHEN invitee = $1 THEN 'closed' ELSE invitee_side END
             WHERE $1 IN (inviter, invitee) AND id <> $2 AND expires_at > $3
               AND NOT (inviter_side = 'confirmed' AND invitee_side = 'confirmed')"""
    await tx.execute(sql, person, but, tx.now)


def _pairing(row: Row) -> Pairing:
    people = (row["inviter"], row["invitee"], row["inviter_side"], row["invitee_side"])
    return Pairing(row["id"], row["couple_id"], *people, row["claimed_at"], row["expires_at"])
