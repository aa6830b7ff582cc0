"""How does an error look over HTTP? As problem+json (RFC 9457), with the reason a client can read.

Promises: status and title come from the catalogue (errors.json, rules.json), or for a reason it does not know from the gRPC
code; a text is shown only where a service of Twolamps wrote it for people (it carries an ErrorInfo of this domain), so
what a library or a crash says never leaks; 401 names the scheme (RFC 9110 11.6.1); 429 and 503 say when to come back.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from google.protobuf.message import DecodeError
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc import StatusCode
from grpc.aio import AioRpcError
from starlette.responses import Response

from twolamps_chassis.errors import Problem as ServiceProblem
from twolamps_chassis.errors import status_of

_HERE = Path(__file__).parent
CATALOGUE: dict[str, dict[str, Any]] = {
    **json.loads((_HERE / "rules.json").read_text()),  # generated from the services' own tables
    **json.loads((_HERE / "errors.json").read_text()),
}

_BY_CODE: dict[StatusCode, tuple[str, int, str]] = {
    StatusCode.INVALID_ARGUMENT: ("invalid_argument", 422, "A field breaks its rule"),
    StatusCode.OUT_OF_RANGE: ("out_of_range", 422, "A limit is reached"),
    StatusCode.FAILED_PRECONDITION: ("failed_precondition", 409, "This is not possible now"),
    StatusCode.ALREADY_EXISTS: ("already_exists", 409, "This exists already"),
    StatusCode.ABORTED: ("aborted", 409, "Another change came first"),
    StatusCode.NOT_FOUND: ("not_found", 404, "There is no such thing for you"),
    StatusCode.UNAUTHENTICATED: ("unauthenticated", 401, "A valid access token is needed"),
    StatusCode.PERMISSION_DENIED: ("permission_denied", 403, "This call is not for you"),
    StatusCode.RESOURCE_EXHAUSTED: ("too_many_requests", 429, "Too many requests"),
    StatusCode.UNAVAILABLE: ("unavailable", 503, "Not available at the moment"),
    StatusCode.CANCELLED: ("unavailable", 503, "Not available at the moment"),
    StatusCode.DEADLINE_EXCEEDED: ("deadline_exceeded", 504, "The answer took too long"),
    StatusCode.UNIMPLEMENTED: ("unimplemented", 501, "This is not offered"),
}
HTTP_STATUS = {code: status for code, (_, status, _) in _BY_CODE.items()}
"""The HTTP status of a gRPC code."""
_INTERNAL = ("internal", 500, "Something went wrong on our side")


@dataclass(frozen=True, slots=True)
class FieldError:
    """A field at fault: its JSON name (`windows[0].start`), the rule it breaks, a sentence."""

    field: str
    rule: str
    detail: str


class Problem(Exception):
    """A request that is answered with an error."""

    def __init__(
        self,
        status: int,
        reason: str,
        title: str,
        detail: str,
        errors: tuple[FieldError, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(reason)
        self.status, self.reason, self.title, self.detail = status, reason, title, detail
        self.errors, self.headers = errors, dict(headers or {})

    def response(self, request_id: str) -> Response:
        """The answer a client sees."""
        body: dict[str, Any] = {
            "type": f"/errors/{self.reason}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "reason": self.reason,
            "request_id": request_id,
        }
        if self.errors:
            body["errors"] = [{"field": e.field, "rule": e.rule, "detail": e.detail} for e in self.errors]
        headers = {"cache-control": "no-store", **self.headers}
        if self.status == 401:
            headers["www-authenticate"] = "Bearer"
        return Response(json.dumps(body), self.status, headers, "application/problem+json")


def refused(reason: str, detail: str = "", *, field: str = "", headers: Mapping[str, str] | None = None) -> Problem:
    """The gateway's own refusal, for a reason of the catalogue; `field` names what is at fault."""
    known = CATALOGUE[reason]
    detail = detail or f"{known['title']}."
    errors = (FieldError(field, reason, detail),) if field else ()
    return Problem(known["status"], reason, known["title"], detail, errors, headers)


def from_rpc(error: AioRpcError) -> Problem:
    """What a failed call becomes for the client."""
    given: dict[str, Any] = dict(cast(Any, error.trailing_metadata()) or ())
    raw = given.get("grpc-status-details-bin", b"")
    try:
        status = Status.FromString(raw if isinstance(raw, bytes) else b"")
    except DecodeError:
        status = Status()
    return _from_status(error.code(), status)


def from_service(error: ServiceProblem) -> Problem:
    """What an error of the chassis, raised in this process, becomes for the client."""
    return _from_status(error.code, status_of(error, {}) or Status())


def _from_status(code: StatusCode, status: Status) -> Problem:
    reason, http, title = _BY_CODE.get(code, _INTERNAL)
    detail, errors, wait = f"{title}.", tuple[FieldError, ...](), 1
    info, bad, retry = ErrorInfo(), BadRequest(), RetryInfo()
    for packed in status.details:
        for part in (info, bad, retry):
            packed.Unpack(part)
    if http != 500 and info.domain == "twolamps":
        known = CATALOGUE.get(info.reason, {"status": http, "title": title})
        reason, http, title = info.reason, known["status"], known["title"]
        detail = status.message or detail
        errors = tuple(FieldError(_json_path(v.field), v.reason, v.description) for v in bad.field_violations)
        wait = max(1, math.ceil(retry.retry_delay.ToTimedelta().total_seconds()))
    headers = {"retry-after": str(wait)} if http in (429, 503) else None
    return Problem(http, reason, title, detail, errors, headers)


def _json_path(path: str) -> str:
    """`first_window.start_at` as clients write it: `firstWindow.startAt`."""
    return re.sub(r"_([a-z0-9])", lambda m: m[1].upper(), path)
