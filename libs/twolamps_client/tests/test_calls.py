"""Is a call made once, however often it must be sent, and does it travel as its HTTP rule says?"""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from starlette.responses import JSONResponse

from twolamps.pairing.v1.pairing_pb2 import CreatePairingCodeRequest
from twolamps.scheduling.v1.scheduling_pb2 import Window
from twolamps_client import (
    Conflict,
    InvalidRequest,
    NotConnected,
    Patience,
    RateLimited,
    ServerFault,
    Twolamps,
    TwolampsError,
    Unauthenticated,
    Unavailable,
)
from twolamps_client.calls.pairing import CREATE_PAIRING_CODE
from twolamps_client.tests.scripted_platform import QUICK, Platform, cut, problem

SATURDAY = datetime(2026, 5, 2, 10, tzinfo=UTC)


async def test_every_retry_of_one_call_carries_the_same_key(platform: Platform, client: Twolamps) -> None:
    platform.answers = [cut(), problem(503, "busy", retry_after="0"), problem(502, "gone"), problem(504, "late")]
    platform.answers.append(JSONResponse({"code": "K7QM-3XPTA"}))
    assert (await client.pairing.create_pairing_code()).code == "K7QM-3XPTA"
    assert len(platform.seen) == 5
    assert len({request.headers["idempotency-key"] for request in platform.seen}) == 1


async def test_two_calls_carry_two_keys_unless_the_caller_names_one(platform: Platform, client: Twolamps) -> None:
    await client.pairing.create_pairing_code()
    await client.pairing.create_pairing_code()
    await client.call(CREATE_PAIRING_CODE, CreatePairingCodeRequest(), idempotency_key="mine")
    first, second, third = (request.headers["idempotency-key"] for request in platform.seen)
    assert first != second
    assert third == "mine"


async def test_only_a_post_carries_a_key(platform: Platform, client: Twolamps) -> None:
    await client.pairing.get_couple()
    await client.pairing.set_shares()
    assert all("idempotency-key" not in request.headers for request in platform.seen)


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422, 429, 500, 501])
async def test_a_refusal_is_never_sent_again(platform: Platform, client: Twolamps, status: int) -> None:
    platform.answers = [problem(status, "refused")]
    with pytest.raises(TwolampsError) as refusal:
        await client.pairing.create_pairing_code()
    assert (refusal.value.status, refusal.value.reason, len(platform.seen)) == (status, "refused", 1)


async def test_attempts_and_the_deadline_are_bounds(platform: Platform) -> None:
    platform.answers = [problem(503, "busy") for _ in range(9)]
    async with Twolamps(platform.url, patience=QUICK) as client:
        await client.sign_in("ada@example.org", "a long password")
        with pytest.raises(Unavailable, match="busy"):
            await client.pairing.get_me()
        assert len(platform.seen) == QUICK.attempts
        platform.answers = [problem(503, "busy", retry_after="3600")]
        with pytest.raises(Unavailable, match="busy") as busy:
            await client.pairing.get_me()
        assert busy.value.retry_after == timedelta(hours=1)


async def test_an_answer_that_never_comes_ends_with_the_deadline() -> None:
    never = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await never.wait()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        patience = Patience(deadline=timedelta(milliseconds=100))
        async with Twolamps(f"http://127.0.0.1:{port}", patience=patience) as client:
            with pytest.raises(Unavailable, match="deadline_passed"):
                await client.sign_in("ada@example.org", "a long password")
        never.set()


