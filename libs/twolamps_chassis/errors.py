"""Which errors does every service answer with? Broken rules as gRPC statuses, each with a reason a client can read.

Promises: the reason is stable; the text names the rule; nothing tells what belongs to somebody else: an unknown id
and another couple's id are one error.
"""

import re
from collections.abc import Mapping
from typing import ClassVar

from google.protobuf.any_pb2 import Any as AnyPb
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc import StatusCode

Statuses = Mapping[type[Exception], StatusCode]
"""Which status each rule of a domain answers with."""


class Problem(Exception):
    """An error of the edge. Its class name is the reason, its docstring the sentence for a person."""

    code: ClassVar[StatusCode] = StatusCode.INTERNAL

    def __init__(self, detail: str = "", *, field: str = "", retry_after_s: float = 0) -> None:
        super().__init__(detail or sentence(type(self)))
        self.field, self.retry_after_s = field, retry_after_s


class NotFound(Problem):
    """There is no such thing for you."""

    code = StatusCode.NOT_FOUND


class NotConnected(Problem):
    """You are not connected."""

    code = StatusCode.FAILED_PRECONDITION


class Unauthenticated(Problem):
    """A valid access token is needed, sent as Authorization: Bearer TOKEN. One lives ten minutes."""

    code = StatusCode.UNAUTHENTICATED


class NotAllowed(Problem):
    """This call is not for you."""

    code = StatusCode.PERMISSION_DENIED


class InvalidField(Problem):
    """A field breaks its rule."""

    code = StatusCode.INVALID_ARGUMENT


class IdempotencyKeyRequired(Problem):
    """This call needs an Idempotency-Key of 1 to 255 visible ASCII characters."""

    code = StatusCode.INVALID_ARGUMENT


class IdempotencyKeyReused(Problem):
    """This Idempotency-Key was used with another request."""

    code = StatusCode.ALREADY_EXISTS


class TooManyRequests(Problem):
    """Too many requests; try again later."""

    code = StatusCode.RESOURCE_EXHAUSTED


class LimitReached(Problem):
    """A limit of Twolamps is reached."""

    code = StatusCode.OUT_OF_RANGE


class TryAgain(Problem):
    """The service is busy with the same thing; try again."""

    code = StatusCode.UNAVAILABLE


class Internal(Problem):
    """Something went wrong on our side."""

    code = StatusCode.INTERNAL


def reason(error: type[Exception]) -> str:
    """The stable reason of a rule: its class name in snake_case."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", error.__name__).lower()


def sentence(error: type[object]) -> str:
    """The sentence of a rule: the first paragraph of its docstring."""
    return " ".join((error.__doc__ or error.__name__).split("\n\n")[0].split())


def violation(field: str, rule: str, detail: str) -> BadRequest:
    """One field at fault, as google.rpc.BadRequest."""
    return BadRequest(field_violations=[BadRequest.FieldViolation(field=field, description=detail, reason=rule)])


def status(code: StatusCode, why: str, detail: str, bad: BadRequest | None = None, retry_after_s: float = 0) -> Status:
    """The rich status of an error, for grpc-status-details-bin."""
    result = Status(code=code.value[0], message=detail)
    parts: list[ErrorInfo | BadRequest | RetryInfo] = [ErrorInfo(reason=why, domain="twolamps")]
    if bad is not None:
        parts.append(bad)
    if retry_after_s:
        wait = Duration()
        wait.FromNanoseconds(int(retry_after_s * 1e9))
        parts.append(RetryInfo(retry_delay=wait))
    for part in parts:
        result.details.append(_packed(part))
    return result


def status_of(error: Exception, table: Statuses) -> Status | None:
    """The status of a Problem or of a domain's rule in `table`; None for what is nobody's rule."""
    code = error.code if isinstance(error, Problem) else table.get(type(error))
    if code is None:
        return None
    kind, field = type(error), str(getattr(error, "field", ""))
    detail = str(error) if isinstance(error, Problem) else getattr(error, "detail", "") or sentence(kind)
    bad = violation(field, reason(kind), detail) if field else None
    return status(code, reason(kind), detail, bad, getattr(error, "retry_after_s", 0))


def _packed(message: ErrorInfo | BadRequest | RetryInfo) -> AnyPb:
    packed = AnyPb()
    packed.Pack(message)
    return packed
