"""Where is a record that could not be applied? Here, where an operator finds it: early, failed, or behind a failed one.

Promises: a record is parked in the transaction that moves the cursor past it, so it is never lost and never twice; a
failed one is tried again with growing pauses, eight times, then left for `twolamps dlq`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from twolamps_events.pairing import CoupleSnapshot, PersonSnapshot

if TYPE_CHECKING:
    from twolamps_chassis.db import Row, Transaction
    from twolamps_chassis.records import Record

ENVELOPE = "key, seq, epoch, type, time, traceparent, body"
ATTEMPTS = 8
SNAPSHOTS = (CoupleSnapshot.ce_type(), PersonSnapshot.ce_type())
"""What a stream can be taken up from without what is before it."""
WAIT_FOR_HISTORY = timedelta(seconds=30)


async def lock_cursors(tx: "Transaction", source: str, keys: Sequence[UUID]) -> dict[UUID, int]:
    """The last settled seq of each stream, locked in key order."""
    sql = "SELECT key, seq FROM cursors WHERE source = $1 AND key = ANY($2::uuid[]) ORDER BY key FOR UPDATE"
    rows = await tx.fetch(sql, source, keys)
    if len(rows) < len(keys):
        new = (
            "INSERT INTO cursors (source, key, seq) SELECT $1, unnest($2::uuid[]), 0 ORDER BY 2 ON CONFLICT DO NOTHING"
        )
        await tx.execute(new, source, keys)
        rows = await tx.fetch(sql, source, keys)
    return {row["key"]: row["seq"] for row in rows}


async def save_cursors(tx: "Transaction", source: str, cursors: Mapping[UUID, int]) -> None:
    """Move cursors."""
    sql = """UPDATE cursors SET seq = v.seq FROM unnest($2::uuid[], $3::bigint[]) AS v(key, seq)
             WHERE cursors.source = $1 AND cursors.key = v.key"""
    if cursors:
        await tx.execute(sql, source, list(cursors), list(cursors.values()))


async def list_reasons(tx: "Transaction", source: str, keys: Sequence[UUID]) -> dict[UUID, str]:
    """Streams on which something is parked, with the reason of the lowest: 'failed', or 'gap' where nothing failed."""
    sql = """SELECT stream.key, lowest.reason FROM unnest($2::uuid[]) AS stream(key), LATERAL (
                 SELECT reason FROM parked WHERE source = $1 AND key = stream.key ORDER BY seq LIMIT 1) AS lowest"""
    return {row["key"]: row["reason"] for row in await tx.fetch(sql, source, keys)}


async def list_held_behind(tx: "Transaction", source: str, places: Sequence[tuple[UUID, int]]) -> "list[Row]":
    """Envelopes of what came early and lies right behind these places, without a hole; no more, as it may be much."""
    sql = f"""WITH RECURSIVE place AS (
                  SELECT * FROM unnest($2::uuid[], $3::bigint[]) AS given(key, seq)
                  UNION
                  SELECT held.key, held.seq FROM place, LATERAL (
                      SELECT key, seq FROM parked
                      WHERE source = $1 AND key = place.key AND seq = place.seq + 1 AND reason = 'gap' LIMIT 1) AS held)
              SELECT held.* FROM place, LATERAL (
                  SELECT {ENVELOPE} FROM parked
                  WHERE source = $1 AND key = place.key AND seq = place.seq + 1 AND reason = 'gap' LIMIT 1) AS held"""
    return await tx.fetch(sql, source, [key for key, _ in places], [seq for _, seq in places]) if places else []


async def list_failed(tx: "Transaction", source: str, key: UUID, most: int) -> "list[Row]":
    """Envelopes of the failed record of a stream and what is behind it, in order."""
    sql = f"SELECT {ENVELOPE} FROM parked WHERE source = $1 AND key = $2 AND reason <> 'gap' ORDER BY seq LIMIT $3"
    return await tx.fetch(sql, source, key, most)


async def find_reason(tx: "Transaction", source: str, key: UUID, seq: int) -> str | None:
    """Why a record lies here; None where it does not."""
    sql = "SELECT reason FROM parked WHERE source = $1 AND key = $2 AND seq = $3"
    reason: str | None = await tx.fetchval(sql, source, key, seq)
    return reason


async def promote(tx: "Transaction", source: str, key: UUID) -> None:
    """The lowest that is behind has its turn, where nothing before it is left: it is due at once."""
    sql = """UPDATE parked SET reason = 'failed', retry_at = $3 WHERE source = $1 AND key = $2 AND reason = 'behind'
             AND seq = (SELECT min(seq) FROM parked WHERE source = $1 AND key = $2 AND reason <> 'gap')"""
    await tx.execute(sql, source, key, tx.now)


async def release(tx: "Transaction", source: str, key: UUID, first: int, last: int) -> None:
    """A run of held records has its turn: behind what failed before it, else at once."""
    sql = """UPDATE parked SET
                 reason = CASE WHEN seq = $3 AND NOT failing.there THEN 'failed' ELSE 'behind' END,
                 retry_at = CASE WHEN seq = $3 AND NOT failing.there THEN $5::timestamptz END
             FROM (SELECT EXISTS (SELECT 1 FROM parked WHERE source = $1 AND key = $2 AND reason <> 'gap') AS there) AS failing
             WHERE source = $1 AND key = $2 AND seq BETWEEN $3 AND $4"""
    await tx.execute(sql, source, key, first, last, tx.now)


async def find_snapshot(tx: "Transaction", source: str, key: UUID) -> int | None:
    """Where the first snapshot lies that is held on a stream."""
    sql = "SELECT min(seq) FROM parked WHERE source = $1 AND key = $2 AND reason = 'gap' AND type = ANY($3::text[])"
    seq: int | None = await tx.fetchval(sql, source, key, SNAPSHOTS)
    return seq


async def forget_before(tx: "Transaction", source: str, key: UUID, seq: int) -> None:
    """Give up what is held below a place."""
    sql = "DELETE FROM parked WHERE source = $1 AND key = $2 AND seq < $3 AND reason = 'gap'"
    await tx.execute(sql, source, key, seq)


async def list_due(tx: "Transaction", source: str) -> list[tuple[UUID, str]]:
    """Streams where something is due: a failed record to be tried again, or a snapshot held as a gap; with the reason."""
    sql = "SELECT DISTINCT key, reason FROM parked WHERE source = $1 AND retry_at <= $2 LIMIT 100"
    return [(row["key"], row["reason"]) for row in await tx.fetch(sql, source, tx.now)]


async def park(
    tx: "Transaction", records: "Iterable[Record]", reason: Literal["gap", "failed", "behind"], error: str = ""
) -> None:
    """Park records; one that lies here already stays as it is."""
    sql = f"""INSERT INTO parked (source, {ENVELOPE}, reason, error, retry_at, parked_at)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
                      $11, $12) ON CONFLICT DO NOTHING"""
    failed_at = tx.now + timedelta(seconds=1) if reason == "failed" else None
    snapshot_at = tx.now + WAIT_FOR_HISTORY if reason == "gap" else None
    rows = [
        (
            r.source, r.key, r.seq, r.epoch, r.type, r.time, r.traceparent, r.body, reason, error,
            snapshot_at if r.type in SNAPSHOTS and snapshot_at else failed_at, tx.now,
        )
        for r in records
    ]  # fmt: skip
    if rows:
        await tx.executemany(sql, rows)


async def count_attempt(tx: "Transaction", source: str, key: UUID, error: str) -> None:
    """One more attempt failed: the next is later by a factor of three, until there is none."""
    sql = """UPDATE parked SET attempts = attempts + 1, error = $3,
                 retry_at = CASE WHEN attempts + 1 < $5 THEN $4::timestamptz + interval '1 second' * 3 ^ (attempts + 1) END
             WHERE source = $1 AND key = $2 AND reason = 'failed'"""
    await tx.execute(sql, source, key, error, tx.now, ATTEMPTS)


async def remove(tx: "Transaction", source: str, places: Sequence[tuple[UUID, int]]) -> None:
    """Take records out, because they were applied."""
    sql = """DELETE FROM parked USING unnest($2::uuid[], $3::bigint[]) AS v(key, seq)
             WHERE parked.source = $1 AND parked.key = v.key AND parked.seq = v.seq"""
    if places:
        await tx.execute(sql, source, [key for key, _ in places], [seq for _, seq in places])
