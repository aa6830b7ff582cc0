"""What happens to the same command sent twice? The second gets the first one's reply, byte for byte.

Promises: the row is written by the command's own transaction, so only successes are kept; a twin waits for the first
at the stream lock; the reply is encrypted under the person's key; rows live seven days.
"""

import hashlib
import hmac
from datetime import timedelta
from typing import TYPE_CHECKING

from twolamps_chassis.errors import IdempotencyKeyRequired, IdempotencyKeyReused
from twolamps_chassis.outbox import KeptReply

if TYPE_CHECKING:
    from twolamps_chassis.db import Transaction

KEPT_FOR = timedelta(days=7)


def check_key(key: str) -> str:
    """The key itself; raises IdempotencyKeyRequired where it is missing or malformed."""
    if not 1 <= len(key) <= 255 or not all("!" <= c <= "~" for c in key):
        raise IdempotencyKeyRequired(field="Idempotency-Key")
    return key


async def find_reply(tx: "Transaction", method: str, key: str, request: bytes) -> bytes | None:
    """The reply kept for this key; raises IdempotencyKeyReused where it came with another request."""
    sql = "SELECT request_hash, reply FROM idempotency WHERE person = $1 AND method = $2 AND key = $3"
    row = await tx.fetchrow(sql, tx.me, method, key)
    if row is None:
        return None
    if not hmac.compare_digest(row["request_hash"], _digest(request)):
        raise IdempotencyKeyReused(field="Idempotency-Key")
    return await tx.keyring.decrypt_bytes(tx.me, f"reply:{method}:{key}", row["reply"])


async def keep_reply(tx: "Transaction", method: str, key: str, request: bytes, reply: bytes) -> None:
    """Keep the reply with the state it tells of, when that commits."""
    sealed = await tx.keyring.encrypt_bytes(tx.me, f"reply:{method}:{key}", reply)
    tx.kept.append(KeptReply(tx.me, method, key, _digest(request), sealed))


async def forget_replies(tx: "Transaction") -> None:
    """Drop rows that are older than seven days."""
    await tx.execute("DELETE FROM idempotency WHERE created_at < $1", tx.now - KEPT_FOR)


def _digest(request: bytes) -> bytes:
    return hashlib.sha256(request).digest()
