"""Where does notifications keep things? All of its SQL: heads, items, and the change log of each person.

Promises: whoever changes an inbox holds its head, taken in the order of people; a page and its head, or changes and
their heads, are read by one statement and so in one snapshot.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from notifications.domain.items import Change, Facts, Heads, Item, Op, Subject, party
from notifications.domain.kinds import Notice, Pulled, text_of
from twolamps_chassis.db import Row, Transaction

LOCK_HEADS = """
SELECT person, seq, (SELECT log_epoch()) AS log_epoch FROM heads
WHERE person IN (SELECT unnest($1::uuid[]) UNION SELECT inviter FROM couples WHERE id = ANY($2::uuid[])
                 UNION SELECT invitee FROM couples WHERE id = ANY($2) UNION SELECT unnest($2))
ORDER BY person FOR UPDATE
"""
MAKE_HEADS = "INSERT INTO heads (person) SELECT unnest($1::uuid[]) ORDER BY 1 ON CONFLICT DO NOTHING"
ADD = """
WITH new AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::uuid[])
        AS new(id, person, seq, couple_id, subject_id, by_person, facts, matter)
), added AS (
    INSERT INTO items
        (id, person, added_seq, couple_id, kind, subject_type, subject_id, by_person, facts, matter, created_at)
    SELECT id, person, seq, couple_id, $9, $10, subject_id, by_person, facts::jsonb, matter, $11 FROM new
), logged AS (
    INSERT INTO changes (person, seq, item_id, op, changed_at) SELECT person, seq, id, 'added', $11 FROM new
)
UPDATE heads SET seq = v.seq FROM (SELECT person, max(seq) AS seq FROM new GROUP BY person) AS v
WHERE heads.person = v.person
"""
APPEND = """
WITH new AS (
    SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[]) AS new(person, seq, item_id, op)
), logged AS (
    INSERT INTO changes (person, seq, item_id, op, changed_at) SELECT person, seq, item_id, op, $5 FROM new
)
UPDATE heads SET seq = v.seq FROM (SELECT person, max(seq) AS seq FROM new GROUP BY person) AS v
WHERE heads.person = v.person
"""
PULL = """
UPDATE items SET removed_at = $5
FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bool[]) AS pull(person, kind, matter, unread_only)
WHERE items.matter = pull.matter AND items.person = pull.person AND items.kind = pull.kind
  AND items.removed_at IS NULL AND (items.state = 'unread' OR NOT pull.unread_only)
RETURNING items.person, items.id, items.added_seq
"""
PULL_COUPLE = """
UPDATE items SET removed_at = $2 WHERE couple_id = $1 AND removed_at IS NULL RETURNING person, id, added_seq
"""
READ_ITEM = """
UPDATE items SET state = 'read' WHERE person = $1 AND id = $2 AND removed_at IS NULL AND state = 'unread' RETURNING *
"""
LIST_INBOX = """
SELECT head.*, page.* FROM (
    SELECT (SELECT log_epoch()) AS log_epoch, coalesce((SELECT seq FROM heads WHERE person = $1), 0) AS head
) AS head LEFT JOIN LATERAL (
    SELECT * FROM items WHERE person = $1 AND removed_at IS NULL AND ($2::int IS NULL OR added_seq < $2)
      AND ($3::uuid[] IS NULL OR id = ANY($3)) AND ($4 = '' OR state = $4)
    ORDER BY added_seq DESC LIMIT $5
) AS page ON true ORDER BY page.added_seq DESC
"""
LIST_CHANGES = """
SELECT asked.n, asked.person, (SELECT log_epoch()) AS log_epoch, coalesce(heads.seq, 0) AS head,
       change.seq, change.op, change.item_id AS id, items.kind, items.subject_type, items.subject_id, items.by_person,
       items.facts, items.state, items.created_at, items.removed_at
FROM unnest($1::uuid[], $2::int[]) WITH ORDINALITY AS asked(person, place, n)
LEFT JOIN heads ON heads.person = asked.person
LEFT JOIN LATERAL (
    SELECT seq, op, item_id FROM changes WHERE changes.person = asked.person AND changes.seq > asked.place
    ORDER BY seq LIMIT $3
) AS change ON true
LEFT JOIN items ON items.id = change.item_id
ORDER BY asked.n, change.seq
"""
LIST_HEADS = """
SELECT asked.person, asked.session, (SELECT log_epoch()) AS log_epoch, coalesce(heads.seq, 0) AS seq,
       ended.session_id IS NOT NULL AS closed
