"""Does a gRPC status bring the same error as the problem it would be over HTTP?"""

from datetime import timedelta

import grpc
import pytest
from google.protobuf.any_pb2 import Any
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

from twolamps_client import FieldError, InvalidRequest, NotConnected, RateLimited, TwolampsError, Unavailable
from twolamps_client.errors import error_of_rpc


def rpc_error(code: grpc.StatusCode, *details: ErrorInfo | BadRequest | RetryInfo) -> grpc.aio.AioRpcError:
    """A failed call with a google.rpc.Status of these details."""
    status = Status(message="A sentence.")
    for detail in details:
        packed = Any()
        packed.Pack(detail)
        status.details.append(packed)
    trailing = grpc.aio.Metadata(("grpc-status-details-bin", status.SerializeToString()))
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), trailing, "A sentence.", "")


def test_the_details_of_a_status_are_read() -> None:
    field = BadRequest.FieldViolation(field="cursor", reason="string.max_len", description="Too long.")
    code = grpc.StatusCode.INVALID_ARGUMENT
    error = error_of_rpc(rpc_error(code, ErrorInfo(reason="invalid_request"), BadRequest(field_violations=[field])))
    assert isinstance(error, InvalidRequest)
    assert (error.status, error.reason, error.detail) == (422, "invalid_request", "A sentence.")
    assert error.fields == (FieldError("cursor", "string.max_len", "Too long."),)


def test_the_time_to_wait_is_read() -> None:
    retry = RetryInfo()
    retry.retry_delay.FromTimedelta(timedelta(seconds=3))
    error = error_of_rpc(rpc_error(grpc.StatusCode.RESOURCE_EXHAUSTED, ErrorInfo(reason="too_many_streams"), retry))
    assert isinstance(error, RateLimited)
    assert error.retry_after == timedelta(seconds=3)


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        (grpc.StatusCode.FAILED_PRECONDITION, "not_connected", NotConnected),
        (grpc.StatusCode.UNAVAILABLE, "", Unavailable),
        (grpc.StatusCode.CANCELLED, "", Unavailable),
        (grpc.StatusCode.UNIMPLEMENTED, "", TwolampsError),
    ],
)
def test_a_code_and_a_reason_decide_the_type(code: grpc.StatusCode, reason: str, kind: type[TwolampsError]) -> None:
    assert type(error_of_rpc(rpc_error(code, ErrorInfo(reason=reason)))) is kind


def test_details_that_are_no_status_do_not_hide_the_code() -> None:
    trailing = grpc.aio.Metadata(("grpc-status-details-bin", b"\xff\xff"))
    error = error_of_rpc(grpc.aio.AioRpcError(grpc.StatusCode.UNAVAILABLE, grpc.aio.Metadata(), trailing, "", ""))
    assert isinstance(error, Unavailable)
