"""What of a request does the gateway refuse by itself, and in which words?"""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")

JSON = {"content-type": "application/json"}
INVITE = "/v1/invites"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", "body_not_json"),
        (b"name=Ada", "body_not_json"),
        (b'{"mail": "a",}', "body_not_json"),
        (b'{"pageSize": NaN}', "body_not_json"),
        (b'{"pageSize": -Infinity}', "body_not_json"),
        (b'{"n": ' + b"9" * 5000 + b"}", "body_not_json"),
        (b'{"mail": "\xff\xfe"}', "body_not_json"),
        (b'\xef\xbb\xbf{"mail": "a"}', "body_not_json"),
        ('{"mail": "a"}'.encode("utf-16"), "body_not_json"),
        (b"[" * 60_000, "body_too_deep"),
        (b'{"a":' * 12_000, "body_too_deep"),
        (b"[]", "body_not_object"),
        (b'"text"', "body_not_object"),
        (b"null", "body_not_object"),
    ],
)
async def test_a_body_that_is_no_json_object_is_refused(
    problem: Any, client: httpx.AsyncClient, heard: Any, body: bytes, reason: str
) -> None:
    problem(await client.post("/v1/people", content=body, headers=JSON), 400, reason)
    assert heard.calls == 0


@pytest.mark.parametrize(
    ("path", "body", "reason", "field"),
    [
        ("/v1/people", '{"nickname": "x"}', "unknown_field", "nickname"),
        ("/v1/people", '{"DisplayName": "x"}', "unknown_field", "DisplayName"),
        ("/v1/people", '{"\\ud800": 1}', "unknown_field", "\\ud800"),
        ("/v1/people", '{"' + "x" * 300 + '": 1}', "unknown_field", "x" * 100),
        ("/v1/people", '{"mail": 5}', "wrong_type", "mail"),
        ("/v1/people", '{"mail": ["a"]}', "wrong_type", "mail"),
        ("/v1/people", '{"adult": "true"}', "wrong_type", "adult"),
        ("/v1/people", '{"adult": 1}', "wrong_type", "adult"),
        ("/v1/people", '{"mail": "a", "mail": "b"}', "duplicate_field", "mail"),
        ("/v1/people", '{"displayName": "a", "display_name": "b"}', "duplicate_field", "display_name"),
        ("/v1/people", '{"displayName": "a\\u0000b"}', "not_text", "displayName"),
        ("/v1/people", '{"displayName": "\\ud83d"}', "not_text", "displayName"),
        (INVITE, '{"startsAt": "tomorrow"}', "wrong_type", "startsAt"),
        (INVITE, '{"startsAt": "2026-05-01T19:30:00"}', "wrong_type", "startsAt"),
        (INVITE, '{"startsAt": "2026-13-41T19:30:00Z"}', "wrong_type", "startsAt"),
        (INVITE, '{"startsAt": "9999-12-31T23:59:59-23:59"}', "wrong_type", "startsAt"),
        (INVITE, '{"startsAt": "0000-01-01T00:00:00Z"}', "wrong_type", "startsAt"),
        (INVITE, '{"startsAt": 1767225600}', "wrong_type", "startsAt"),
        (INVITE, '{"startsAt": {"seconds": 5}}', "wrong_type", "startsAt"),
        (INVITE, '{"duration": "1h"}', "wrong_type", "duration"),
        (INVITE, '{"duration": "999999999999s"}', "wrong_type", "duration"),
        (INVITE, '{"duration": 3600}', "wrong_type", "duration"),
        ("/v1/invites/5:accept", '{"sequence": "1"}', "wrong_type", "sequence"),
        ("/v1/invites/5:accept", '{"sequence": true}', "wrong_type", "sequence"),
        ("/v1/invites/5:accept", '{"sequence": 1.5}', "wrong_type", "sequence"),
        ("/v1/invites/5:accept", '{"sequence": 1e999}', "wrong_type", "sequence"),
        ("/v1/invites/5:accept", '{"sequence": 2147483648}', "wrong_type", "sequence"),
        ("/v1/invites/5:accept", '{"inviteId": "6"}', "unknown_field", "inviteId"),
        ("/v1/invites/5:accept", '{"invite_id": "6"}', "unknown_field", "invite_id"),
        ("/v1/couple:end", '{"notice": "LOUDLY"}', "wrong_type", "notice"),
        ("/v1/couple:end", '{"notice": "\\ud800"}', "wrong_type", "notice"),
        ("/v1/couple:end", '{"notice": 1}', "wrong_type", "notice"),
    ],
)
async def test_a_field_at_fault_is_named(
    problem: Any, client: httpx.AsyncClient, heard: Any, path: str, body: str, reason: str, field: str
) -> None:
    problem(await client.post(path, content=body, headers=JSON), 400, reason, field)
    assert heard.calls == 0


