"""How does a gRPC call come in? Through one interceptor: who calls, is it well formed, how long may it take?

Promises: a method without an access option does not start; a person's token never opens an internal method; every error
leaves as a rich status whose text quotes nothing of the request; a call without a deadline gets ten seconds; nobody's
flood of calls holds up another's.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, cast
from urllib.parse import unquote
from weakref import WeakValueDictionary

import grpc
import protovalidate
from google.protobuf.descriptor_pool import Default as descriptors
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest
from google.rpc.status_pb2 import Status
from grpc_health.v1 import health, health_pb2_grpc
from grpc_reflection.v1alpha import reflection as reflect
from grpc_status import rpc_status

from twolamps.access.v1.access_pb2 import Access
from twolamps_chassis import errors
from twolamps_chassis.auth import Caller, Verifier
from twolamps_chassis.edge import Call, access_of, current_call, passes
from twolamps_chassis.limits import network
from twolamps_chassis.telemetry import CALLS, log, origin
from twolamps_chassis.tracing import span, traces

DEADLINE_S = 10.0
AT_ONCE = 4
"""Calls that are served at a time for one person, or one address where nobody has signed in; more wait in line. Without
it one of two could keep the other from ending it, by calling until no connection and no turn at the lock is free."""
MAY_CALL: Mapping[str, frozenset[str]] = {
    "ApplyFence": frozenset({"pairing"}),
    "FindCouple": frozenset({"prompts", "scheduling", "notifications"}),
    "ListChanges": frozenset({"gateway"}),
    "Heads": frozenset({"gateway"}),
    "CreateWebSession": frozenset({"gateway"}),
    "ExchangeWebSession": frozenset({"gateway"}),
}
"""Which services may call an internal method."""
OPTIONS = (
    ("grpc.max_receive_message_length", 1 << 20),
    ("grpc.server.max_pending_requests", 100_000),  # else a reconnect burst is answered CANCELLED
    ("grpc.server.max_pending_requests_hard_limit", 100_000),
    ("grpc.so_reuseport", 0),
    ("grpc.http2.min_ping_interval_without_data_ms", 2_000),  # others look after their calls, clients after streams
)


class Edge(grpc.aio.ServerInterceptor):  # type: ignore[type-arg]  # generic in the stubs only
    """The one interceptor of a server."""

    def __init__(self, verifier: Verifier, statuses: Mapping[str, errors.Statuses]) -> None:
        self.verifier, self.statuses = verifier, statuses
        self.access: dict[str, int] = {}
        self.lines: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def intercept_service(self, continuation: Any, details: grpc.HandlerCallDetails) -> Any:
        """Wrap the handler of a method that has an access option."""
        handler = await continuation(details)
        _, service, method = details.method.split("/")
        if handler is None or not service.startswith("twolamps."):
            return handler
        need = self.access.get(details.method)
        if need is None:
            found = descriptors().FindServiceByName(service).methods_by_name[method]
            need = self.access[details.method] = access_of(found)
        codec = (handler.request_deserializer, handler.response_serializer)
        if handler.unary_unary is not None:
            return grpc.unary_unary_rpc_method_handler(self._unary(details, service, need, handler.unary_unary), *codec)
        assert handler.unary_stream is not None, "no method takes a stream"
        return grpc.unary_stream_rpc_method_handler(self._stream(details, service, need, handler.unary_stream), *codec)

    def _unary(self, details: Any, service: str, need: int, inner: Callable[..., Awaitable[Message]]) -> Any:
        name = details.method.rsplit("/", 1)[1]

        async def call(request: Message, context: Any) -> Message:
            started, code = time.monotonic(), "OK"
            with span(name, _traces(details) or None, kind="server", service=service.split(".")[1]) as work:
                try:
                    line = self._line(self._enter(details, need, request, context))
                    remaining = context.time_remaining()
                    within_s = min(DEADLINE_S, remaining) if remaining is not None else DEADLINE_S
                    async with asyncio.timeout(within_s), line:
                        return await inner(request, context)
                except asyncio.CancelledError:
                    code = "CANCELLED"
                    raise
                except Exception as error:
                    status = self._status(error, service, details.method)
                    code = grpc_code(status)
                    work.failed(error)
                    await context.abort_with_status(rpc_status.to_status(status))
                    raise AssertionError from error
                finally:
                    work.set(code=code)
                    CALLS.labels(name, code).observe(time.monotonic() - started)

        return call

    def _stream(self, details: Any, service: str, need: int, inner: Callable[..., Any]) -> Any:
        async def call(request: Message, context: Any) -> Any:
            traces.set(_traces(details))
            try:
                self._enter(details, need, request, context)
                async for message in inner(request, context):
                    yield message
            except Exception as error:
                await context.abort_with_status(rpc_status.to_status(self._status(error, service, details.method)))

        return call

    def _enter(self, details: Any, need: int, request: Message, context: Any) -> Call:
        """Who calls, then whether the request is well formed: a stranger learns nothing of the rules."""
        given = {str(k): v for k, v in details.invocation_metadata or ()}
        bearer = str(given.get("authorization", ""))
        token = bearer[7:] if bearer[:7].lower() == "bearer " else ""
        caller: Caller | None = None
        if need == Access.ACCESS_INTERNAL:
            caller = self.verifier.service(token)
            if caller.service not in MAY_CALL.get(details.method.rsplit("/", 1)[1], ()):
                raise errors.NotAllowed
        elif need != Access.ACCESS_ANYONE:
            caller = self.verifier.person(token)
        address = _host(context.peer())
        if claimed := str(given.get("x-twolamps-client-address", "")):
            if self.verifier.service(str(given.get("x-twolamps-service-token", ""))).service != "gateway":
                raise errors.NotAllowed
            address = claimed
        call = Call(caller, str(given.get("idempotency-key", "")), network(address))
        current_call.set(call)
        protovalidate.validate(request)
        return call

    def _line(self, call: Call) -> AbstractAsyncContextManager[None]:
        """Where a call waits for its turn; services wait for nobody."""
        if call.caller is not None and call.caller.person is None:
            return nullcontext()
        who = str(call.caller.person) if call.caller is not None else call.address
        return self.lines.setdefault(who, asyncio.Semaphore(AT_ONCE))

    def _status(self, error: Exception, service: str, method: str) -> Status:
        if isinstance(error, protovalidate.ValidationError):
            return _invalid(error)
        known = errors.status_of(error, self.statuses.get(service, {}))
        if known is not None:
            return known
        if passes(error):
            busy = errors.status_of(errors.TryAgain(retry_after_s=0.2), {})
            assert busy is not None
            return busy
        log().error("call.failed", method=method, **origin(error))
        internal = errors.status_of(errors.Internal(), {})
        assert internal is not None
        return internal


def make_server(edge: Edge, servicers: Sequence[tuple[Callable[[Any, Any], None], object]], reflection: bool) -> Any:
    """A server with health and the given (add_..._to_server, servicer) pairs."""
    server = grpc.aio.server(interceptors=[edge], options=OPTIONS)
    for add, servicer in servicers:
        add(servicer, server)
    health_pb2_grpc.add_HealthServicer_to_server(health.aio.HealthServicer(), server)  # type: ignore[attr-defined]  # the stubs lack it
    if reflection:
        reflect.enable_server_reflection([*edge.statuses, reflect.SERVICE_NAME], server)
    return server


def _traces(details: Any) -> tuple[str, ...]:
    """The trace a call belongs to, as it says."""
    return tuple(str(value)[:55] for name, value in details.invocation_metadata or () if name == "traceparent")[-1:]


def grpc_code(status: Status) -> str:
    """The name of a status's code."""
    return next(code.name for code in grpc.StatusCode if code.value[0] == status.code)


def _invalid(error: protovalidate.ValidationError) -> Status:
    bad = BadRequest()
    for violation in error.violations:
        proto = cast(Any, violation.proto)
        path = ".".join(map(_step, proto.field.elements))
        rule = "required" if proto.rule_id == "required" else proto.rule_id
        bad.field_violations.add(field=path, description=_sentence(proto.message, rule), reason=rule)
    found = bad.field_violations
    detail = f"{found[0].field}: {found[0].description}" if len(found) == 1 else "Fields break their rules."
    return errors.status(grpc.StatusCode.INVALID_ARGUMENT, "invalid_field", detail, bad)


def _step(element: Any) -> str:
    """A part of a field's path, as `windows[1]`."""
    at = element.subscript
    return f"{element.field_name}[{at.value}]" if at is not None and at.field == "index" else str(element.field_name)


def _sentence(message: str, rule: str) -> str:
    return f"{message[0].upper()}{message[1:]}." if message else rule


def _host(peer: str) -> str:
    """The address of a gRPC peer such as ipv4:127.0.0.1:5000 or ipv6:%5B::1%5D:5000."""
    return unquote(peer.split(":", 1)[-1].rsplit(":", 1)[0]).strip("[]")
