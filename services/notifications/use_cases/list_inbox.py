"""ListInbox: my inbox, newest first."""

import re
from dataclasses import dataclass
from uuid import UUID

from notifications import store
from notifications.domain.items import Item
from twolamps_chassis.db import Transaction
from twolamps_chassis.errors import InvalidField
from twolamps_chassis.log_cursor import MAX_SEQ, MalformedCursor, decode_cursor, encode_cursor
from twolamps_chassis.pages import page_size

_PLACE = re.compile("[0-9]{1,10}", re.ASCII)


@dataclass(frozen=True)
class ListInbox:
    """Which page, and optionally only these ids or this state."""

    page_size: int
    page_token: str
    ids: tuple[UUID, ...]
    state: str


@dataclass(frozen=True)
class Inbox:
    """A page. `cursor` is where the log stood when the first page was read, on every page: a stream that goes on from it
    tells whatever has changed on any of them since."""

    items: tuple[Item, ...]
    next_page_token: str
    cursor: str


async def list_inbox(command: ListInbox, tx: Transaction) -> Inbox:
    """A page of my inbox."""
    cursor, before = _read_token(command.page_token)
    size = page_size(command.page_size)
    page = await store.list_inbox(tx, before, command.ids, command.state, size + 1)
    cursor = cursor or encode_cursor(page.log_epoch, page.head)
    shown = page.items[:size]
    token = f"{cursor}.{shown[-1][0]}" if len(page.items) > size else ""
    return Inbox(tuple(item for _, item in shown), token, cursor)


def _read_token(token: str) -> tuple[str, int | None]:
    """The first page's cursor and the place that a token names; raises InvalidField."""
    if not token:
        return "", None
    cursor, _, before = token.rpartition(".")
    try:
        decode_cursor(cursor)
        if not cursor or not _PLACE.fullmatch(before):
            raise ValueError(token)
        return cursor, min(int(before), MAX_SEQ)
    except (MalformedCursor, ValueError) as error:
        raise InvalidField("The page token is not one of ours.", field="page_token") from error
