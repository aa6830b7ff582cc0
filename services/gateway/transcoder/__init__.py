"""How does an HTTP request become a call of a service? By the contracts alone; no method is written by hand.

Promises: a request that does not fit its contract never reaches a service; of the client's headers only those named
here are passed on, so nobody but the gateway states an address; every call has a deadline; an answer is proto3 JSON
with defaults printed, never cached.
"""

import json
import re
from collections.abc import Callable, Iterable

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from grpc.aio import AioRpcError, Channel, Metadata
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.problems import from_rpc, refused
from gateway.settings import EdgeSettings
from gateway.transcoder.body import take_body
from gateway.transcoder.contracts import Method
from gateway.transcoder.reading import read_body, read_query, read_text
from gateway.transcoder.table import Table
from twolamps_chassis.tracing import span, traceparent, traces

HEADERS = {"authorization": 4096, "idempotency-key": 255}  # passed on as they are, up to so many characters
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")  # W3C Trace Context 3.2


class Transcoder:
    """The ASGI application of all transcoded paths.

    `channel_to(service)` leads to a service; `service_token()` proves to it that the gateway speaks.
    """

    def __init__(
        self,
        methods: Iterable[Method],
        channel_to: Callable[[str], Channel],
        service_token: Callable[[], str],
        settings: EdgeSettings,
    ) -> None:
        self._table, self._channel_to = Table(methods), channel_to
        self._service_token, self._settings = service_token, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; raises Problem where it cannot be served."""
        request = Request(scope, receive)
        methods, values = self._table.find(scope["raw_path"])
        allow = ", ".join(sorted({*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])}))
        if request.method == "OPTIONS":
            response = Response(status_code=204, headers={"allow": allow})
        elif method := methods.get("GET" if request.method == "HEAD" else request.method):
            response = await self._answer(method, values, request)
        else:
            raise refused("method_not_allowed", f"This path takes {allow}.", headers={"allow": allow})
        await response(scope, receive, send)

    async def _answer(self, method: Method, values: list[str], request: Request) -> Response:
        metadata = self._metadata(request)
        trace = request.headers.get("traceparent", "")
        traces.set((trace,) if _TRACEPARENT.fullmatch(trace) else ())
        message = method.request()
        for name, value in zip(method.path_fields, values, strict=True):
            read_text(message, name, value)
        body = await take_body(request, self._settings)
        if method.has_body:
            if request.scope["query_string"]:
                raise refused("query_invalid", "This call takes its fields in the body.")
            read_body(message, body, method.path_fields)
        elif body:
            raise refused("body_not_expected")
        else:
            read_query(message, request.scope["query_string"], method.path_fields)
        reply = await self._call(method, message, metadata)
        text = json.dumps(MessageToDict(reply, always_print_fields_with_no_presence=True), ensure_ascii=False)
        return Response(text, headers={"cache-control": "no-store"}, media_type="application/json")

    async def _call(self, method: Method, message: Message, metadata: Metadata) -> Message:
        call = self._channel_to(method.service).unary_unary(
            method.rpc,
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.response.FromString,
        )
        with span(method.descriptor.name, kind="server", service="gateway") as work:
            if trace := traceparent():
                metadata.add("traceparent", trace)
            try:
                reply: Message = await call(message, timeout=self._settings.deadline.total_seconds(), metadata=metadata)
            except AioRpcError as error:
                work.set(code=error.code().name)
                raise from_rpc(error) from error
            work.set(code="OK")
        return reply

    def _metadata(self, request: Request) -> Metadata:
        """What goes with the call: the client's token and key, the gateway's own word on who calls."""
        found = Metadata(
            ("x-request-id", request.state.request_id),
            ("x-twolamps-service-token", self._service_token()),
            ("x-twolamps-client-address", request.client.host if request.client else ""),
        )
        for name, length in HEADERS.items():
            values = request.headers.getlist(name)
            if len(values) > 1 or any(not re.fullmatch(rf"[\x20-\x7e]{{0,{length}}}", value) for value in values):
                raise refused(
                    "header_invalid", f"{name} must be there once, ASCII, up to {length} characters.", field=name
                )
            for value in values:
                found.add(name, value)
        return found
