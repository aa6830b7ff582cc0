"""Where are invites kept? Their state and times in the open, their words under the couple's key, every time that stood.

Promises: `invite_proposals` is only added to; a row of `invite_expiries` exists exactly while an invite is open and its
couple connected, and is due when it can no longer be answered.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from scheduling.domain.invite_states import State
from scheduling.domain.invite_view import Words
from scheduling.domain.invites import MOST_INVITES_A_DAY, Invite, Proposal
from twolamps_chassis.db import Row, Transaction
from twolamps_chassis.errors import LimitReached, NotFound
from twolamps_chassis.pages import Place

FACTS: Final = """
    i.id, i.couple_id, i.creator, i.invitee, i.state, i.sequence, i.revision, i.zone, h.*
    FROM invites AS i CROSS JOIN LATERAL (
        SELECT array_agg(by ORDER BY place) AS bys, array_agg(starts_at ORDER BY place) AS starts,
               array_agg(ends_at ORDER BY place) AS ends, array_agg(at ORDER BY place) AS ats
        FROM invite_proposals WHERE invite_id = i.id
    ) AS h
"""
LOAD: Final = f"SELECT i.title, i.note, {FACTS} WHERE i.couple_id = $1 AND i.id = $2"
LIST: Final = f"""
SELECT i.title, i.note, {FACTS}
WHERE i.couple_id = $1 AND ($2::uuid[] = '{{}}' OR i.id = ANY($2))
  AND ($3::timestamptz IS NULL OR (i.created_at, i.id) < ($3, $4::uuid))
ORDER BY i.created_at DESC, i.id DESC LIMIT $5
"""
WORDLESS: Final = f"SELECT {FACTS} WHERE i.id = ANY($1::uuid[])"
TAKEN: Final = """
SELECT starts_at, ends_at FROM invites
WHERE couple_id = $1 AND state = 'accepted' AND starts_at < $3 AND ends_at > $2 ORDER BY starts_at, id
"""
PROPOSED: Final = "SELECT count(*) FROM invites WHERE couple_id = $1 AND created_at > $3 AND creator = $2"
ADD: Final = """
INSERT INTO invites
    (id, couple_id, creator, invitee, state, sequence, revision, zone, starts_at, ends_at, created_at, title, note)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""
MOVE: Final = """
UPDATE invites SET state = $2, sequence = $3, revision = $4, starts_at = $5, ends_at = $6 WHERE id = $1
"""
ADD_PROPOSAL: Final = """
INSERT INTO invite_proposals (invite_id, place, by, starts_at, ends_at, at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
"""
PROPOSE: Final = f"""
WITH proposed AS ({ADD_PROPOSAL})
INSERT INTO invite_expiries (invite_id, stream_key, due_at) VALUES ($1, $7, $8)
ON CONFLICT (invite_id) DO UPDATE SET due_at = excluded.due_at
"""
CLOSE: Final = "UPDATE invites SET state = $2, revision = $3 WHERE id = $1"
FORGET: Final = "DELETE FROM invite_expiries WHERE invite_id = ANY($1::uuid[])"
FORGET_ALL: Final = "DELETE FROM invite_expiries WHERE stream_key = $1"


async def require_invite_budget(tx: Transaction) -> None:
    """Raises LimitReached where I proposed enough times for a day, cancelled ones counted: no nagging."""
    if await tx.fetchval(PROPOSED, tx.us.id, tx.me, tx.now - timedelta(days=1)) >= MOST_INVITES_A_DAY:
        raise LimitReached(f"You can propose at most {MOST_INVITES_A_DAY} times a day.", field="invites")


async def load_invite(tx: Transaction, couple_id: UUID, invite_id: UUID) -> tuple[Invite, Words]:
    """An invite of this couple and what it says; raises NotFound."""
    row = await tx.fetchrow(LOAD, couple_id, invite_id)
    if row is None:
        raise NotFound
    return _invite(row), await _words(tx, row)


