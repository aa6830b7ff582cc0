"""CreatePerson: sign up."""

from dataclasses import dataclass, field
from uuid import uuid4

from pairing.defaults import LOCALE
from pairing.domain.people import Me, checked_line, checked_name, checked_zone
from pairing.store.people import save_person
from pairing.store.secrets import Secrets
from twolamps_chassis.db import Transaction
from twolamps_chassis.mail import Mailbox

SUBJECT = "Your Twolamps account"
KNOWN = """Somebody, perhaps you, tried to sign up at Twolamps with this mail address.

You have an account already, so nothing was changed; sign in as usual. If it was not you, there is nothing to do.
"""


@dataclass(frozen=True)
class CreatePerson:
    """Sign up."""

    mail: str
    password: str = field(repr=False)
    display_name: str
    zone: str
    adult: bool
    pronouns: str
    locale: str


async def create_person(command: CreatePerson, tx: Transaction, secrets: Secrets, mailbox: Mailbox) -> None:
    """A new person. A known mail is answered alike, after the same work, and gets a letter; nothing is changed."""
    name, zone = checked_name(command.display_name), checked_zone(command.zone)
    pronouns = checked_line(command.pronouns, "pronouns")
    password_hash = await secrets.hash_password(command.password)
    me = Me(uuid4(), command.mail.strip(), name, pronouns, zone, command.locale or LOCALE, tx.now)
    if not await save_person(tx, me, secrets.mail_hash(command.mail), password_hash):
        tx.on_commit(lambda: mailbox.send(me.mail, SUBJECT, KNOWN))
