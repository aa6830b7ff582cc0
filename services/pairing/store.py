"""Where does pairing keep things? All of its SQL, and what is encrypted how."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from twolamps_chassis.db import Row, Transaction
from twolamps_chassis.errors import NotFound


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person, opened."""

    id: UUID
    mail: str
    display_name: str
    pronouns: str
    zone: str
    locale: str
    password_hash: str
    created_at: datetime


async def load_person(tx: Transaction, person_id: UUID) -> PersonRow:
    """A person; raises NotFound."""
    row = await tx.fetchrow("SELECT * FROM people WHERE id = $1", person_id)
    if row is None:
        raise NotFound
    return await _opened(tx, row)


async def _opened(tx: Transaction, row: Row) -> PersonRow:
    owner = row["id"]
    mail = await tx.keyring.decrypt(owner, "mail", row["mail"])
    name = await tx.keyring.decrypt(owner, "display_name", row["display_name"])
    pronouns = await tx.keyring.decrypt(owner, "pronouns", row["pronouns"])
    return PersonRow(owner, mail, name, pronouns, row["zone"], row["locale"], row["password_hash"], row["created_at"])


async def save_person(tx: Transaction, person: PersonRow, mail_hash: bytes) -> bool:
    """Keep a new person; False where the mail is known."""
    sql = """INSERT INTO people (id, mail_hash, mail, password_hash, display_name, pronouns, zone, locale, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (mail_hash) DO NOTHING RETURNING true"""
    seal = tx.keyring.encrypt
    texts = [await seal(person.id, n, t) for n, t in (("mail", person.mail), ("display_name", person.display_name), ("pronouns", person.pronouns))]
    done = await tx.fetchval(
        sql, person.id, mail_hash, texts[0], person.password_hash, texts[1], texts[2], person.zone, person.locale, person.created_at
    )
    return bool(done)
