"""GetMe: my profile."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pairing import store
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class GetMe:
    """Read my profile."""


@dataclass(frozen=True)
class Me:
    """A person's own profile."""

    person_id: UUID
    mail: str
    display_name: str
    pronouns: str
    zone: str
    locale: str
    created_at: datetime


async def get_me(command: GetMe, tx: Transaction) -> Me:
    """My profile."""
    person = await store.load_person(tx, tx.me)
    return Me(person.id, person.mail, person.display_name, person.pronouns, person.zone, person.locale, person.created_at)
