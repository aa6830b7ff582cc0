"""CreateSession: sign in."""

from dataclasses import dataclass, field
from uuid import uuid4

from pairing.domain.people import checked_line, normal_mail
from pairing.domain.sessions import Tokens
from pairing.store.people import check_credentials
from pairing.store.secrets import Secrets
from pairing.store.sessions import save_first_token, save_session
from twolamps_chassis.auth import Signer
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class CreateSession:
    """Sign in with mail and password."""

    mail: str
    password: str = field(repr=False)
    client_name: str

    def __post_init__(self) -> None:
        # The limit counts by this field, so another spelling of one mail must not be another count.
        object.__setattr__(self, "mail", normal_mail(self.mail))


async def create_session(command: CreateSession, tx: Transaction, secrets: Secrets, signer: Signer) -> Tokens:
    """A session and its first tokens. Raises NameUnreadable, and WrongCredentials: alike, after the same work, for both."""
    name = checked_line(command.client_name, "client_name")
    person, session = await check_credentials(tx, secrets, command.mail, command.password), uuid4()
    await save_session(tx, session, person, name)
    refresh_token = await save_first_token(tx, session)
    return Tokens(*signer.access_token(person, session), refresh_token, session, person)
