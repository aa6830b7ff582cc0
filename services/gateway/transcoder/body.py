"""How does a body come in? Whole, as JSON, of bounded size, in bounded time."""

import asyncio

from starlette.requests import ClientDisconnect, Request

from gateway.problems import refused
from gateway.settings import EdgeSettings


async def take_body(request: Request, settings: EdgeSettings) -> bytes:
    """The body of a request, empty where there is none; raises Problem where it is too large, too slow or not JSON."""
    limit = settings.body_bytes
    body = bytearray()
    try:
        async with asyncio.timeout(settings.deadline.total_seconds()):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    close = {"connection": "close"}
                    raise refused("body_too_large", f"The body may have {limit} bytes.", headers=close)
    except (TimeoutError, ClientDisconnect):
        raise refused("body_too_slow", headers={"connection": "close"}) from None
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind != "application/json":
        raise refused("content_type_not_json", "Send the body with Content-Type: application/json.")
    return bytes(body)
