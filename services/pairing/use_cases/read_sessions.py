"""ListSessions, GetSession: where I am signed in."""

from dataclasses import dataclass
from uuid import UUID

from pairing.domain.sessions import Session
from pairing.store.sessions import list_sessions as rows_of_sessions
from twolamps_chassis import pages
from twolamps_chassis.db import Transaction
from twolamps_chassis.errors import NotFound


@dataclass(frozen=True)
class ListSessions:
    """Read my sessions."""

    page_size: int
    page_token: str
    ids: tuple[UUID, ...]


@dataclass(frozen=True)
class Sessions:
    """A page of sessions."""

    sessions: tuple[Session, ...]
    next_page_token: str


@dataclass(frozen=True)
class GetSession:
    """Read one of my sessions."""

    session_id: UUID


async def list_sessions(command: ListSessions, tx: Transaction) -> Sessions:
    """My sessions that go on, newest first."""
    size = pages.page_size(command.page_size)
    rows = await rows_of_sessions(tx, size, pages.read_token(command.page_token), command.ids)
    page, token = pages.cut(rows, size, lambda session: pages.Place(session.created_at, session.id))
    return Sessions(tuple(page), token)


async def get_session(command: GetSession, tx: Transaction) -> Session:
    """One of my sessions that goes on. Raises NotFound."""
    for session in await rows_of_sessions(tx, 1, None, [command.session_id]):
        return session
    raise NotFound
