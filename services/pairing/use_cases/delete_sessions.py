"""DeleteSessions: sign out everywhere."""

from dataclasses import dataclass

from pairing.neighbours import Peers
from pairing.store.sessions import end_sessions
from twolamps_chassis.db import Transaction
from twolamps_events.pairing import SessionEnded


@dataclass(frozen=True)
class DeleteSessions:
    """End all my sessions, the one that asks too."""


async def delete_sessions(command: DeleteSessions, tx: Transaction, peers: Peers) -> None:
    """No token and no stream of mine goes on."""
    person = tx.me
    ended = await end_sessions(tx, person)
    for session in ended:
        tx.record(person, SessionEnded(person_id=person, session_id=session))
    tx.on_commit(lambda: peers.end_sessions(person, ended))