FROM unnest($1::uuid[], $2::uuid[]) AS asked(person, session)
LEFT JOIN heads ON heads.person = asked.person LEFT JOIN ended_sessions AS ended ON ended.session_id = asked.session
"""
FORGET_CHANGES = """
DELETE FROM changes USING (
    SELECT person, max(seq) AS seq FROM (SELECT person, seq FROM changes WHERE changed_at < $1 LIMIT $2) AS expired
    GROUP BY person
) AS old WHERE changes.person = old.person AND changes.seq <= old.seq
"""
FORGET_ITEMS = """
DELETE FROM items WHERE id IN (SELECT id FROM items WHERE created_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
"""


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Some of an inbox, each with its place in the log, and where the log stood."""

    log_epoch: str
    head: int
    items: Sequence[tuple[int, Item]]


@dataclass(frozen=True, slots=True)
class LogPage:
    """What follows a place of a person's log, oldest first, and the log's head."""

    person: UUID
    head: int
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class StreamHead:
    """The head of a stream's person, and whether the stream's session has ended."""

    person_id: UUID
    session_id: UUID
    seq: int
    closed: bool


async def list_members(tx: Transaction, couple_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, UUID]]:
    """Both people of each of these couples that is known."""
    sql = "SELECT id, inviter, invitee FROM couples WHERE id = ANY($1::uuid[])"
    return {row["id"]: (row["inviter"], row["invitee"]) for row in await tx.fetch(sql, couple_ids)}


async def lock_heads(tx: Transaction, people: Iterable[UUID]) -> Heads:
    """The heads of `people`, those that are new made.

    Locked with them, in the order of people, is everyone whose stream, or whose couple's, this transaction has locked: a
    batch that comes back for more finds it its own, so no two of them wait for each other.
    """
    wanted = set(people)
    rows = await tx.fetch(LOCK_HEADS, wanted, tx.streams.keys())
    if new := wanted - {row["person"] for row in rows}:
        await tx.execute(MAKE_HEADS, new)
        rows += await tx.fetch(LOCK_HEADS, new, [])
    log_epoch = rows[0]["log_epoch"] if rows else ""  # of nobody nothing is told
    return Heads(log_epoch, {row["person"]: row["seq"] for row in rows})


async def save_added(tx: Transaction, notices: Sequence[Notice], changes: Sequence[Change]) -> None:
    """Keep notices, all of one kind, as items under the ids and numbers of the changes that add them; move the heads."""
    await tx.execute(
        ADD, [c.item_id for c in changes], [c.person for c in changes], [c.seq for c in changes],
        [n.ends_with for n in notices], [n.subject.id for n in notices], [n.by for n in notices],
        [_json(n.facts) for n in notices], [n.matter for n in notices], notices[0].kind, notices[0].subject.type, tx.now,
    )  # fmt: skip


async def save_changes(tx: Transaction, changes: Sequence[Change]) -> None:
    """Append to the logs, and move their heads."""
    await tx.execute(
        APPEND, [c.person for c in changes], [c.seq for c in changes], [c.item_id for c in changes],
        [c.op for c in changes], tx.now,
    )  # fmt: skip


async def remove_pulled(tx: Transaction, pulled: Collection[Pulled]) -> list[tuple[UUID, UUID]]:
    """Take items out of inboxes; (person, id) of each, in the order in which they were added."""
    given = ([p.person for p in pulled], [p.kind for p in pulled], [p.matter for p in pulled])
    return _in_order(await tx.fetch(PULL, *given, [p.unread_only for p in pulled], tx.now))


async def list_people(tx: Transaction, couple_id: UUID) -> list[UUID]:
    """Who has something in the inbox that ends with the couple."""
    sql = "SELECT DISTINCT person FROM items WHERE couple_id = $1 AND removed_at IS NULL"
    return [row["person"] for row in await tx.fetch(sql, couple_id)]


