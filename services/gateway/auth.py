"""Who opens a stream? The person of the access token in the request's head; every other call is verified by its service."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from starlette.datastructures import Headers
from starlette.types import Scope

from twolamps_chassis.auth import Verifier
from twolamps_chassis.errors import Unauthenticated

Authenticate = Callable[[Scope], Awaitable[tuple[UUID, UUID, datetime]]]
"""The person, the session, and when the token expires."""


def by_bearer(verifier: Verifier) -> Authenticate:
    """Authenticate by `Authorization: Bearer`; raises Unauthenticated."""

    async def authenticate(scope: Scope) -> tuple[UUID, UUID, datetime]:
        scheme, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated
        caller = verifier.person(token.strip())
        if caller.person is None or caller.session is None:
            raise Unauthenticated
        return caller.person, caller.session, caller.expires_at

    return authenticate
