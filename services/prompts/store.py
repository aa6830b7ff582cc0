"""Where does prompts keep things? All of its SQL, its content pack, and what is encrypted how.

Promises: the words of an answer lie under their author's key; nothing here tells one of the two that the other has
sealed, except `load_round_to_seal`, in the transaction that seals; when an answer was sealed is kept nowhere.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from importlib.resources import files
from types import MappingProxyType
from uuid import UUID

from prompts.domain.days import standing_day
from prompts.domain.library import Prompt, parse_pack
from prompts.domain.rounds import Round, RoundTruth
from prompts.domain.views import ReadRound
from twolamps_chassis.couples import Couple
from twolamps_chassis.db import Row, Transaction
from twolamps_chassis.errors import NotFound
from twolamps_chassis.pages import Place

LIBRARY: Mapping[str, Prompt] = MappingProxyType(
    {
        prompt.id: prompt
        for prompt in parse_pack(json.loads((files("prompts") / "content/starter.json").read_text("utf-8")))
    }
)
"""Every prompt there is, by id, in the pack's order. Prompts are added to a pack and never removed: rounds name them."""

LAST_DEALT = "SELECT max(dealt_on) FROM rounds WHERE couple_id = $1"
DEALT = """
SELECT couple_id, prompt_id FROM rounds WHERE couple_id = ANY($1::uuid[])
GROUP BY couple_id, prompt_id ORDER BY couple_id, max(dealt_on + place * interval '1 hour')
"""
CALENDARS = """
SELECT c.id, c.inviter, c.invitee, c.zone, c.day_start,
       (SELECT max(dealt_on) FROM rounds WHERE couple_id = c.id) AS last_dealt_on
FROM couples c JOIN streams s ON s.key = c.id AND s.epoch = c.epoch
WHERE c.id = ANY($1::uuid[]) AND c.ended_at IS NULL ORDER BY c.id
"""
SAVE_ROUNDS = """
INSERT INTO rounds (id, couple_id, prompt_id, dealt_on, place, dealt_at)
SELECT *, $6::timestamptz FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::date[], $5::smallint[])
"""
SAVE_DEALS = """
INSERT INTO deals (stream_key, due_at, state)
SELECT *, 'pending' FROM unnest($1::uuid[], $2::timestamptz[])
ON CONFLICT (stream_key) DO UPDATE SET due_at = excluded.due_at
"""
STOP_DEALS = "UPDATE deals SET state = 'stopped' WHERE stream_key = $1"

# $1 is the reader, $2 their connected couple or NULL. Row level security hides the partner's words again.
READ = """
SELECT r.id, r.couple_id, r.prompt_id, r.dealt_on, r.place, r.dealt_at, r.revealed_at, c.inviter, c.invitee,
       mine.text AS my_text,
       (SELECT text FROM answers WHERE round_id = r.id AND author_id <> $1
        AND r.revealed_at IS NOT NULL AND r.couple_id = $2) AS partner_text,
       ARRAY(SELECT person_id FROM lights WHERE round_id = r.id AND standing) AS lit_by,
       ARRAY(SELECT person_id FROM lights WHERE round_id = r.id) AS told_by
FROM rounds r JOIN couples c ON c.id = r.couple_id
LEFT JOIN answers mine ON mine.round_id = r.id AND mine.author_id = $1
"""
READ_DAY = READ + "WHERE r.couple_id = $2 AND r.dealt_on = $3 ORDER BY r.place"
READ_ROUND = READ + "WHERE r.couple_id = $2 AND r.id = $3"
READ_REVEALS = (
    READ
    + """
WHERE r.couple_id = $3 AND r.revealed_at IS NOT NULL
  AND (cardinality($4::uuid[]) = 0 OR r.id = ANY($4))
  AND ($5::timestamptz IS NULL OR (r.revealed_at, r.id) < ($5, $6::uuid))
ORDER BY r.revealed_at DESC, r.id DESC LIMIT $7
"""
)
READ_ANSWERS = (
    READ
    + """
WHERE mine.author_id = $1
  AND (cardinality($3::uuid[]) = 0 OR r.id = ANY($3))
  AND ($4::timestamptz IS NULL OR (r.dealt_at, r.id) < ($4, $5::uuid))
ORDER BY r.dealt_at DESC, r.id DESC LIMIT $6
"""
)
ALLOW_SEALING = "SELECT set_config('app.sealing', $1, true)"
WHO_SEALED = "SELECT person_id FROM seals WHERE round_id = $1"
SAVE_ANSWER = """
INSERT INTO answers (round_id, author_id, text) VALUES ($1, $2, $3)
ON CONFLICT (round_id, author_id) DO UPDATE SET text = excluded.text
"""
REMOVE_ANSWER = "DELETE FROM answers WHERE round_id = $1 AND author_id = $2"
SEAL = "INSERT INTO seals (round_id, person_id) VALUES ($1, $2) ON CONFLICT DO NOTHING"
UNSEAL = "DELETE FROM seals WHERE round_id = $1 AND person_id = $2"
SAVE_LIGHTS = """
INSERT INTO lights (round_id, person_id, standing) SELECT $1, person, person = ANY($3) FROM unnest($2::uuid[]) AS person
ON CONFLICT (round_id, person_id) DO UPDATE SET standing = excluded.standing
"""
REVEAL = "UPDATE rounds SET revealed_at = $2 WHERE id = $1"


@dataclass(frozen=True, slots=True)
class Calendar:
    """A connected couple's calendar, and the couple's day of its last deal."""

    couple_id: UUID
    members: tuple[UUID, UUID]
    zone: str
    day_start: time
    last_dealt_on: date | None


