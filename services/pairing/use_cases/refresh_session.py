"""RefreshSession: new tokens for a refresh token."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from pairing.domain.errors import RefreshTokenRefused
from pairing.domain.sessions import Tokens, Verdict, judge
from pairing.neighbours import Peers
from pairing.store.sessions import end_sessions, find_chain, load_token, rotate
from twolamps_chassis.auth import Signer
from twolamps_chassis.db import Transaction
from twolamps_events.pairing import SessionEnded


@dataclass(frozen=True)
class RefreshSession:
    """Exchange a refresh token."""

    refresh_token: str = field(repr=False)


async def owner_of_token(command: RefreshSession, tx: Transaction) -> Iterable[UUID]:
    """The stream of whose session this is: twins with one token come one after the other."""
    chain = await find_chain(tx, command.refresh_token)
    return () if chain is None else (chain[0],)


async def refresh_session(command: RefreshSession, tx: Transaction, signer: Signer, peers: Peers) -> Tokens:
    """The next tokens of the session, by the rule of `domain.sessions`. Raises RefreshTokenRefused."""
    chain = await find_chain(tx, command.refresh_token)
    if chain is None:
        raise RefreshTokenRefused
    person, session = chain
    verdict = judge(await load_token(tx, command.refresh_token), tx.now)
    if verdict is Verdict.REFUSE:
        raise RefreshTokenRefused
    refresh_token = ""
    if verdict is Verdict.END_SESSION:
        await end_sessions(tx, person, [session])
        tx.record(person, SessionEnded(person_id=person, session_id=session))
        tx.on_commit(lambda: _refuse(peers, person, session))
    else:
        refresh_token = await rotate(tx, session, command.refresh_token)
    return Tokens(*signer.access_token(person, session), refresh_token, session, person)


async def _refuse(peers: Peers, person: UUID, session: UUID) -> None:
    """After the commit, since the refusal must not undo the session's end; the tokens above are then never sent."""
    await peers.end_sessions(person, [session])
    raise RefreshTokenRefused
