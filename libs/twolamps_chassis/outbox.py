"""Where do events wait until they are sent? In the outbox, written by the transaction that made them true.

Promises: an event row exists exactly when its state does; ids of one stream rise with its seq, because both are taken
under the stream's lock. The reply that a command keeps goes with its events, in one statement.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from twolamps_chassis.streams import Stream

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

FLUSH = """
WITH taken AS (
    UPDATE streams SET seq = v.seq FROM unnest($1::uuid[], $2::bigint[]) AS v(key, seq) WHERE streams.key = v.key
), kept AS (
    INSERT INTO idempotency (person, method, key, request_hash, reply, created_at)
    SELECT *, $9 FROM unnest($10::uuid[], $11::text[], $12::text[], $13::bytea[], $14::bytea[])
)
INSERT INTO outbox (key, seq, epoch, type, body, time, traceparent)
SELECT key, seq, epoch, type, body, $9, traceparent
FROM unnest($3::uuid[], $4::bigint[], $5::int[], $6::text[], $7::bytea[], $8::text[])
WITH ORDINALITY AS e(key, seq, epoch, type, body, traceparent, n)
ORDER BY n
"""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """An event that was recorded in this transaction."""

    key: UUID
    seq: int
    epoch: int
    type: str
    body: bytes
    traceparent: str


@dataclass(frozen=True, slots=True)
class KeptReply:
    """The sealed reply to a command under its idempotency key."""

    person: UUID
    method: str
    key: str
    request_hash: bytes
    reply: bytes


async def flush(
    conn: "PoolConnectionProxy",
    rows: list[OutboxRow],
    streams: dict[UUID, Stream],
    now: datetime,
    kept: list[KeptReply],
) -> None:
    """Write the recorded events, the streams' new heads and the reply in one statement."""
    keys = {row.key for row in rows}
    await conn.execute(
        FLUSH,
        list(keys),
        [streams[key].seq for key in keys],
        [row.key for row in rows],
        [row.seq for row in rows],
        [row.epoch for row in rows],
        [row.type for row in rows],
        [row.body for row in rows],
        [row.traceparent for row in rows],
        now,
        [reply.person for reply in kept],
        [reply.method for reply in kept],
        [reply.key for reply in kept],
        [reply.request_hash for reply in kept],
        [reply.reply for reply in kept],
    )
