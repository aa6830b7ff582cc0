"""Who is signed in, and with which token? Keeps one session's tokens fresh and, through a store, over restarts.

One renewal is under way at a time and outlives the caller who began it. A renewal whose answer was lost is repeated
with the same refresh token, which the server allows for a short while.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, timedelta

from twolamps.pairing.v1.pairing_pb2 import Tokens
from twolamps_client.clock import elapsed, now
from twolamps_client.errors import Unauthenticated, Unavailable
from twolamps_client.stores import TokenStore

USUAL_LIFETIME = timedelta(minutes=10)


class Session:
    """A signed-in session. Made by Twolamps.sign_in or from the token store; not shared between clients."""

    def __init__(
        self,
        tokens: Tokens,
        exchange: Callable[[str], Awaitable[Tokens]],
        store: TokenStore | None,
        *,
        just_issued: bool,
    ) -> None:
        self._exchange = exchange
        self._store = store
        self._renewal: asyncio.Task[None] | None = None
        self._take(tokens, just_issued=just_issued)

    @property
    def person_id(self) -> str:
        """Whose session it is."""
        return self._tokens.person_id

    @property
    def session_id(self) -> str:
        """Its name in the list of sessions."""
        return self._tokens.session_id

    async def access_token(self) -> str:
        """A token that should still be good, renewed in the last tenth of its life.

        Raises Unauthenticated once the session has ended.
        """
        if elapsed() >= self._renew_from:
            try:
                return await self.renew(self._tokens.access_token)
            except Unavailable:
                pass  # the old token may have some time left; if not, the server says so
        return self._tokens.access_token

    async def renew(self, refused: str) -> str:
        """A token other than the refused one.

        Raises Unauthenticated once the session has ended, Unavailable while nobody answers.
        """
        if self._tokens.access_token == refused:
            if self._renewal is None or self._renewal.done():
                self._renewal = asyncio.create_task(self._renew())
            await asyncio.shield(self._renewal)
        return self._tokens.access_token

    async def aclose(self) -> None:
        """Let a renewal under way end, so that its new tokens are not lost."""
        if self._renewal is not None:
            await asyncio.gather(self._renewal, return_exceptions=True)

    def forget(self) -> None:
        """Take this session out of the store, unless another has taken its place there."""
        if self._store and (stored := self._store.load()) and stored.session_id == self.session_id:
            self._store.save(None)

    async def _renew(self) -> None:
        stored = self._store.load() if self._store else None
        if stored and stored.session_id == self.session_id and stored.refresh_token != self._tokens.refresh_token:
            self._take(stored, just_issued=False)  # another process of this person has renewed it
            if elapsed() < self._renew_from:
                return
        try:
            tokens = await self._exchange(self._tokens.refresh_token)
        except Unauthenticated:
            self.forget()
            raise
        self._take(tokens, just_issued=True)

    def _take(self, tokens: Tokens, *, just_issued: bool) -> None:
        self._tokens = tokens
        self._renew_from = elapsed() + 0.9 * _lifetime_left(tokens, just_issued=just_issued)
        if just_issued and self._store:
            self._store.save(tokens)


def _lifetime_left(tokens: Tokens, *, just_issued: bool) -> timedelta:
    """By this machine's clock, unless a token that was just issued proves that clock wrong."""
    left = tokens.access_expires_at.ToDatetime(UTC) - now()
    if just_issued and not timedelta() < left <= USUAL_LIFETIME:
        return USUAL_LIFETIME
    return min(left, USUAL_LIFETIME)
