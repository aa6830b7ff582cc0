"""ExchangeWebSession: an access token for the secret of a browser's cookie."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from pairing.defaults import REFRESH_FOR
from pairing.domain.errors import WebSessionRefused
from pairing.domain.sessions import WebAccess
from pairing.store.sessions import find_web_session, use_session
from twolamps_chassis.auth import Signer
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class ExchangeWebSession:
    """Exchange the secret of a web session."""

    secret: str = field(repr=False)


async def owner_of_secret(command: ExchangeWebSession, tx: Transaction) -> Iterable[UUID]:
    """The stream of whose session this is."""
    found = await find_web_session(tx, command.secret, tx.now - REFRESH_FOR)
    return () if found is None else (found[0],)


async def exchange_web_session(command: ExchangeWebSession, tx: Transaction, signer: Signer) -> WebAccess:
    """A token for the session. Raises WebSessionRefused, alike for one that has ended, lapsed or never was."""
    found = await find_web_session(tx, command.secret, tx.now - REFRESH_FOR)
    if found is None:
        raise WebSessionRefused
    person, session = found
    await use_session(tx, session)
    return WebAccess(*signer.access_token(person, session), session, person)
