"""DeleteSession: end one of my sessions."""

from dataclasses import dataclass
from uuid import UUID

from pairing.neighbours import Peers
from pairing.store.sessions import end_sessions
from twolamps_chassis.db import Transaction
from twolamps_chassis.errors import NotFound
from twolamps_events.pairing import SessionEnded


@dataclass(frozen=True)
class DeleteSession:
    """End one of my sessions."""

    session_id: UUID


async def delete_session(command: DeleteSession, tx: Transaction, peers: Peers) -> None:
    """Its tokens and streams stop everywhere. Raises NotFound, also where it has ended already."""
    person = tx.me
    ended = await end_sessions(tx, person, [command.session_id])
    if not ended:
        raise NotFound
    tx.record(person, SessionEnded(person_id=person, session_id=command.session_id))
    tx.on_commit(lambda: peers.end_sessions(person, ended))
