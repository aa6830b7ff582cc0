"""CreateWebSession: sign in a browser."""

from dataclasses import dataclass, field
from uuid import uuid4

from pairing.domain.people import checked_line, normal_mail
from pairing.domain.sessions import WebSession
from pairing.store.people import check_credentials
from pairing.store.secrets import Secrets
from pairing.store.sessions import save_session, save_web_secret
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class CreateWebSession:
    """Sign in with mail and password."""

    mail: str
    password: str = field(repr=False)
    client_name: str

    def __post_init__(self) -> None:
        # The limit counts by this field, so another spelling of one mail must not be another count.
        object.__setattr__(self, "mail", normal_mail(self.mail))


async def create_web_session(command: CreateWebSession, tx: Transaction, secrets: Secrets) -> WebSession:
    """A session and the secret of its cookie. Raises what CreateSession raises."""
    name = checked_line(command.client_name, "client_name")
    person, session = await check_credentials(tx, secrets, command.mail, command.password), uuid4()
    await save_session(tx, session, person, name)
    return WebSession(await save_web_secret(tx, session), session, person)
