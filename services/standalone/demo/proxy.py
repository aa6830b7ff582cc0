"""Would the evening notice a fault? A proxy on loopback between the two and the platform, that makes one.

Promises: it changes what its fault says and passes everything else on as it came; only HTTP and server-sent events.
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from standalone.web import serve
from twolamps_chassis.lifecycle import Lifecycle

STREAM = "/v1/inbox/stream"
HOP = {"host", "connection", "content-length", "transfer-encoding", "date"}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A call that was answered: who asked (a name of the story), what, and the answer."""

    who: str
    verb: str
    path: str
    sent: bytes
    status: int
    body: bytes


class Fault:
    """A platform without fault; each subclass makes one."""

    def answer(self, exchange: Exchange) -> tuple[int, bytes]:
        """The status and body that go back."""
        return exchange.status, exchange.body

    def passes(self, who: str, event: bytes) -> bool:
        """Whether this server-sent event goes through."""
        return True


@dataclass
class SealedAnswerLeaks(Fault):
    """Ada's sealed words come with Ben's prompts of today."""

    words: str = ""

    def answer(self, exchange: Exchange) -> tuple[int, bytes]:
        if exchange.who == "ada" and exchange.path.endswith("/answer"):
            self.words = json.loads(exchange.sent)["text"]
        if exchange.who == "ben" and exchange.path == "/v1/prompts/today" and self.words:
            today = json.loads(exchange.body)
            today["prompts"][0]["partnerAnswer"] = self.words
            return exchange.status, json.dumps(today).encode()
        return exchange.status, exchange.body


@dataclass
class NoticeLost(Fault):
    """Ben never learns that his invite was accepted: neither by stream nor in his inbox."""

    kind: str = "invite_accepted"

    def answer(self, exchange: Exchange) -> tuple[int, bytes]:
        if exchange.who != "ben" or exchange.path != "/v1/inbox" or exchange.status != 200:
            return exchange.status, exchange.body
        page = json.loads(exchange.body)
        page["items"] = [item for item in page["items"] if item["kind"] != self.kind]
        return exchange.status, json.dumps(page).encode()

    def passes(self, who: str, event: bytes) -> bool:
        return who != "ben" or self.kind.encode() not in event


@dataclass
class OldReplyReplayed(Fault):
    """After the end a person still gets the couple as it was."""

    before: dict[str, bytes] = field(default_factory=dict)
    ended: bool = False

    def answer(self, exchange: Exchange) -> tuple[int, bytes]:
        self.ended |= exchange.path == "/v1/couple:end" and exchange.status == 200
        if (exchange.verb, exchange.path) == ("GET", "/v1/couple"):
            if exchange.status == 200:
                self.before[exchange.who] = exchange.body
            elif self.ended and exchange.who in self.before:
                return 200, self.before[exchange.who]
        return exchange.status, exchange.body


class Proxy:
    """Passes requests on to `target` and makes a fault on the way back."""

    def __init__(self, target: httpx.AsyncClient, fault: Fault) -> None:
        self._target, self._fault = target, fault
        self._who: dict[str, str] = {}

    async def __call__(self, request: Request) -> Response:
        sent = await request.body()
        headers = {name: value for name, value in request.headers.items() if name not in HOP}
        headers["accept-encoding"] = "identity"
        asked = request.scope["raw_path"].decode() + (f"?{request.url.query}" if request.url.query else "")
        outgoing = self._target.build_request(request.method, asked, headers=headers, content=sent)
        answer = await self._target.send(outgoing, stream=True)
        returned = {name: value for name, value in answer.headers.items() if name not in HOP}
        who = self._who.get(headers.get("authorization", ""), "")
        if request.url.path == STREAM and answer.status_code == 200:
            return StreamingResponse(self._events(who, answer), headers=returned)
        body = await answer.aread()
        if (request.method, request.url.path) == ("POST", "/v1/sessions") and answer.status_code == 200:
            token = json.loads(body)["tokens"]["accessToken"]
            self._who[f"Bearer {token}"] = json.loads(sent)["mail"].partition(".")[0]
        exchange = Exchange(who, request.method, request.url.path, sent, answer.status_code, body)
        status, body = self._fault.answer(exchange)
        return Response(body, status, _as_json(returned, status, answer.status_code))

    async def _events(self, who: str, answer: httpx.Response) -> AsyncIterator[bytes]:
        rest = b""
        try:
            async for chunk in answer.aiter_raw():
                *whole, rest = (rest + chunk).split(b"\n\n")
                for event in whole:
                    if self._fault.passes(who, event):
                        yield event + b"\n\n"
        finally:
            await answer.aclose()


def _as_json(headers: Mapping[str, str], status: int, original: int) -> dict[str, str]:
    return {**headers, "content-type": "application/json"} if status != original else dict(headers)


@asynccontextmanager
async def proxied(url: str, fault: Fault) -> AsyncIterator[str]:
    """The address of a proxy in front of `url` that makes this fault."""
    lifecycle = Lifecycle()
    async with httpx.AsyncClient(base_url=url, timeout=None) as target:
        verbs = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        app = Starlette(routes=[Route("/{path:path}", Proxy(target, fault).__call__, methods=verbs)])
        config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False, ws="none",
                                timeout_graceful_shutdown=1)  # fmt: skip
        port = await serve(config, lifecycle, "HTTP")
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            await lifecycle.stop()
