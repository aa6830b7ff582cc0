"""How are sessions kept? As rows with a chain of hashed refresh tokens; ended ones also where every call looks.

A client's name is what its owner called it, so it lies encrypted under the owner's key.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pairing.defaults import REFRESH_FOR
from pairing.domain.sessions import RefreshToken, Session
from pairing.store.secrets import random_token, token_hash
from twolamps_chassis.couples import end_session
from twolamps_chassis.db import Row, Transaction
from twolamps_chassis.pages import Place


async def save_session(tx: Transaction, session: UUID, person: UUID, client_name: str) -> None:
    """Keep a new session."""
    sql = """INSERT INTO sessions (id, person_id, client_name, created_at, last_used_at) VALUES ($1, $2, $3, $4, $4)"""
    name = await tx.keyring.encrypt(person, f"session:{session}", client_name)
    await tx.execute(sql, session, person, name, tx.now)


async def list_sessions(tx: Transaction, size: int, place: Place | None, ids: Sequence[UUID]) -> list[Session]:
    """My sessions that go on, newest first, one more than `size`; only `ids` where there are any."""
    sql = """SELECT id, client_name, created_at, last_used_at FROM sessions
             WHERE person_id = $1 AND ended_at IS NULL AND last_used_at > $2
               AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4)) AND (cardinality($5::uuid[]) = 0 OR id = ANY($5))
             ORDER BY created_at DESC, id DESC LIMIT $6"""
    after = (place.at, place.id) if place else (None, None)
    rows = await tx.fetch(sql, tx.me, tx.now - REFRESH_FOR, *after, list(ids), size + 1)
    return [await _session(row, tx) for row in rows]


async def end_sessions(tx: Transaction, person: UUID, ids: Sequence[UUID] | None = None) -> list[UUID]:
    """End `ids` of a person's sessions, or all; those that had not ended."""
    sql = """UPDATE sessions SET ended_at = $2 WHERE person_id = $1 AND ended_at IS NULL
             AND ($3::uuid[] IS NULL OR id = ANY($3)) RETURNING id"""
    ended = [row["id"] for row in await tx.fetch(sql, person, tx.now, ids)]
    for session in ended:
        await end_session(tx, person, session)
    return ended


async def find_chain(tx: Transaction, token: str) -> tuple[UUID, UUID] | None:
    """Whose token this is, live or not: the person and the session."""
    sql = """SELECT s.person_id, s.id FROM refresh_tokens AS t JOIN sessions AS s ON s.id = t.session_id
             WHERE t.token_hash = $1"""
    row = await tx.fetchrow(sql, token_hash(token))
    return (row["person_id"], row["id"]) if row else None


async def load_token(tx: Transaction, token: str) -> RefreshToken:
    """A token of a chain that was found, read under the person's lock."""
    sql = """SELECT t.made_at, t.used_at, t.withdrawn_at IS NOT NULL AS withdrawn, s.ended_at IS NOT NULL AS ended,
                    EXISTS (SELECT 1 FROM refresh_tokens AS live WHERE live.session_id = t.session_id
                            AND live.made_by = t.token_hash AND live.used_at IS NULL AND live.withdrawn_at IS NULL) AS live
             FROM refresh_tokens AS t JOIN sessions AS s ON s.id = t.session_id WHERE t.token_hash = $1"""
    row = await tx.fetchrow(sql, token_hash(token))
    assert row is not None
    return RefreshToken(row["made_at"], row["used_at"], row["withdrawn"], row["live"], row["ended"])


async def save_web_secret(tx: Transaction, session: UUID) -> str:
    """Give a session the secret of a browser's cookie; it is told once, here."""
    secret = random_token()
    await tx.execute("INSERT INTO web_secrets (secret_hash, session_id) VALUES ($1, $2)", token_hash(secret), session)
    return secret


async def find_web_session(tx: Transaction, secret: str, used_after: datetime) -> tuple[UUID, UUID] | None:
    """Whose secret this is, while the session goes on and was used after a moment: the person and the session."""
    sql = """SELECT s.person_id, s.id FROM web_secrets AS w JOIN sessions AS s ON s.id = w.session_id
             WHERE w.secret_hash = $1 AND s.ended_at IS NULL AND s.last_used_at > $2"""
    row = await tx.fetchrow(sql, token_hash(secret), used_after)
    return (row["person_id"], row["id"]) if row else None


async def use_session(tx: Transaction, session: UUID) -> None:
    """A session was used now."""
    await tx.execute("UPDATE sessions SET last_used_at = $2 WHERE id = $1", session, tx.now)


async def save_first_token(tx: Transaction, session: UUID) -> str:
    """Begin a session's chain; the token itself is told once, here."""
    return await _save_token(tx, session, None)


async def rotate(tx: Transaction, session: UUID, used: str) -> str:
    """The next token of a chain after `used`: what was live is used up or withdrawn, what has lapsed is forgotten."""
    use = """UPDATE refresh_tokens SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL"""
    await tx.execute(use, token_hash(used), tx.now)
    withdraw = """UPDATE refresh_tokens SET withdrawn_at = $2
                  WHERE session_id = $1 AND used_at IS NULL AND withdrawn_at IS NULL"""
    await tx.execute(withdraw, session, tx.now)
    forget = "DELETE FROM refresh_tokens WHERE session_id = $1 AND made_at <= $2"
    await tx.execute(forget, session, tx.now - REFRESH_FOR)
    await use_session(tx, session)
    return await _save_token(tx, session, token_hash(used))


async def _save_token(tx: Transaction, session: UUID, made_by: bytes | None) -> str:
    token = random_token()
    sql = "INSERT INTO refresh_tokens (token_hash, session_id, made_by, made_at) VALUES ($1, $2, $3, $4)"
    await tx.execute(sql, token_hash(token), session, made_by, tx.now)
    return token


async def _session(row: Row, tx: Transaction) -> Session:
    name = await tx.keyring.decrypt(tx.me, f"session:{row['id']}", row["client_name"])
    return Session(row["id"], name, row["created_at"], row["last_used_at"], row["id"] == tx.session)
