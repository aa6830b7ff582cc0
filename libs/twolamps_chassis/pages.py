"""How is a long list read? In pages of 50 (at most 200), by a token that says where the last one ended.

Promises: a token is opaque, holds only the place (a sort key and an id of the reader's own list), and a malformed one is
refused naming `page_token`.
"""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from twolamps_chassis.errors import InvalidField

T = TypeVar("T")
DEFAULT, MOST = 50, 200


@dataclass(frozen=True, slots=True)
class Place:
    """After which row the next page starts."""

    at: datetime
    id: UUID


def page_size(asked: int) -> int:
    """How many rows a page has; 0 means the default."""
    return min(asked or DEFAULT, MOST)


def read_token(token: str) -> Place | None:
    """The place of a token, None for the first page; raises InvalidField."""
    if not token:
        return None
    try:
        at, ident = json.loads(base64.urlsafe_b64decode(token))
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError(at)
        return Place(moment, UUID(ident))
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidField("The page token is not one of ours.", field="page_token") from error


def cut(rows: Sequence[T], size: int, place: Callable[[T], Place]) -> tuple[Sequence[T], str]:
    """The rows of this page out of `size + 1` that were read, and the token of the next page or ''."""
    if len(rows) <= size:
        return rows, ""
    last = place(rows[size - 1])
    return rows[:size], base64.urlsafe_b64encode(json.dumps([last.at.isoformat(), str(last.id)]).encode()).decode()
