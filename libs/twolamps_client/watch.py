"""What happens in my inbox, through every interruption? One iterator over as many connections as it takes.

Promises: after a connection is lost it goes on right behind the last event it handed out, without hole or repeat.
With a cursor store an event counts as handled when the next one is asked for (or `handled` is called, or an
`async with` ends well), so that a process killed while handling sees that event again and no other.
"""

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from types import TracebackType
from typing import Self

from twolamps.notifications.v1.notifications_pb2 import WatchResponse
from twolamps_client.clock import pause
from twolamps_client.errors import RateLimited, ServerFault, Unauthenticated, Unavailable
from twolamps_client.events import Event, event_of
from twolamps_client.patience import Patience
from twolamps_client.session import Session
from twolamps_client.stores import CursorStore

_CALM = 2  # streams come back in crowds when a server restarts: their waits start two doublings above a call's
_log = logging.getLogger(__name__)

REFUSALS = 2


class Watch:
    """`async for event in watch`, or `async with watch as events` to close it at a known moment. One consumer.

    `connected` says whether a stream is heard now; while it is not, Watch is about to open the next one.
    It ends only by an error that trying again cannot mend: Unauthenticated, Forbidden, InvalidRequest and the like.
    A wait for the next event may be cancelled (asyncio.timeout) and asked again.
    """

    def __init__(
        self,
        connect: Callable[[str, str], AsyncGenerator[WatchResponse]],
        session: Session,
        patience: Patience,
        cursor: str | None,
        store: CursorStore | None,
    ) -> None:
        self._connect = connect
        self._session = session
        self._patience = patience
        self._store = store
        self._stored = store.load() if store else ""
        self._events: AsyncGenerator[Event] | None = None
        self.cursor = self._stored if cursor is None else cursor
        self.connected = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        self.handled()
        if self._events is None:
            self._events = self._follow()
        try:
            return await anext(self._events)
        except BaseException:
            self._events = None  # a cancelled generator is over; the next one resumes from the cursor
            self.connected = False
            raise

    def handled(self) -> None:
        """Store the place behind the last event now, instead of when the next is asked for."""
        if self._store and self.cursor != self._stored:
            self._store.save(self.cursor)
            self._stored = self.cursor

    async def go_on_from(self, cursor: str) -> None:
        """Go on behind this cursor: the one that came with the inbox that was read anew after Reload."""
        await self.aclose()
        self.cursor = cursor

    async def aclose(self) -> None:
        """Close the connection; asking for another event opens one again."""
        events, self._events, self.connected = self._events, None, False
        if events is not None:
            await events.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.handled()
        await self.aclose()

    async def _follow(self) -> AsyncGenerator[Event]:
        failures, refusals, refused = 0, 0, ""
        while True:
            token, asked = "", None
            try:
                token = await (self._session.renew(refused) if refused else self._session.access_token())
                async with aclosing(self._connect(token, self.cursor)) as messages:
                    async for message in messages:
                        failures, refusals, refused, self.connected = 0, 0, "", True
                        self.cursor = message.cursor or self.cursor
                        if event := event_of(message):
                            yield event
                        elif message.drain.reason == "reauthenticate":
                            refused = token
            except Unauthenticated:
                refusals += 1
                if not token or refusals > REFUSALS:
                    raise  # tokens that were new too, or the session has ended
                refused = token  # another call's, renewed before this one, may be refused as well
            except (Unavailable, RateLimited, ServerFault) as lost:
                _log.info("stream lost: %s", lost.reason)
                refused, asked = "", lost.retry_after
            failures, self.connected = failures + 1, False
            await pause(self._patience.wait(failures + _CALM, asked))
