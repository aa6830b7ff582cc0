"""What went wrong, as a type to catch: the same error whether it came as problem+json (RFC 9457) or as a gRPC status.

`reason` names the broken rule (snake_case, stable), `detail` is a sentence for a person, `fields` says which field
broke which rule.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import cast

import grpc
import httpx
from google.protobuf.message import DecodeError
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field at fault: its name, the rule it broke, a sentence about it."""

    field: str
    rule: str
    detail: str


class TwolampsError(Exception):
    """A call that was not done. `status` is the HTTP status, 0 when no answer came."""

    def __init__(
        self,
        status: int,
        reason: str,
        detail: str = "",
        *,
        fields: tuple[FieldError, ...] = (),
        retry_after: timedelta | None = None,
        request_id: str = "",
    ) -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.status = status
        self.reason = reason
        self.detail = detail
        self.fields = fields
        self.retry_after = retry_after
        self.request_id = request_id


class InvalidRequest(TwolampsError):
    """400 or 422: what was sent breaks a rule or a limit; see `fields`."""


class Unauthenticated(TwolampsError):
    """401: no session, or it has ended. Sign in again."""


class Forbidden(TwolampsError):
    """403: this person may not do that."""


class NotFound(TwolampsError):
    """404: there is no such thing for this person."""


class Conflict(TwolampsError):
    """409: the state of things does not allow it (any more)."""


class NotConnected(Conflict):
    """The two are not connected; by design it never says why or since when."""


class RateLimited(TwolampsError):
    """429: too often; `retry_after` says when again. Calls never retry it by themselves."""


class ServerFault(TwolampsError):
    """500: a fault of the server; `request_id` names it to its operator."""


class Unavailable(TwolampsError):
    """502, 503, 504 or no answer at all: trying again later may help, and the client already did."""


_BY_REASON: Mapping[str, type[TwolampsError]] = {"not_connected": NotConnected}
_BY_STATUS: Mapping[int, type[TwolampsError]] = {
    0: Unavailable,
    400: InvalidRequest,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    422: InvalidRequest,
    429: RateLimited,
    500: ServerFault,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}
_STATUS_OF_CODE: Mapping[grpc.StatusCode, int] = {
    grpc.StatusCode.INVALID_ARGUMENT: 422,
    grpc.StatusCode.OUT_OF_RANGE: 422,
    grpc.StatusCode.FAILED_PRECONDITION: 409,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.UNAUTHENTICATED: 401,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.CANCELLED: 503,  # a server that sheds load cancels streams before it has looked at them
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
    grpc.StatusCode.UNIMPLEMENTED: 501,
}


def no_answer(cause: Exception) -> Unavailable:
    """The error of an attempt that got no whole answer."""
    return Unavailable(0, "no_answer", f"The server did not answer ({type(cause).__name__}).")


def error_of_response(response: httpx.Response) -> TwolampsError:
    """The error in a response that is not a success; its body must have been read. Any body is understood somehow."""
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        problem = {}
    status = response.status_code
    waits = response.headers.get("retry-after", "")
    listed = problem.get("errors")
    return _error_class(status, reason := str(problem.get("reason") or f"http_{status}"))(
        status,
        reason,
        str(problem.get("detail") or problem.get("title") or _phrase(status)),
        fields=tuple(
            FieldError(str(entry.get("field", "")), str(entry.get("rule", "")), str(entry.get("detail", "")))
            for entry in (listed if isinstance(listed, list) else [])
            if isinstance(entry, dict)
        ),
        retry_after=timedelta(seconds=int(waits)) if waits.isascii() and waits.isdigit() else None,
        request_id=str(problem.get("request_id") or ""),
    )


def error_of_rpc(error: grpc.aio.AioRpcError) -> TwolampsError:
    """The error in a failed gRPC call, with the details of its google.rpc.Status if it brought one."""
    status = _STATUS_OF_CODE.get(error.code(), 500)
    trailing = cast(Iterable[tuple[str, str | bytes]], error.trailing_metadata())
    packed = next((value for key, value in trailing if key == "grpc-status-details-bin"), b"")
    info, bad, retry = ErrorInfo(), BadRequest(), RetryInfo()
    try:
        for detail in Status.FromString(packed if isinstance(packed, bytes) else b"").details:
            for known in (info, bad, retry):
                detail.Unpack(known)
    except DecodeError:
        pass  # a proxy's own status; its code still says enough
    return _error_class(status, reason := info.reason or f"grpc_{error.code().name.lower()}")(
        status,
        reason,
        error.details() or "",
        fields=tuple(FieldError(entry.field, entry.reason, entry.description) for entry in bad.field_violations),
        retry_after=retry.retry_delay.ToTimedelta() if retry.HasField("retry_delay") else None,
    )


def _error_class(status: int, reason: str) -> type[TwolampsError]:
    return _BY_REASON.get(reason) or _BY_STATUS.get(status, TwolampsError)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
