"""Where does an app start? At Twolamps: one person's calls over HTTP/JSON and live stream over SSE or gRPC."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from functools import partial
from types import TracebackType
from typing import Literal, Self
from uuid import uuid4

import httpx
from grpc.aio import Channel

from twolamps.notifications.v1.notifications_pb2 import WatchResponse
from twolamps.pairing.v1.pairing_pb2 import CreateDeviceCodeResponse, RefreshSessionRequest, Tokens
from twolamps_client.calls.notifications import NotificationsCalls
from twolamps_client.calls.pairing import REFRESH_SESSION, PairingCalls
from twolamps_client.calls.prompts import PromptsCalls
from twolamps_client.calls.scheduling import SchedulingCalls
from twolamps_client.clock import elapsed, pause
from twolamps_client.errors import Conflict, NotFound, RateLimited, Unauthenticated, Unavailable
from twolamps_client.methods import Answer, Method, Request
from twolamps_client.patience import Patience
from twolamps_client.session import Session
from twolamps_client.stores import CursorStore, TokenStore
from twolamps_client.streams import grpc_messages, open_channel, sse_messages
from twolamps_client.unary import send
from twolamps_client.version import __version__
from twolamps_client.watch import Watch


class Twolamps:
    """One person's client; use it with `async with`.

    `url` is the gateway (http or https). `grpc`, needed only to watch over gRPC, is its address (`host:port`, or
    `https://host:port` for TLS). With a `token_store` it goes on with the session of an earlier process.
    Every call raises TwolampsError; see twolamps_client.errors.
    """

    def __init__(
        self,
        url: str,
        *,
        grpc: str | None = None,
        token_store: TokenStore | None = None,
        patience: Patience | None = None,
    ) -> None:
        if not url.startswith(("http://", "https://")):
            raise ValueError("the url starts with http:// or https://")
        self._url = url
        self._grpc_address = grpc
        self._token_store = token_store
        self._patience = patience or Patience()
        self._session: Session | None = None
        self._channel: Channel | None = None
        self._open = AsyncExitStack()
        self.pairing = PairingCalls(self)
        self.prompts = PromptsCalls(self)
        self.scheduling = SchedulingCalls(self)
        self.notifications = NotificationsCalls(self)

    async def __aenter__(self) -> Self:
        self._http = await self._open.enter_async_context(
            httpx.AsyncClient(
                base_url=self._url,
                timeout=self._patience.attempt_timeout.total_seconds(),
                headers={"user-agent": f"twolamps-client/{__version__}", "accept": "application/json"},
            )
        )
        if self._token_store and (tokens := self._token_store.load()):
            self._begin(tokens, just_issued=False)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session:
            await self._session.aclose()
        await self._open.aclose()

    @property
    def signed_in(self) -> bool:
        """Whether there is a session; the server may have ended it."""
        return self._session is not None

    @property
    def session(self) -> Session:
        """The session of this client. Raises Unauthenticated `not_signed_in` without one."""
        if self._session is None:
            raise Unauthenticated(401, "not_signed_in", "Sign in first.")
        return self._session

    async def sign_up(
        self,
        *,
        mail: str,
        password: str,
        display_name: str,
        zone: str,
        adult: bool,
        pronouns: str = "",
        locale: str = "",
    ) -> None:
        """Ask for an account; `zone` is an IANA zone, `adult` the person's own word.

        It does not sign in, and answers alike for a mail that is known.
        """
        await self.pairing.create_person(
            mail=mail,
            password=password,
            display_name=display_name,
            zone=zone,
            adult=adult,
            pronouns=pronouns,
            locale=locale,
        )

    async def sign_in(self, mail: str, password: str, *, client_name: str = "") -> Session:
        """Begin a session and keep it in the token store. Raises Unauthenticated for a wrong mail or password alike."""
        answer = await self.pairing.create_session(mail=mail, password=password, client_name=client_name)
        return self._begin(answer.tokens, just_issued=True)

    async def sign_in_by_device(self, code: CreateDeviceCodeResponse) -> Session:
        """Wait until somebody has approved this device, begin a session as them and keep it in the token store.

        `code` is what `pairing.create_device_code` told; its user_code is for the person to type, at verification_path.
        Raises InvalidRequest `device_code_not_valid` once nobody has in time.
        """
        while True:
            await pause(code.interval.ToTimedelta())
            try:
                answer = await self.pairing.create_device_session(device_code=code.device_code)
                return self._begin(answer.tokens, just_issued=True)
            except Conflict as waiting:
                if waiting.reason != "device_code_pending":
                    raise
            except RateLimited as early:
                await pause(early.retry_after or timedelta())

    async def sign_out(self) -> None:
        """End this session here and on the server; a session that is over already is well, too."""
        with suppress(Unauthenticated, NotFound):
            await self.pairing.delete_session(self.session.session_id)
        if self._session:
            self._session.forget()
        self._session = None

    async def call(
        self, method: Method[Request, Answer], request: Request, *, idempotency_key: str | None = None
    ) -> Answer:
        """Do one unary call once, with retries and one renewal of the token if it is refused.

        A POST carries one Idempotency-Key through all of that; give your own (1 to 255 visible ASCII characters) to
        repeat a call that an earlier process may have done. Raises TwolampsError, within the deadline of Patience.
        """
        outgoing = method.outgoing(request)
        until = elapsed() + self._patience.deadline
        headers = {"content-type": "application/json"} if method.has_body else {}
        if method.verb == "POST":
            headers["idempotency-key"] = idempotency_key or str(uuid4())
        try:
            async with asyncio.timeout_at(until.total_seconds()):
                if not method.needs_session:
                    return method.answer(await send(self._http, outgoing, headers, self._patience, until))
                session = self.session
                token = await session.access_token()
                for may_renew in (True, False):
                    headers["authorization"] = f"Bearer {token}"
                    try:
                        return method.answer(await send(self._http, outgoing, headers, self._patience, until))
                    except Unauthenticated:
                        if not may_renew:
                            raise
                        token = await session.renew(refused=token)
        except TimeoutError:
            pass
        raise Unavailable(0, "deadline_passed", "No answer came in time.")

    def watch(
        self,
        *,
        transport: Literal["sse", "grpc"] = "sse",
        cursor: str | None = None,
        cursor_store: CursorStore | None = None,
    ) -> Watch:
        """Follow my inbox: after `cursor`, else after the stored one, else from now. See Watch for what it promises."""
        return Watch(self._connection(transport), self.session, self._patience, cursor, cursor_store)

    def _connection(self, transport: Literal["sse", "grpc"]) -> Callable[[str, str], AsyncGenerator[WatchResponse]]:
        if transport == "sse":
            return partial(sse_messages, self._http)
        if self._grpc_address is None:
            raise ValueError("to watch over gRPC the client needs the address of gRPC")
        if self._channel is None:
            self._channel = open_channel(self._grpc_address)
            self._open.push_async_callback(self._channel.close, None)
        return partial(grpc_messages, self._channel)

    def _begin(self, tokens: Tokens, *, just_issued: bool) -> Session:
        self._session = Session(tokens, self._exchange, self._token_store, just_issued=just_issued)
        return self._session

    async def _exchange(self, refresh_token: str) -> Tokens:
        answer = await self.call(REFRESH_SESSION, RefreshSessionRequest(refresh_token=refresh_token))
        return answer.tokens
