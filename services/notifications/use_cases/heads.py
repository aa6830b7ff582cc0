"""Heads: how far the change logs of many people are, and whose sessions have ended."""

from dataclasses import dataclass
from uuid import UUID

from notifications import store
from notifications.store import StreamHead
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class Stream:
    """An open stream of a person's session."""

    person_id: UUID
    session_id: UUID


@dataclass(frozen=True)
class AskHeads:
    """Open streams, each once."""

    streams: tuple[Stream, ...]


@dataclass(frozen=True)
class HeadsFound:
    """One answer for each stream, in one snapshot of the log named `log_epoch`."""

    heads: tuple[StreamHead, ...]
    log_epoch: str


async def heads(command: AskHeads, tx: Transaction) -> HeadsFound:
    """The head of each stream's person, and whether its session has ended, read by one query."""
    log_epoch, found = await store.list_heads(tx, [(stream.person_id, stream.session_id) for stream in command.streams])
    return HeadsFound(tuple(found), log_epoch)
