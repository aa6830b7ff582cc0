"""When does a refresh token work? Once, and for a short while again, if its reply may have been lost.

The rule: a session's tokens are a chain, and one of them, the newest, is live. Using it makes the next. A used token may
be used again within the grace after its first use, as long as the token that it made is still live: then that one is
withdrawn unseen and a fresh one takes its place. Any other use of a token that is not live shows that two parties hold
the chain, and ends the session for both.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from pairing.defaults import REFRESH_FOR, REFRESH_GRACE


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a client holds of its session."""

    access_token: str
    access_expires_at: datetime
    refresh_token: str
    session_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True)
class WebSession:
    """A browser's session, with the secret that goes into its cookie."""

    secret: str
    session_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True)
class WebAccess:
    """What the gateway holds of a browser's session, for ten minutes."""

    access_token: str
    access_expires_at: datetime
    session_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True)
class Session:
    """A session as its owner sees it. `last_used_at` is when it was last refreshed."""

    id: UUID
    client_name: str
    created_at: datetime
    last_used_at: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A token of a session's chain. `successor_live`: the token that this one made has not been used or withdrawn."""

    made_at: datetime
    used_at: datetime | None
    withdrawn: bool
    successor_live: bool
    session_ended: bool


class Verdict(Enum):
    """What a refresh does."""

    ROTATE = "rotate"
    ROTATE_AGAIN = "rotate again"
    REFUSE = "refuse"
    END_SESSION = "end session"


def judge(token: RefreshToken, now: datetime) -> Verdict:
    """What becomes of the use of `token` at `now`."""
    if token.session_ended or now - token.made_at >= REFRESH_FOR:
        return Verdict.REFUSE
    if token.withdrawn:
        return Verdict.END_SESSION
    if token.used_at is None:
        return Verdict.ROTATE
    if token.successor_live and now - token.used_at <= REFRESH_GRACE:
        return Verdict.ROTATE_AGAIN
    return Verdict.END_SESSION
