"""How is one request brought to an answer? Sent again, byte for byte and with the same headers, until it is answered.

Sent again after no answer, 502, 503 and 504, waiting at least the server's Retry-After. That is safe for every method:
a POST carries its Idempotency-Key, signing up, signing in, by a device too, and refreshing may be repeated, the other verbs
state a wish.
Every other answer stands.
"""

from collections.abc import Mapping
from datetime import timedelta

import httpx

from twolamps_client.clock import elapsed, pause
from twolamps_client.errors import Unavailable, error_of_response, no_answer
from twolamps_client.methods import Outgoing
from twolamps_client.patience import Patience


async def send(
    http: httpx.AsyncClient, outgoing: Outgoing, headers: Mapping[str, str], patience: Patience, until: timedelta
) -> bytes:
    """The body of a successful answer.

    Raises TwolampsError; Unavailable when no attempt is left or none would fit before `until` (on clock.elapsed).
    """
    failures = 0
    while True:
        try:
            return await _attempt(http, outgoing, headers)
        except Unavailable as failure:
            failures += 1
            wait = patience.wait(failures, failure.retry_after)
            if failures >= patience.attempts or elapsed() + wait >= until:
                raise
        await pause(wait)


async def _attempt(http: httpx.AsyncClient, outgoing: Outgoing, headers: Mapping[str, str]) -> bytes:
    try:
        response = await http.request(
            outgoing.verb,
            outgoing.path,
            params=outgoing.query,  # type: ignore[arg-type]
            content=outgoing.body or None,
            headers=headers,
        )
    except httpx.TransportError as lost:
        raise no_answer(lost) from lost
    if response.is_success:
        return response.content
    raise error_of_response(response)
