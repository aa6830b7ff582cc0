"""Which requests find their method, and what surrounds every answer?"""

import asyncio
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from gateway.settings import EdgeSettings
from twolamps_chassis.errors import TooManyRequests, Unauthenticated

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("path", ["/v1/pairings/7:confirm", "/v1/pairings/7%3Aconfirm", "/v1/pairings/%37:confir%6D"])
async def test_a_custom_verb_is_found_however_it_is_encoded(client: httpx.AsyncClient, heard: Any, path: str) -> None:
    assert (await client.post(path, json={})).status_code == 200
    assert heard.request.pairing_id == "7"


async def test_an_encoded_slash_stays_in_its_segment(client: httpx.AsyncClient, heard: Any, problem: Any) -> None:
    assert (await client.get("/v1/reminders/a%2Fb")).status_code == 200
    assert heard.request.reminder_id == "a/b"
    problem(await client.get("/v1%2Fme"), 404, "no_such_path")
    problem(await client.get("/v1/couple%2Fshares"), 404, "no_such_path")


@pytest.mark.parametrize(
    "path",
    ["/", "/v1", "/v1/", "/v2/me", "/v1/me/", "/v1//me", "/v1/nothing", "/v1/invites/", "/v1/invites/:accept",
     "/v1/invites/7:burn", "/v1/invites:accept", "/v1/me:", "/V1/me", "/docs/../routes.py", "/docs/..%2Froutes.py",
     "/docs/LICENSE", "/docs/", "/errors", "/favicon.ico", "/v1/inbox/stream"],
)  # fmt: skip
async def test_a_path_that_is_not_there_is_404(client: httpx.AsyncClient, problem: Any, path: str) -> None:
    problem(await client.get(path), 404, "no_such_path")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/v1/people", "OPTIONS, POST"),
        ("POST", "/v1/me", "GET, HEAD, OPTIONS, PATCH"),
        ("GET", "/v1/invites/7:accept", "OPTIONS, POST"),
        ("POST", "/v1/sessions/7", "DELETE, GET, HEAD, OPTIONS"),
        ("HEAD", "/v1/people", "OPTIONS, POST"),
        ("TRACE", "/v1/me", "GET, HEAD, OPTIONS, PATCH"),
    ],
)
async def test_a_method_that_a_path_does_not_take_is_405_with_allow(
    client: httpx.AsyncClient, problem: Any, method: str, path: str, allow: str
) -> None:
    response = await client.request(method, path)
    assert (response.status_code, response.headers["allow"]) == (405, allow)
    if method != "HEAD":
        problem(response, 405, "method_not_allowed")


async def test_other_routes_are_405_too(client: httpx.AsyncClient, problem: Any) -> None:
    response = await client.post("/openapi.json")
    problem(response, 405, "method_not_allowed")
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD"}


async def test_head_is_get_without_its_body(client: httpx.AsyncClient) -> None:
    got, head = await client.get("/v1/me"), await client.head("/v1/me")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]


async def test_options_names_the_methods(client: httpx.AsyncClient, heard: Any) -> None:
    response = await client.options("/v1/me")
    assert (response.status_code, response.headers["allow"]) == (204, "GET, HEAD, OPTIONS, PATCH")
    assert heard.calls == 0


