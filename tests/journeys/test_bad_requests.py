"""What is somebody told whose request cannot be read, or is not one of this API? What is wrong with it, and nothing else.

Bodies, types, methods, paths, queries, page tokens, keys and headers; each refusal is a whole problem+json.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.journeys.example_requests import EXAMPLES, METHODS, Ids, asked
from tests.journeys.private_lives import Couple, together
from tests.journeys.refusals import INVITE, TIMES, WORDS, problem, wrong
from tests.people import Someone, nobody
from tests.platform_process import RunningPlatform

LISTS = [name for name in METHODS if "page_token" in METHODS[name].descriptor.input_type.fields_by_name]
POSTS = [name for name in METHODS if METHODS[name].needs_key]
NOT_JSON = [
    b"{", b"", b"[]", b"null", b'"text"', b"{'a': 1}", b'{"title": "\xff"}', b'{"title": NaN}', b'{"a": 1} trailing',
    b"[" * 5000, b'{"a":' * 5000,
]  # fmt: skip


@pytest.fixture(scope="module")
def ours(platform: RunningPlatform) -> Couple:
    """A couple with a life."""
    return together(platform, "Ann", "Sam")


@pytest.fixture(scope="module", autouse=True)
def untouched(ours: Couple) -> Iterator[None]:
    """After all that was refused, both read exactly what they read before."""
    before = [life.readable for life in (ours.one, ours.other)]
    yield
    for was, now in zip(before, (ours.one.readable, ours.other.readable), strict=True):
        assert was == now


@pytest.mark.parametrize("body", NOT_JSON, ids=lambda body: repr(body[:20]))
def test_a_body_that_is_no_json_object_is_refused(ours: Couple, body: bytes) -> None:
    reply = ours.one.person.call("POST", "/v1/invites", body)
    assert problem(reply, 400, 422)["reason"] in ("body_not_json", "body_not_object", "body_too_deep", "invalid_field")


@pytest.mark.parametrize("given", [
    {"title": 7}, {"title": ["A walk"]}, {"title": {"text": "A walk"}}, {"startsAt": 1790000000}, {"startsAt": "2031-05-01"},
    {"startsAt": "2031-05-01T19:00:00"}, {"startsAt": "2031-02-30T19:00:00Z"}, {"startsAt": "99999-05-01T19:00:00Z"},
    {"duration": 3600}, {"duration": "1h"}, {"duration": "3600"}, {"duration": "9" * 40 + "s"},
], ids=str)  # fmt: skip
def test_a_field_of_the_wrong_type_is_named(ours: Couple, given: Mapping[str, Any]) -> None:
    said = problem(wrong(ours, INVITE, given), 400)
    assert (said["reason"], said["errors"][0]["field"]) == ("wrong_type", next(iter(given)))


def test_an_unknown_field_and_one_that_is_there_twice_are_refused(ours: Couple) -> None:
    said = problem(wrong(ours, INVITE, {"colour": "red"}), 400)
    assert (said["reason"], said["errors"][0]["field"]) == ("unknown_field", "colour")
    for twice in (b'{"title": "a", "title": "b"}', b'{"startsAt": null, "starts_at": null}'):
        assert problem(ours.one.person.call("POST", "/v1/invites", twice), 400)["reason"] == "duplicate_field"


def test_a_body_that_is_too_large_is_refused_unread(ours: Couple) -> None:
    huge = json.dumps({**EXAMPLES[INVITE](ours.ids), "note": "x" * 3_000_000}).encode()
    assert problem(ours.one.person.call("POST", "/v1/invites", huge), 413)["reason"] == "body_too_large"


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml", ""]
)
def test_a_body_that_is_not_marked_as_json_is_refused(ours: Couple, kind: str) -> None:
    body = EXAMPLES[INVITE](ours.ids)
    reply = ours.one.person.call("POST", "/v1/invites", body, headers={"content-type": kind})
    assert problem(reply, 415)["reason"] == "content_type_not_json"


def test_a_path_takes_its_methods_and_no_others(ours: Couple) -> None:
    templates: dict[str, set[str]] = {}
    for method in METHODS.values():
        templates.setdefault(asked(method, ours.ids).path, set()).add(method.http)
    for path, verbs in templates.items():
        for verb in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"} - verbs:
            reply = ours.one.person.call(verb, path)
            assert problem(reply, 405)["reason"] == "method_not_allowed", (verb, path)
            assert set(reply.headers["allow"].split(", ")) >= verbs
    for path in (
        "/v1",
        "/v1/",
        "/v1/nothing",
        "/v1/invites/",
        "/v1/invites//",
        "/v2/me",
        f"/v1/invites/{'x' * 3000}:accept",
    ):
        problem(ours.one.person.call("GET", path), 404, 405, 422)


@pytest.mark.parametrize("name", LISTS)
def test_a_page_token_or_size_that_was_not_given_out_is_refused(ours: Couple, name: str) -> None:
    path = METHODS[name].template
    forged = [
        "x",
        "=" * 8,
        "\u00e9",
        "a" * 501,
        base64.urlsafe_b64encode(b"2026-01-01T00:00:00Z|1").decode(),
        "AAAA",
        "-1",
        "0",
    ]
    for token in forged:
        said = problem(ours.one.person.call("GET", path, query={"pageToken": token}), 422)
        assert said["errors"][0]["field"] == "pageToken", (token, said)
    for size in (-1, 201):
        said = problem(ours.one.person.call("GET", path, query={"pageSize": size}), 422)
        assert said["errors"][0]["field"] == "pageSize"
    assert ours.one.person.call("GET", path, query={"pageSize": 200}).status_code == 200
    for ids in (["x"], [Ids().item] * 201):
        said = problem(ours.one.person.call("GET", path, query={"ids": ids}), 422)
        assert said["errors"][0]["field"].startswith("ids")


@pytest.mark.parametrize(
    "query", ["pageSize=x", "pageSize=1&pageSize=2", "%ff=1", "pageSize", "a.b=1", "nothing=1", "ids=%00"]
)
def test_a_query_that_cannot_be_read_is_refused(ours: Couple, query: str) -> None:
    problem(ours.one.person.call("GET", f"/v1/invites?{query}"), 400, 422)


@pytest.mark.parametrize("name", POSTS)
def test_a_post_needs_a_key_that_can_be_kept(ours: Couple, name: str) -> None:
    request = asked(METHODS[name], ours.ids)
    for key in ("", "k" * 256, "two words", "tab\tkey"):
        reply = ours.one.person.call(request.verb, request.path, request.body, key=key)
        said = problem(reply, 422, 400)
        assert said["reason"] in ("idempotency_key_required", "header_invalid"), said


def test_a_key_repeats_its_reply_for_its_own_request_only(platform: RunningPlatform) -> None:
    person = together(platform, "Kim", "Lee").one.person
    body, key = {"title": "A walk", **TIMES}, "k" * 255
    first = person.call("POST", "/v1/invites", body, key=key)
    again = person.call("POST", "/v1/invites", body, key=key)
    respelled = person.call(
        "POST", "/v1/invites", {"starts_at": body["startsAt"], "title": "A walk", "duration": "3600.0s"}, key=key
    )
    assert first.status_code == 200
    assert first.content == again.content == respelled.content
    other = person.call("POST", "/v1/invites", {**body, "title": "A swim"}, key=key)
    assert problem(other, 409)["reason"] == "idempotency_key_reused"
    refused = person.call("POST", "/v1/invites", {**body, "title": " "}, key="fresh")
    assert problem(refused, 422)
    assert person.call("POST", "/v1/invites", body, key="fresh").status_code == 200, "only successes are kept"


def test_a_header_that_cannot_be_read_is_refused(ours: Couple, platform: RunningPlatform) -> None:
    raw = nobody(platform).http
    token = ours.one.person.token()
    for headers in (
        [("authorization", f"Bearer {token}"), ("authorization", "Bearer x")],
        [("authorization", "Bearer " + "x" * 9000)],
    ):
        problem(raw.request("GET", "/v1/me", headers=headers), 400, 401, 431)
    for scheme in (f"Basic {token}", token, f"Bearer  {token}", "Bearer", f"Bearer {token} x"):
        who = Someone(raw)
        problem(who.call("GET", "/v1/me", headers={"authorization": scheme}), 401)


def test_what_is_refused_is_not_repeated_to_whoever_reads_the_answer_or_the_log(
    ours: Couple, platform: RunningPlatform
) -> None:
    word = "mellowmarigold"
    for name, field in WORDS:
        reply = wrong(ours, name, {field: word * 400})
        assert word not in reply.text
    for body in (f'{{"title": "{word}"', f'"{word}"', f'{{"title": ["{word}"]}}'):
        assert word not in ours.one.person.call("POST", "/v1/invites", body.encode()).text
    assert word not in platform.log()
