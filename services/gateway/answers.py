"""What does every answer carry? A request id, headers that tie a browser's hands, and an honest problem where it broke.

Promises: a request id is made here, never taken from a client; an exception becomes a problem without its text, and is
logged by its kind and place alone, since its words may be somebody's; a stream's head passes unheld.
"""

from uuid import uuid4

from prometheus_client import Counter
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.problems import Problem, from_service, refused
from twolamps_chassis.errors import Problem as ServiceProblem
from twolamps_chassis.telemetry import log, origin

ANSWERS = Counter("twolamps_http_answers_total", "HTTP answers by status", ["status"])
SECURITY = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


class Answers:
    """The outermost layer of the application but for CORS."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; after the head is sent an exception only ends the connection."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        request_id = scope.setdefault("state", {})["request_id"] = uuid4().hex
        begun = False

        async def with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                ANSWERS.labels(message["status"]).inc()
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                for name, value in SECURITY.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except Exception as error:
            if not isinstance(error, Problem):
                log().error("request.failed", request_id=request_id, **origin(error))
            if begun:
                raise
            answer = error if isinstance(error, Problem) else refused("internal")
            await answer.response(request_id)(scope, receive, with_headers)


async def problem(request: Request, error: Exception) -> Response:
    """What a route refuses, as the answer."""
    found = from_service(error) if isinstance(error, ServiceProblem) else error
    assert isinstance(found, Problem)
    return found.response(request.state.request_id)


async def routing_problem(request: Request, error: Exception) -> Response:
    """What the router refuses, as a problem."""
    assert isinstance(error, HTTPException)
    reason = "method_not_allowed" if error.status_code == 405 else "no_such_path"
    return refused(reason, headers=error.headers).response(request.state.request_id)
