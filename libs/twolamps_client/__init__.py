"""The async, typed Python client of Twolamps: calls, one session, live streams. Start at Twolamps."""

from twolamps_client.client import Twolamps
from twolamps_client.errors import (
    Conflict,
    FieldError,
    Forbidden,
    InvalidRequest,
    NotConnected,
    NotFound,
    RateLimited,
    ServerFault,
    TwolampsError,
    Unauthenticated,
    Unavailable,
)
from twolamps_client.events import Change, Event, Ready, Reload
from twolamps_client.methods import Method
from twolamps_client.patience import Patience
from twolamps_client.session import Session
from twolamps_client.stores import CursorStore, FileCursor, TokenFile, TokenStore
from twolamps_client.version import __version__
from twolamps_client.watch import Watch

__all__ = [
    "Change",
    "Conflict",
    "CursorStore",
    "Event",
    "FieldError",
    "FileCursor",
    "Forbidden",
    "InvalidRequest",
    "Method",
    "NotConnected",
    "NotFound",
    "Patience",
    "RateLimited",
    "Ready",
    "Reload",
    "ServerFault",
    "Session",
    "TokenFile",
    "TokenStore",
    "Twolamps",
    "TwolampsError",
    "Unauthenticated",
    "Unavailable",
    "Watch",
    "__version__",
]