async def test_without_named_origins_nothing_is_said_across_origins(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/me", headers={"origin": "https://app.example.org"})
    assert not [name for name in response.headers if name.startswith("access-control")]


async def test_a_named_origin_may_call_and_another_may_not(edge: Any) -> None:
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,idempotency-key"}
    async with edge(cors_origins=("https://app.example.org",), flood_limit="2/minute") as client:
        good, bad = {"origin": "https://app.example.org"}, {"origin": "https://app.example.org.evil.example"}
        preflight = await client.options("/v1/invites", headers={**good, **asked})
        assert preflight.status_code == 200
        assert preflight.headers["access-control-allow-origin"] == good["origin"]
        assert "idempotency-key" in preflight.headers["access-control-allow-headers"].lower()
        assert "access-control-allow-credentials" not in preflight.headers
        refused = await client.options("/v1/invites", headers={**bad, **asked})
        assert "access-control-allow-origin" not in refused.headers
        assert "access-control-allow-origin" not in (await client.get("/v1/me", headers=bad)).headers
        await client.get("/v1/me", headers=good)
        flooded = await client.get("/v1/me", headers=good)  # an error can be read across origins too
        assert (flooded.status_code, flooded.headers["access-control-allow-origin"]) == (429, good["origin"])
        assert "RateLimit" in flooded.headers["access-control-expose-headers"]


async def test_request_n_is_served_and_n_plus_1_is_429(edge: Any, problem: Any, heard: Any) -> None:
    async with edge(flood_limit="3/minute") as client:
        for _ in range(3):
            response = await client.get("/v1/me")
            assert response.status_code == 200
            assert response.headers["ratelimit-policy"] == '"flood";q=3;w=60'
            assert "ratelimit" not in response.headers  # who shares the address could tell by it that somebody is here
        response = await client.get("/v1/me")
        problem(response, 429, "too_many_requests")
        assert response.headers["ratelimit"].startswith('"flood";r=0;t=')
        assert 1 <= int(response.headers["retry-after"]) <= 120
        assert heard.calls == 3
        assert (await client.get("/healthz")).status_code == 200
        assert "ratelimit" not in (await client.get("/healthz")).headers


async def test_a_flood_limit_that_cannot_be_read_stops_the_start() -> None:
    with pytest.raises(ValueError, match="rate limit"):
        EdgeSettings("127.0.0.1", 0, flood_limit="many")


async def test_after_retry_after_there_is_room_again(edge: Any) -> None:
    async with edge(flood_limit="2/second") as client:
        while (response := await client.get("/v1/me")).status_code == 200:
            pass
        await asyncio.sleep(int(response.headers["retry-after"]))
        assert (await client.get("/v1/me")).status_code == 200


async def test_security_headers_are_on_every_answer(client: httpx.AsyncClient) -> None:
    for path in ("/v1/me", "/nothing", "/healthz", "/openapi.json", "/docs", "/docs/page.js"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-request-id"]
        assert "server" not in headers


async def test_health_readiness_and_metrics_answer_here(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    assert (await client.get("/readyz")).json() == {"status": "ready"}
    assert 'twolamps_http_answers_total{status="200"}' in (await client.get("/metrics")).text


@pytest.mark.parametrize("name", ["forwarded", "x-forwarded-for", "x-real-ip", "via"])
async def test_metrics_are_not_told_through_a_proxy(client: httpx.AsyncClient, problem: Any, name: str) -> None:
    problem(await client.get("/metrics", headers={name: "127.0.0.1"}), 404, "no_such_path")


async def test_a_forwarded_address_is_believed_only_from_a_named_proxy(edge: Any, heard: Any) -> None:
    async with edge(trusted_proxies=("127.0.0.1",)) as client:
        await client.get("/v1/me", headers={"x-forwarded-for": "203.0.113.7"})
        assert heard.metadata["x-twolamps-client-address"] == "203.0.113.7"


class Stream:
    """A stream endpoint whose head goes out long before its end."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        await send({"type": "http.response.body", "body": b": hello\n\n", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass


async def test_the_head_of_a_stream_is_not_held_back(edge: Any, problem: Any) -> None:
    async with edge(stream=Stream()) as client:
        async with client.stream("GET", "/v1/inbox/stream") as response:
            assert response.headers["content-type"] == "text/event-stream"
            assert response.headers["x-request-id"]
            assert await anext(response.aiter_bytes()) == b": hello\n\n"
        problem(await client.post("/v1/inbox/stream"), 405, "method_not_allowed")


class Failing:
    """A stream endpoint that fails before its head."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raise self.error


async def test_what_a_stream_refuses_is_a_problem(edge: Any, problem: Any) -> None:
    async with edge(stream=Failing(Unauthenticated())) as client:
        response = await client.get("/v1/inbox/stream")
        problem(response, 401, "unauthenticated")
        assert response.headers["www-authenticate"] == "Bearer"
    async with edge(stream=Failing(TooManyRequests(retry_after_s=2.5))) as client:
        response = await client.get("/v1/inbox/stream")
        problem(response, 429, "too_many_requests")
        assert response.headers["retry-after"] == "3"


async def test_a_crash_of_the_edge_leaks_nothing_even_to_the_log(
    edge: Any, problem: Any, capfd: Any, caplog: Any
) -> None:
    async with edge(stream=Failing(RuntimeError("secret words of a crash"))) as client:
        problem(await client.get("/v1/inbox/stream"), 500, "internal")
    written = "".join(capfd.readouterr()) + caplog.text
    assert "secret" not in written
    assert "RuntimeError" in written