async def test_nobody_there_is_unavailable() -> None:
    async with Twolamps("http://127.0.0.1:1", patience=QUICK) as client:
        with pytest.raises(Unavailable, match="no_answer"):
            await client.sign_in("ada@example.org", "a long password")


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [
        (409, "not_connected", NotConnected),
        (409, "invite_already_answered", Conflict),
        (422, "limit_reached", InvalidRequest),
        (429, "too_often", RateLimited),
        (500, "internal", ServerFault),
    ],
)
async def test_a_problem_becomes_its_error(
    platform: Platform, client: Twolamps, status: int, reason: str, kind: type[TwolampsError]
) -> None:
    fault = {"field": "title", "rule": "string.max_len", "detail": "At most 120 characters."}
    platform.answers = [problem(status, reason, errors=[fault], retry_after="7", request_id="r-1")]
    with pytest.raises(kind) as error:
        await client.scheduling.create_invite(title="x", starts_at=SATURDAY, duration=timedelta(hours=1))
    assert type(error.value) is kind
    assert error.value.detail == f"About {reason}."
    assert [(at.field, at.rule, at.detail) for at in error.value.fields] == [tuple(fault.values())]
    assert (error.value.retry_after, error.value.request_id) == (timedelta(seconds=7), "r-1")


async def test_what_is_no_problem_and_no_answer_is_still_an_error(platform: Platform, client: Twolamps) -> None:
    platform.answers = [JSONResponse(["no problem"], 404), JSONResponse("no message")]
    with pytest.raises(TwolampsError, match="http_404: Not Found"):
        await client.pairing.get_me()
    with pytest.raises(TwolampsError, match="answer_not_understood"):
        await client.pairing.get_me()


async def test_a_request_travels_as_its_http_rule_says(platform: Platform, client: Twolamps) -> None:
    await client.scheduling.accept_invite("a/b?c", sequence=2)
    await client.scheduling.list_slots(duration=timedelta(hours=1), starts_after=SATURDAY, limit=3)
    await client.notifications.list_inbox(ids=["i1", "i2"])
    await client.scheduling.set_windows(windows=[Window(weekday=6, start="10:00", end="12:00")], zone="Europe/Berlin")
    await client.pairing.update_me(pronouns="")
    accept, slots, inbox, windows, me = platform.seen
    assert (accept.verb, accept.path, accept.body) == ("POST", "/v1/invites/a%2Fb%3Fc:accept", {"sequence": 2})
    assert slots.query == [("duration", "3600s"), ("startsAfter", "2026-05-02T10:00:00Z"), ("limit", "3")]
    assert (inbox.query, inbox.body) == ([("ids", "i1"), ("ids", "i2")], None)
    assert windows.body == {"windows": [{"weekday": 6, "start": "10:00", "end": "12:00"}], "zone": "Europe/Berlin"}
    assert (me.verb, me.body) == ("PATCH", {"pronouns": ""})


@pytest.mark.parametrize("id", ["", ".", ".."])
async def test_an_empty_id_never_becomes_a_call_about_everything(platform: Platform, client: Twolamps, id: str) -> None:
    with pytest.raises(ValueError, match="session_id"):
        await client.pairing.delete_session(id)
    assert platform.seen == []


async def test_a_time_without_a_zone_is_refused(platform: Platform, client: Twolamps) -> None:
    with pytest.raises(ValueError, match="starts_at has no zone"):
        await client.scheduling.create_invite(
            title="Walk", starts_at=SATURDAY.replace(tzinfo=None), duration=timedelta(hours=1)
        )


async def test_all_walks_through_every_page_with_the_same_filter(platform: Platform, client: Twolamps) -> None:
    platform.answers = [
        JSONResponse({"invites": [{"id": "1"}, {"id": "2"}], "nextPageToken": "p2"}),
        JSONResponse({"invites": [], "nextPageToken": "p3"}),
        JSONResponse({"invites": [{"id": "3", "newField": 1, "state": "INVITE_STATE_OF_TOMORROW"}]}),
    ]
    assert [invite.id async for invite in client.scheduling.all_invites(ids=["1"])] == ["1", "2", "3"]
    assert [dict(request.query).get("pageToken") for request in platform.seen] == [None, "p2", "p3"]
    assert all(("ids", "1") in request.query for request in platform.seen)


async def test_a_call_without_a_session_is_not_sent(platform: Platform) -> None:
    async with Twolamps(platform.url) as client:
        with pytest.raises(Unauthenticated, match="not_signed_in"):
            await client.pairing.get_me()
    assert platform.seen == []
