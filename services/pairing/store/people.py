"""How are people kept? Mail, display name and pronouns are encrypted under the person's own key."""

from uuid import UUID

from pairing.domain.errors import WrongCredentials, WrongPassword
from pairing.domain.people import Me, OtherSide
from pairing.store.secrets import Secrets
from twolamps_chassis.db import Row, Transaction
from twolamps_chassis.errors import NotFound


async def save_person(tx: Transaction, me: Me, mail_hash: bytes, password_hash: str) -> bool:
    """Keep a new person; False where the mail is known, and then nothing is kept."""
    seal = tx.keyring.encrypt
    sealed = [
        await seal(me.person_id, name, text)
        for name, text in (("mail", me.mail), ("display_name", me.display_name), ("pronouns", me.pronouns))
    ]
    sql = """INSERT INTO people (id, mail_hash, password_hash, zone, locale, created_at, mail, display_name, pronouns)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (mail_hash) DO NOTHING RETURNING true"""
    kept = await tx.fetchval(sql, me.person_id, mail_hash, password_hash, me.zone, me.locale, me.created_at, *sealed)
    return bool(kept)


async def load_me(tx: Transaction) -> Me:
    """The profile of the caller; raises NotFound."""
    sql = "SELECT id, mail, display_name, pronouns, zone, locale, created_at FROM people WHERE id = $1"
    row = await tx.fetchrow(sql, tx.me)
    if row is None:
        raise NotFound
    mail = await tx.keyring.decrypt(tx.me, "mail", row["mail"])
    seen = await _other_side(tx, row)
    return Me(row["id"], mail, seen.display_name, seen.pronouns, row["zone"], row["locale"], row["created_at"])


async def save_profile(tx: Transaction, me: Me) -> None:
    """Keep what a person may change of their profile."""
    name = await tx.keyring.encrypt(me.person_id, "display_name", me.display_name)
    pronouns = await tx.keyring.encrypt(me.person_id, "pronouns", me.pronouns)
    sql = "UPDATE people SET display_name = $2, pronouns = $3, zone = $4, locale = $5 WHERE id = $1"
    await tx.execute(sql, me.person_id, name, pronouns, me.zone, me.locale)


async def check_credentials(tx: Transaction, secrets: Secrets, mail: str, password: str) -> UUID:
    """Whose mail and password these are. Raises WrongCredentials, alike and after the same work for either."""
    sql = "SELECT id, password_hash FROM people WHERE mail_hash = $1"
    row = await tx.fetchrow(sql, secrets.mail_hash(mail))
    if not await secrets.fits(password, row["password_hash"] if row else None) or row is None:
        raise WrongCredentials
    person: UUID = row["id"]
    return person


async def check_password(tx: Transaction, secrets: Secrets, password: str) -> None:
    """That this is my password. Raises WrongPassword."""
    kept = await tx.fetchval("SELECT password_hash FROM people WHERE id = $1", tx.me)
    if not await secrets.fits(password, kept):
        raise WrongPassword


async def load_other_side(tx: Transaction, person: UUID) -> OtherSide:
    """What the other of a pairing or couple sees of `person`; only for callers who are that other one."""
    row = await tx.fetchrow("SELECT id, display_name, pronouns FROM people WHERE id = $1", person)
    if row is None:
        raise NotFound
    return await _other_side(tx, row)


async def load_zone(tx: Transaction, person: UUID) -> str:
    """The IANA zone of a person; raises NotFound."""
    zone = await tx.fetchval("SELECT zone FROM people WHERE id = $1", person)
    if zone is None:
        raise NotFound
    return str(zone)


async def _other_side(tx: Transaction, row: Row) -> OtherSide:
    name = await tx.keyring.decrypt(row["id"], "display_name", row["display_name"])
    return OtherSide(name, await tx.keyring.decrypt(row["id"], "pronouns", row["pronouns"]))
