"""What reaches a service, and what does its answer or its error become?"""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_answer_is_proto3_json_with_defaults_and_never_cached(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/me")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == {
        "me": {"personId": "p", "mail": "", "displayName": "Zoë", "pronouns": "", "zone": "", "locale": ""}
    }


async def test_enums_have_their_full_name_and_times_are_rfc_3339(client: httpx.AsyncClient) -> None:
    sent = {"title": "Walk", "startsAt": "2026-05-01T21:30:00+02:00", "duration": "3600s"}
    invite = (await client.post("/v1/invites", json=sent, headers={"idempotency-key": "k"})).json()["invite"]
    assert (invite["state"], invite["turn"]) == ("INVITE_STATE_OPEN", "PARTY_UNSPECIFIED")
    assert invite["startsAt"] == "2026-05-01T19:30:00Z"
    assert (invite["sequence"], invite["history"]) == (0, [])


async def test_token_key_and_trace_are_passed_on_with_the_gateways_own_word(
    client: httpx.AsyncClient, heard: Any
) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    headers = {"authorization": "Bearer t.o.k", "idempotency-key": "intent 1", "traceparent": trace}
    response = await client.post("/v1/pairings:claim", json={"code": "K7QM-3XPTA"}, headers=headers)
    assert response.status_code == 200
    assert {name: heard.metadata[name] for name in headers} == headers
    assert heard.metadata["x-twolamps-service-token"] == "gateway-token"
    assert heard.metadata["x-twolamps-client-address"] == "127.0.0.1"
    assert heard.metadata["x-request-id"] == response.headers["x-request-id"]


async def test_what_a_client_says_in_our_own_headers_is_dropped(client: httpx.AsyncClient, heard: Any) -> None:
    forged = {
        "x-twolamps-client-address": "10.0.0.9",
        "x-twolamps-service-token": "forged",
        "x-twolamps-person": "somebody",
        "x-request-id": "mine",
        "x-forwarded-for": "10.0.0.9",
        "grpc-timeout": "1n",
        "traceparent": "no trace",
    }
    response = await client.get("/v1/me", headers=forged)
    assert heard.metadata["x-twolamps-client-address"] == "127.0.0.1"
    assert heard.metadata["x-twolamps-service-token"] == "gateway-token"
    assert heard.metadata["x-request-id"] == response.headers["x-request-id"] != "mine"
    assert not {"x-twolamps-person", "x-forwarded-for", "traceparent"} & set(heard.metadata)


@pytest.mark.parametrize("value", [b"k\xe9y", b"k\ty", b"k" * 256])
async def test_a_key_that_cannot_be_passed_on_is_refused(problem: Any, client: httpx.AsyncClient, value: bytes) -> None:
    response = await client.post("/v1/pairings:claim", json={}, headers={b"idempotency-key": value})
    problem(response, 400, "header_invalid", "idempotency-key")


async def test_two_tokens_in_one_request_are_refused(problem: Any, client: httpx.AsyncClient, heard: Any) -> None:
    response = await client.get("/v1/me", headers=[("authorization", "Bearer a"), ("authorization", "Bearer b")])
    problem(response, 400, "header_invalid", "authorization")
    assert heard.calls == 0


async def ask(client: httpx.AsyncClient, name: str) -> httpx.Response:
    return await client.post("/v1/people", json={"displayName": name})


async def test_a_field_at_fault_is_told_as_clients_spell_it(problem: Any, client: httpx.AsyncClient) -> None:
    body = problem(await ask(client, "field"), 422, "invalid_field", "windows[1].startsAt")
    assert body["errors"] == [{"field": "windows[1].startsAt", "rule": "not_in_past", "detail": "It is over."}]
    assert body["detail"] == "A field."


@pytest.mark.parametrize(
    ("name", "status", "reason", "detail"),
    [
        ("reused", 409, "idempotency_key_reused", "Used with another request."),
        ("unheard", 409, "invite_already_answered", "It was answered."),
        ("stranger", 401, "unauthenticated", "A token is needed."),
        ("plain", 422, "invalid_argument", "A field breaks its rule."),
        ("broken", 500, "internal", "Something went wrong on our side."),
        ("crash", 500, "internal", "Something went wrong on our side."),
    ],
)
async def test_a_services_error_becomes_a_problem_and_only_its_own_words_are_shown(
    problem: Any, client: httpx.AsyncClient, name: str, status: int, reason: str, detail: str
) -> None:
    response = await ask(client, name)
    assert problem(response, status, reason)["detail"] == detail
    assert response.headers.get("www-authenticate") == ("Bearer" if status == 401 else None)


async def test_429_and_503_say_when_to_come_back(problem: Any, client: httpx.AsyncClient) -> None:
    response = await ask(client, "slow_down")
    problem(response, 429, "too_many_requests")
    assert response.headers["retry-after"] == "7"
    response = await ask(client, "busy")
    problem(response, 503, "try_again")
    assert response.headers["retry-after"] == "1"


async def test_a_call_without_a_service_behind_is_unimplemented(problem: Any, client: httpx.AsyncClient) -> None:
    problem(await client.get("/v1/inbox"), 501, "unimplemented")


async def test_a_call_that_takes_too_long_is_504(problem: Any, edge: Any) -> None:
    async with edge(deadline=timedelta(seconds=0.2)) as client:
        problem(await ask(client, "slow"), 504, "deadline_exceeded")


async def test_services_that_are_gone_are_503_without_their_address(problem: Any, edge: Any) -> None:
    async with edge(serve=False) as client:
        response = await ask(client, "Ada")
        problem(response, 503, "unavailable")
        assert response.headers["retry-after"] == "1"
        problem(await client.get("/readyz"), 503, "unavailable")
        assert (await client.get("/healthz")).status_code == 200


async def test_a_connection_that_lay_idle_longer_than_clients_keep_theirs_is_still_answered(
    client: httpx.AsyncClient,
) -> None:
    reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    try:
        for idle_s in (0, 6):  # httpx closes after five
            await asyncio.sleep(idle_s)
            writer.write(b"GET /v1/me HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
            await reader.read(1_000)
    finally:
        writer.close()
