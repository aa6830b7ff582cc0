"""What puts writes in order? One row per stream: a couple, or a person. Every writing transaction locks it first.

Promises: seq is gapless and rises in commit order per stream and service; rows are locked in key order, so that two
transactions never wait for each other; the epoch is read under the lock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy


@dataclass(slots=True)
class Stream:
    """A locked stream row; `seq` is the last one taken."""

    epoch: int
    seq: int


async def lock_streams(conn: "PoolConnectionProxy", keys: Iterable[UUID]) -> dict[UUID, Stream]:
    """Lock the rows of `keys` in key order, making those that are new. Waits at most lock_timeout."""
    wanted = sorted(set(keys))
    locked = "SELECT key, epoch, seq FROM streams WHERE key = ANY($1::uuid[]) ORDER BY key FOR UPDATE"
    rows = await conn.fetch(locked, wanted)
    if len(rows) < len(wanted):
        new = "INSERT INTO streams (key) SELECT unnest($1::uuid[]) ORDER BY 1 ON CONFLICT DO NOTHING"
        await conn.execute(new, wanted)
        rows = await conn.fetch(locked, wanted)
    return {row["key"]: Stream(row["epoch"], row["seq"]) for row in rows}


async def raise_epoch(conn: "PoolConnectionProxy", key: UUID, stream: Stream, epoch: int) -> bool:
    """Begin `epoch` on a locked stream; False where it has begun already."""
    if stream.epoch >= epoch:
        return False
    await conn.execute("UPDATE streams SET epoch = $2 WHERE key = $1", key, epoch)
    stream.epoch = epoch
    return True