async def remove_of_couple(tx: Transaction, couple_id: UUID) -> list[tuple[UUID, UUID]]:
    """Take out of both inboxes what ends with the couple; (person, id) of each, in the order in which they were added."""
    return _in_order(await tx.fetch(PULL_COUPLE, couple_id, tx.now))


async def save_read(tx: Transaction, item_id: UUID) -> Item | None:
    """Mark my item read; None where it is not there or not unread."""
    row = await tx.fetchrow(READ_ITEM, tx.me, item_id)
    return _item(row, tx.me) if row is not None else None


async def list_inbox(tx: Transaction, before: int | None, ids: Sequence[UUID], state: str, most: int) -> InboxPage:
    """My items, newest first: those added before a place, among `ids` if there are any, in `state` unless it is ''."""
    rows = await tx.fetch(LIST_INBOX, tx.me, before, list(ids) or None, state, most)
    items = [(row["added_seq"], _item(row, tx.me)) for row in rows if row["id"] is not None]
    return InboxPage(rows[0]["log_epoch"], rows[0]["head"], items)


async def list_changes(tx: Transaction, places: Sequence[tuple[UUID, int]], most: int) -> tuple[str, list[LogPage]]:
    """The log's name, and at most so many changes after each place. Of what was pulled back since, only that is told."""
    rows = await tx.fetch(LIST_CHANGES, [person for person, _ in places], [seq for _, seq in places], most)
    pages: list[list[Row]] = [[] for _ in places]
    for row in rows:
        pages[row["n"] - 1].append(row)
    log_epoch = rows[0]["log_epoch"] if rows else ""
    return log_epoch, [
        LogPage(page[0]["person"], page[0]["head"], [_change(row) for row in page if row["seq"] is not None])
        for page in pages
    ]


async def list_heads(tx: Transaction, streams: Sequence[tuple[UUID, UUID]]) -> tuple[str, list[StreamHead]]:
    """The log's name, and the head of each (person, session)."""
    rows = await tx.fetch(LIST_HEADS, [person for person, _ in streams], [session for _, session in streams])
    found = [StreamHead(row["person"], row["session"], row["seq"], row["closed"]) for row in rows]
    return rows[0]["log_epoch"] if rows else "", found


async def remove_older(tx: Transaction, changes_before: datetime, items_before: datetime, most: int) -> bool:
    """Forget old changes, always the first ones of a person, and old items; True where there may be more."""
    tags = (
        await tx.execute(FORGET_CHANGES, changes_before, most),
        await tx.execute(FORGET_ITEMS, items_before, most),
    )
    return any(int(tag.split()[1]) >= most for tag in tags)


async def save_tidying(tx: Transaction, due_at: datetime) -> None:
    """When to tidy next."""
    await tx.execute("UPDATE tidyings SET due_at = $1", due_at)


def _change(row: Row) -> Change:
    gone = row["removed_at"] is not None or row["kind"] is None
    op: Op = "removed" if gone else row["op"]
    item = None if gone else _item(row, row["person"])
    return Change(row["log_epoch"], row["person"], row["seq"], op, row["id"], item)


def _item(row: Row, reader: UUID) -> Item:
    subject = Subject(row["subject_type"], row["subject_id"])
    by, facts = party(row["by_person"], reader), _facts(json.loads(row["facts"]))
    kind = row["kind"]
    return Item(row["id"], kind, subject, by, facts, text_of(kind), row["state"], row["created_at"])


def _facts(kept: Mapping[str, Any]) -> Facts:
    moments = {name: datetime.fromisoformat(kept[name]) for name in ("starts_at", "ends_at") if name in kept}
    return Facts(**{**kept, **moments})


@lru_cache(maxsize=64)  # both partners get the same facts
def _json(facts: Facts) -> str:
    given = ((name, getattr(facts, name)) for name in Facts.__slots__)
    return json.dumps({name: v.isoformat() if isinstance(v, datetime) else v for name, v in given if v})


def _in_order(rows: Iterable[Row]) -> list[tuple[UUID, UUID]]:
    return [(row["person"], row["id"]) for row in sorted(rows, key=lambda row: (row["person"], row["added_seq"]))]