async def list_invites(
    tx: Transaction, couple_id: UUID, ids: Sequence[UUID], after: Place | None, limit: int
) -> list[tuple[Invite, Words]]:
    """This couple's invites, newest first, at most `limit` after a place; of `ids` alone where any are given."""
    at, last = (after.at, after.id) if after else (None, None)
    rows = await tx.fetch(LIST, couple_id, ids, at, last, limit)
    return [(_invite(row), await _words(tx, row)) for row in rows]


async def list_wordless_invites(tx: Transaction, ids: Sequence[UUID]) -> list[Invite]:
    """Invites of any couples, for work that nobody asked for: their words stay closed."""
    return [_invite(row) for row in await tx.fetch(WORDLESS, ids)]


async def list_taken(
    tx: Transaction, couple_id: UUID, from_at: datetime, to_at: datetime
) -> list[tuple[datetime, datetime]]:
    """The times this couple has accepted that overlap `[from_at, to_at)`, in order."""
    return [(row["starts_at"], row["ends_at"]) for row in await tx.fetch(TAKEN, couple_id, from_at, to_at)]


async def save_new_invite(tx: Transaction, invite: Invite, words: Words) -> None:
    """Keep a new invite, its words sealed."""
    title = await tx.keyring.encrypt(invite.couple_id, f"invite:{invite.id}:title", words.title)
    note = await tx.keyring.encrypt(invite.couple_id, f"invite:{invite.id}:note", words.note)
    await tx.execute(
        ADD, invite.id, invite.couple_id, invite.creator, invite.invitee, invite.state, invite.sequence, invite.revision,
        invite.zone, invite.starts_at, invite.ends_at, invite.created_at, title, note,
    )  # fmt: skip
    await _save_what_stands(tx, invite)


async def save_invite(tx: Transaction, invite: Invite) -> None:
    """Keep the step an invite has taken."""
    await tx.execute(
        MOVE, invite.id, invite.state, invite.sequence, invite.revision, invite.starts_at, invite.ends_at
    )  # fmt: skip
    await _save_what_stands(tx, invite)


async def save_expired(tx: Transaction, invites: Sequence[Invite]) -> None:
    """Keep that these have expired."""
    await tx.executemany(CLOSE, [(invite.id, invite.state, invite.revision) for invite in invites])
    await forget_expiries(tx, [invite.id for invite in invites])


async def forget_expiries(tx: Transaction, invite_ids: Iterable[UUID]) -> None:
    """These can no longer expire."""
    await tx.execute(FORGET, list(invite_ids))


async def forget_couple_expiries(tx: Transaction, couple_id: UUID) -> None:
    """Nothing of this couple expires any more."""
    await tx.execute(FORGET_ALL, couple_id)


async def _save_what_stands(tx: Transaction, invite: Invite) -> None:
    stands = invite.history[-1]
    place = len(invite.history) - 1
    proposal = (invite.id, place, stands.by, stands.starts_at, stands.ends_at, stands.at)
    if invite.state is State.OPEN:
        await tx.execute(PROPOSE, *proposal, invite.couple_id, invite.expires_at)
    else:
        await tx.execute(ADD_PROPOSAL, *proposal)
        await forget_expiries(tx, [invite.id])


def _invite(row: Row) -> Invite:
    history = zip(row["bys"], row["starts"], row["ends"], row["ats"], strict=True)
    return Invite(
        id=row["id"],
        uid=str(row["id"]),
        couple_id=row["couple_id"],
        creator=row["creator"],
        invitee=row["invitee"],
        state=State(row["state"]),
        sequence=row["sequence"],
        zone=row["zone"],
        history=tuple(Proposal(*each) for each in history),
        revision=row["revision"],
    )


async def _words(tx: Transaction, row: Row) -> Words:
    owner, name = row["couple_id"], f"invite:{row['id']}"
    title = await tx.keyring.decrypt(owner, f"{name}:title", row["title"])
    note = await tx.keyring.decrypt(owner, f"{name}:note", row["note"])
    return Words(title, note)
