"""A real gateway on a loopback port in front of a real gRPC server with small true servicers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
import httpx
import pytest
import pytest_asyncio
import uvicorn
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_health.v1 import health_pb2_grpc
from grpc_health.v1.health import aio as health_aio  # type: ignore[attr-defined]
from grpc_status import rpc_status
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.main import build, server_config
from gateway.settings import EdgeSettings
from twolamps.pairing.v1 import pairing_pb2, pairing_pb2_grpc
from twolamps.scheduling.v1 import scheduling_pb2, scheduling_pb2_grpc
from twolamps_chassis.channels import Channels

Context = Any  # the stubs do not know abort_with_status


@dataclass
class Heard:
    """What reached the services: the last request and its metadata, and how often they were called."""

    request: Any = None
    metadata: Mapping[str, str | bytes] = field(default_factory=dict)
    calls: int = 0

    def note(self, request: Any, context: Context) -> None:
        self.request, self.metadata, self.calls = request, dict(context.invocation_metadata() or ()), self.calls + 1


class Pairing(pairing_pb2_grpc.PairingServiceServicer):
    """Answers with what it was asked; fails in the ways a name asks for."""

    def __init__(self, heard: Heard) -> None:
        self.heard = heard

    async def CreatePerson(self, request: Any, context: Context) -> pairing_pb2.CreatePersonResponse:
        self.heard.note(request, context)
        if failure := FAILURES.get(request.display_name):
            await context.abort_with_status(rpc_status.to_status(failure))
        if request.display_name == "plain":
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "secret words of a library")
        if request.display_name == "crash":
            raise RuntimeError("secret words of a crash")
        if request.display_name == "slow":
            await asyncio.Event().wait()
        return pairing_pb2.CreatePersonResponse()

    async def GetMe(self, request: Any, context: Context) -> pairing_pb2.GetMeResponse:
        self.heard.note(request, context)
        return pairing_pb2.GetMeResponse(me=pairing_pb2.Me(person_id="p", display_name="Zoë"))

    async def UpdateMe(self, request: Any, context: Context) -> pairing_pb2.UpdateMeResponse:
        self.heard.note(request, context)
        return pairing_pb2.UpdateMeResponse()

    async def ConfirmPairing(self, request: Any, context: Context) -> pairing_pb2.ConfirmPairingResponse:
        self.heard.note(request, context)
        return pairing_pb2.ConfirmPairingResponse(pairing=pairing_pb2.Pairing(id=request.pairing_id))

    async def ClaimPairing(self, request: Any, context: Context) -> pairing_pb2.ClaimPairingResponse:
        self.heard.note(request, context)
        return pairing_pb2.ClaimPairingResponse()

    async def SetShares(self, request: Any, context: Context) -> pairing_pb2.SetSharesResponse:
        self.heard.note(request, context)
        return pairing_pb2.SetSharesResponse()

    async def SetCalendar(self, request: Any, context: Context) -> pairing_pb2.SetCalendarResponse:
        self.heard.note(request, context)
        return pairing_pb2.SetCalendarResponse()


class Scheduling(scheduling_pb2_grpc.SchedulingServiceServicer):
    """Answers with what it was asked."""

    def __init__(self, heard: Heard) -> None:
        self.heard = heard

    async def CreateInvite(self, request: Any, context: Context) -> scheduling_pb2.CreateInviteResponse:
        self.heard.note(request, context)
        invite = scheduling_pb2.Invite(title=request.title, starts_at=request.starts_at, state="INVITE_STATE_OPEN")  # type: ignore[arg-type]
        return scheduling_pb2.CreateInviteResponse(invite=invite)

    async def SetWindows(self, request: Any, context: Context) -> scheduling_pb2.SetWindowsResponse:
        self.heard.note(request, context)
        return scheduling_pb2.SetWindowsResponse(windows=request.windows, zone=request.zone)

    async def GetReminder(self, request: Any, context: Context) -> scheduling_pb2.GetReminderResponse:
        self.heard.note(request, context)
        return scheduling_pb2.GetReminderResponse()

    async def ListReminders(self, request: Any, context: Context) -> scheduling_pb2.ListRemindersResponse:
        self.heard.note(request, context)
        return scheduling_pb2.ListRemindersResponse()

    async def ListSlots(self, request: Any, context: Context) -> scheduling_pb2.ListSlotsResponse:
        self.heard.note(request, context)
        return scheduling_pb2.ListSlotsResponse(shared=False)


def failed(code: grpc.StatusCode, reason: str, text: str, *parts: Any) -> Status:
    """A rich status as services send it."""
    status = Status(code=code.value[0], message=text)
    for part in (ErrorInfo(reason=reason, domain="twolamps"), *parts):
        status.details.add().Pack(part)
    return status


_WAIT = RetryInfo()
_WAIT.retry_delay.FromMilliseconds(6500)
_FIELD = BadRequest.FieldViolation(field="windows[1].starts_at", reason="not_in_past", description="It is over.")
FAILURES = {
    "field": failed(
        grpc.StatusCode.INVALID_ARGUMENT, "invalid_field", "A field.", BadRequest(field_violations=[_FIELD])
    ),
    "reused": failed(grpc.StatusCode.ALREADY_EXISTS, "idempotency_key_reused", "Used with another request."),
    "unheard": failed(grpc.StatusCode.FAILED_PRECONDITION, "invite_already_answered", "It was answered."),
    "slow_down": failed(grpc.StatusCode.RESOURCE_EXHAUSTED, "too_many_requests", "Later.", _WAIT),
    "busy": failed(grpc.StatusCode.UNAVAILABLE, "try_again", "Busy."),
    "stranger": failed(grpc.StatusCode.UNAUTHENTICATED, "unauthenticated", "A token is needed."),
    "broken": failed(grpc.StatusCode.INTERNAL, "secret_reason", "secret words of a service"),
}

Edge = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture(scope="module")
def services() -> Heard:
    return Heard()


@pytest.fixture
def heard(services: Heard) -> Heard:
    """What reaches the services from here on."""
    services.request, services.metadata, services.calls = None, {}, 0
    return services


@pytest.fixture(scope="module")
def edge(services: Heard) -> Edge:
    """`async with edge(flood_limit=..., stream=...) as client`: a gateway of its own, over real sockets."""

    @asynccontextmanager
    async def started(
        stream: ASGIApp | None = None, serve: bool = True, flood_limit: str = "3000/minute", **set_: Any
    ) -> AsyncIterator[httpx.AsyncClient]:
        server = grpc.aio.server()
        if serve:
            pairing_pb2_grpc.add_PairingServiceServicer_to_server(Pairing(services), server)  # type: ignore[abstract]
            scheduling_pb2_grpc.add_SchedulingServiceServicer_to_server(Scheduling(services), server)  # type: ignore[abstract]
            health_pb2_grpc.add_HealthServicer_to_server(health_aio.HealthServicer(), server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        if not serve:
            await server.stop(None)
        settings = EdgeSettings("127.0.0.1", 0, flood_limit, **set_)
        app = build(Channels({}, f"127.0.0.1:{port}"), lambda: "gateway-token", settings, stream)
        web = uvicorn.Server(server_config(app, settings, HttpToolsProtocol))
        serving = asyncio.create_task(web.serve())
        while not web.started:  # noqa: ASYNC110 (uvicorn has no event for it)
            await asyncio.sleep(0.005)
        address = web.servers[0].sockets[0].getsockname()
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{address[1]}", trust_env=False, timeout=10) as client:
            yield client
        web.should_exit = True
        await serving
        await server.stop(None)

    return started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(edge: Edge) -> AsyncIterator[httpx.AsyncClient]:
    async with edge() as client:
        yield client


Problem = Callable[..., dict[str, Any]]


@pytest.fixture
def problem() -> Problem:
    """`problem(response, status, reason, field)`: its body, checked for what every problem promises."""

    def checked(response: httpx.Response, status: int, reason: str, field: str | None = None) -> dict[str, Any]:
        body: dict[str, Any] = response.json()
        assert (response.status_code, body["status"], body["reason"]) == (status, status, reason), body
        assert response.headers["content-type"] == "application/problem+json"
        assert response.headers["cache-control"] == "no-store"
        assert body["type"] == f"/errors/{reason}"
        assert body["title"]
        assert body["detail"]
        assert body["request_id"] == response.headers["x-request-id"]
        assert [error["field"] for error in body.get("errors", [])] == ([] if field is None else [field])
        assert all(error["rule"] and error["detail"] for error in body.get("errors", []))
        assert not any(word in response.text for word in ("Traceback", "google", "secret", "127.0.0.1"))
        return body

    return checked