async def list_calendars(tx: Transaction, couple_ids: Sequence[UUID]) -> list[Calendar]:
    """The calendars of those couples that are connected."""
    rows = await tx.fetch(CALENDARS, couple_ids)
    return [
        Calendar(r["id"], (r["inviter"], r["invitee"]), r["zone"], r["day_start"], r["last_dealt_on"]) for r in rows
    ]


async def list_dealt(tx: Transaction, couple_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[str]]:
    """The prompts each couple was dealt, once each, the one dealt longest ago first."""
    dealt: defaultdict[UUID, list[str]] = defaultdict(list)
    for row in await tx.fetch(DEALT, couple_ids):
        dealt[row["couple_id"]].append(row["prompt_id"])
    return dealt


async def save_rounds(tx: Transaction, rounds: Sequence[Round]) -> None:
    """Keep what is dealt now."""
    parts = ([r.id for r in rounds], [r.couple_id for r in rounds], [r.prompt_id for r in rounds])
    await tx.execute(SAVE_ROUNDS, *parts, [r.dealt_on for r in rounds], [r.place for r in rounds], tx.now)


async def save_deals(tx: Transaction, due: Mapping[UUID, datetime]) -> None:
    """Keep when each couple is dealt to next."""
    await tx.execute(SAVE_DEALS, list(due), list(due.values()))


async def stop_deals(tx: Transaction, couple_id: UUID) -> None:
    """Deal to a couple no more."""
    await tx.execute(STOP_DEALS, couple_id)


async def load_today_on(tx: Transaction, couple: Couple) -> date:
    """The couple's day that counts."""
    last_dealt_on: date | None = await tx.fetchval(LAST_DEALT, couple.id)
    return standing_day(tx.now, couple.zone, couple.day_start, last_dealt_on)


async def list_rounds(tx: Transaction, dealt_on: date) -> list[ReadRound]:
    """What I may read of our rounds of a day, the prompt first."""
    return await _opened(tx, await tx.fetch(READ_DAY, tx.me, tx.us.id, dealt_on))


async def load_round(tx: Transaction, round_id: UUID) -> ReadRound:
    """What I may read of one of our rounds; raises NotFound."""
    rows = await _opened(tx, await tx.fetch(READ_ROUND, tx.me, tx.us.id, round_id))
    if not rows:
        raise NotFound
    return rows[0]


async def load_round_to_seal(tx: Transaction, round_id: UUID) -> ReadRound:
    """As `load_round`, and with it who has sealed: for the transaction that holds the couple's stream and seals."""
    read = await load_round(tx, round_id)
    await tx.execute(ALLOW_SEALING, str(round_id))
    sealed_by = frozenset(row["person_id"] for row in await tx.fetch(WHO_SEALED, round_id))
    return replace(read, truth=replace(read.truth, sealed_by=sealed_by))


async def list_reveals(
    tx: Transaction, couple: Couple, ids: Sequence[UUID], after: Place | None, most: int
) -> list[ReadRound]:
    """A couple's opened rounds, newest first; the partner's words only while connected."""
    place = (after.at, after.id) if after else (None, None)
    return await _opened(tx, await tx.fetch(READ_REVEALS, tx.me, _connected(tx), couple.id, ids, *place, most))


async def list_answers(tx: Transaction, ids: Sequence[UUID], after: Place | None, most: int) -> list[ReadRound]:
    """Every round I have an answer in, of all my couples, the one dealt last first."""
    place = (after.at, after.id) if after else (None, None)
    return await _opened(tx, await tx.fetch(READ_ANSWERS, tx.me, _connected(tx), ids, *place, most))


async def save_answer(tx: Transaction, round_id: UUID, text: str) -> None:
    """Keep my words under my key."""
    await tx.execute(SAVE_ANSWER, round_id, tx.me, await tx.keyring.encrypt(tx.me, _name(round_id), text))


async def remove_answer(tx: Transaction, round_id: UUID) -> None:
    """Forget my words."""
    await tx.execute(REMOVE_ANSWER, round_id, tx.me)


async def save_truth(tx: Transaction, truth: RoundTruth) -> None:
    """Keep what is so of a round now: my own seal, the lights, and whether it has opened."""
    round_id = truth.round.id
    await tx.execute(SEAL if tx.me in truth.sealed_by else UNSEAL, round_id, tx.me)
    await tx.execute(SAVE_LIGHTS, round_id, list(truth.told_by), list(truth.lit_by))
    if truth.revealed_at is not None:
        await tx.execute(REVEAL, round_id, truth.revealed_at)


async def _opened(tx: Transaction, rows: Iterable[Row]) -> list[ReadRound]:
    return [await _read_round(tx, row) for row in rows]


async def _read_round(tx: Transaction, row: Row) -> ReadRound:
    members = (row["inviter"], row["invitee"])
    truth = RoundTruth(
        round=Round(row["id"], row["couple_id"], row["prompt_id"], row["dealt_on"], row["place"]),
        members=members,
        sealed_by=frozenset([tx.me] if row["my_text"] is not None else []),
        lit_by=frozenset(row["lit_by"]),
        told_by=frozenset(row["told_by"]),
        revealed_at=row["revealed_at"],
    )
    mine = await _words(tx, tx.me, row["id"], row["my_text"])
    theirs = await _words(tx, truth.partner_of(tx.me), row["id"], row["partner_text"])
    return ReadRound(truth, row["dealt_at"], mine, theirs)


async def _words(tx: Transaction, author_id: UUID, round_id: UUID, sealed: bytes | None) -> str:
    return "" if sealed is None else await tx.keyring.decrypt(author_id, _name(round_id), sealed)


def _name(round_id: UUID) -> str:
    return f"answer:{round_id}"


def _connected(tx: Transaction) -> UUID | None:
    return tx.couple.id if tx.couple else None