@pytest.mark.parametrize(
    ("path", "body", "reason", "field"),
    [
        ("/v1/windows", {"windows": {}}, "wrong_type", "windows"),
        ("/v1/windows", {"windows": [5]}, "wrong_type", "windows[0]"),
        ("/v1/windows", {"windows": [None]}, "wrong_type", "windows[0]"),
        ("/v1/windows", {"windows": [{}, {"start": 9}]}, "wrong_type", "windows[1].start"),
        ("/v1/windows", {"windows": [{"from": "09:00"}]}, "unknown_field", "windows[0].from"),
        ("/v1/couple/calendar", {"calendar": "Berlin"}, "wrong_type", "calendar"),
        ("/v1/couple/calendar", {"calendar": {"weekStart": "1"}}, "wrong_type", "calendar.weekStart"),
        ("/v1/couple/shares", {"shares": ["SHARE_TITLES", "X"]}, "wrong_type", "shares[1]"),
    ],
)
async def test_a_nested_field_at_fault_is_named_by_its_path(
    problem: Any, client: httpx.AsyncClient, path: str, body: Any, reason: str, field: str
) -> None:
    problem(await client.put(path, json=body), 400, reason, field)


async def test_a_field_that_is_nearly_right_is_told_the_name(client: httpx.AsyncClient) -> None:
    async def detail(body: str) -> str:
        answer = await client.post("/v1/people", content=body, headers=JSON)
        return str(answer.json()["detail"])

    assert await detail('{"displayname": "Ada"}') == "There is no field displayname here. Did you mean displayName?"
    assert await detail('{"birthday": "1990"}') == "There is no field birthday here."


@pytest.mark.parametrize(
    ("query", "reason", "field"),
    [
        ("pageSize=many", "wrong_type", "pageSize"),
        ("pageSize=99999999999", "wrong_type", "pageSize"),
        ("page=2", "unknown_field", "page"),
        ("pageSize=1&page_size=2", "duplicate_field", "page_size"),
        ("pageToken=%00", "not_text", "pageToken"),
        ("pageToken=%FF", "query_invalid", None),
        ("pageSize", "query_invalid", None),
        ("&".join(["ids=x"] * 251), "query_invalid", None),
        ("ids.x=1", "unknown_field", "ids.x"),
    ],
)
async def test_a_query_at_fault_is_named(
    problem: Any, client: httpx.AsyncClient, query: str, reason: str, field: str | None
) -> None:
    problem(await client.get(f"/v1/reminders?{query}"), 400, reason, field)


async def test_a_body_of_the_limit_is_read_and_one_byte_more_is_413(
    problem: Any, client: httpx.AsyncClient, heard: Any
) -> None:
    body = b'{"mail": "' + b"x" * (65_536 - 12) + b'"}'
    assert (await client.post("/v1/people", content=body, headers=JSON)).status_code == 200
    problem(await client.post("/v1/people", content=body + b" ", headers=JSON), 413, "body_too_large")
    assert heard.calls == 1


async def test_a_body_must_be_marked_as_json_and_be_expected(
    problem: Any, client: httpx.AsyncClient, heard: Any
) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    problem(await client.post("/v1/people", content=b"{}", headers=form), 415, "content_type_not_json")
    problem(await client.request("GET", "/v1/me", content=b"{}", headers=JSON), 400, "body_not_expected")
    problem(await client.post("/v1/people?mail=a", json={}), 400, "query_invalid")
    assert heard.calls == 0


async def test_a_body_that_does_not_arrive_is_given_up(edge: Any) -> None:
    async with edge(deadline=timedelta(seconds=0.1)) as client:
        reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
        writer.write(b"POST /v1/people HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{")
        answer = await asyncio.wait_for(reader.read(), 5)  # to the end: the connection is closed
        writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"reason": "body_too_slow"' in answer


async def test_both_spellings_null_and_an_empty_body_are_read(
    problem: Any, client: httpx.AsyncClient, heard: Any
) -> None:
    await client.post("/v1/people", json={"display_name": "Ada", "mail": "a", "adult": True, "pronouns": None})
    assert (heard.request.display_name, heard.request.mail, heard.request.adult) == ("Ada", "a", True)
    assert (await client.post("/v1/pairings/7:confirm")).json()["pairing"]["id"] == "7"


async def test_only_fields_that_are_present_are_present(problem: Any, client: httpx.AsyncClient, heard: Any) -> None:
    await client.patch("/v1/me", json={"pronouns": "", "zone": None})
    assert heard.request.HasField("pronouns")
    assert not heard.request.HasField("zone")


async def test_query_fields_of_every_kind_are_read(problem: Any, client: httpx.AsyncClient, heard: Any) -> None:
    await client.get("/v1/slots?duration=5400s&startsAfter=2026-05-01T19:30:00%2B02:00&limit=7")
    assert heard.request.duration.seconds == 5400
    assert heard.request.starts_after.ToJsonString() == "2026-05-01T17:30:00Z"
    assert heard.request.limit == 7
    await client.get("/v1/reminders?ids=a&ids=b&page_size=3&pageToken=%C3%A4")
    assert (list(heard.request.ids), heard.request.page_size, heard.request.page_token) == (["a", "b"], 3, "ä")
