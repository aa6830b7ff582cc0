"""Does a browser's cookie open what its person may do, from our own page alone, and no longer than its session?"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from standalone.demo.evening import Evening
from standalone.demo.people import Person
from tests.platform_process import RunningPlatform
from twolamps_testkit.stage import eventually

OURS = {"x-twolamps": "1"}


@pytest.fixture
async def page(platform: RunningPlatform) -> AsyncIterator[httpx.AsyncClient]:
    """A browser on the platform's own page; cookies are sent by hand, since they are meant for HTTPS and loopback."""
    headers = {**OURS, "origin": platform.url}
    async with httpx.AsyncClient(base_url=platform.url, headers=headers, timeout=15, trust_env=False) as client:
        yield client


async def sign_in(page: httpx.AsyncClient, person: Person) -> dict[str, Any]:
    """The session of a new cookie, which the browser sends from here on."""
    said = {"mail": person.mail, "password": person.password, "clientName": "a browser"}
    answer = await page.post("/web/session", json=said)
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"]
    page.headers["cookie"] = cookie.partition(";")[0]
    found: dict[str, Any] = answer.json()
    assert cookie.partition("=")[2].partition(";")[0] not in answer.text
    return found | {"attributes": set(cookie.split("; ")[1:])}


async def test_the_cookie_is_for_this_host_and_no_script(couple: Evening, page: httpx.AsyncClient) -> None:
    found = await sign_in(page, couple.ada)
    assert found["attributes"] == {"Max-Age=7776000", "Path=/", "Secure", "HttpOnly", "SameSite=Strict"}
    assert page.headers["cookie"].startswith("__Host-twolamps=")
    assert (await page.get("/v1/me")).json()["me"]["mail"] == couple.ada.mail


async def test_a_write_by_cookie_that_is_not_from_our_page_changes_nothing(
    couple: Evening, page: httpx.AsyncClient
) -> None:
    await sign_in(page, couple.ada)
    for wrong in (
        {"x-twolamps": ""},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://evil.example", "host": "evil.example"},
        {"origin": "http://127.0.0.1:1"},
    ):
        answer = await page.patch("/v1/me", json={"displayName": "Mallory"}, headers=wrong)
        assert (answer.status_code, answer.json()["reason"]) == (403, "not_our_page"), wrong
    assert (await page.get("/v1/me")).json()["me"]["displayName"] == couple.ada.name
    foreign = await page.post("/web/session", json={"mail": "a@b.org", "password": "x"}, headers={"x-twolamps": ""})
    assert foreign.status_code == 403


async def test_the_end_of_a_session_ends_its_cookie_and_its_stream(couple: Evening, page: httpx.AsyncClient) -> None:
    session = (await sign_in(page, couple.ada))["sessionId"]
    assert (await page.get("/v1/me")).status_code == 200
    async with page.stream("GET", "/v1/inbox/stream") as stream:
        assert stream.status_code == 200
        lines = stream.aiter_lines()
        async with asyncio.timeout(15):
            while await anext(lines) != "event: ready":
                pass
            await couple.ada.client.pairing.delete_session(session_id=session)
            async for _ in lines:
                pass  # until it is closed
    for reason in ("unauthenticated", "web_session_refused"):
        refused = await page.get("/v1/me")
        assert (refused.status_code, refused.json()["reason"]) == (401, reason)
        assert "set-cookie" not in refused.headers, "the browser's cookie may be another one by now"


@pytest.mark.parametrize("everywhere", [False, True], ids=["here", "everywhere"])
async def test_signing_out_takes_the_cookie_away(couple: Evening, page: httpx.AsyncClient, everywhere: bool) -> None:
    session = (await sign_in(page, couple.ada))["sessionId"]
    answer = await page.delete("/v1/sessions" if everywhere else f"/v1/sessions/{session}")
    assert answer.headers["set-cookie"] == "__Host-twolamps=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict"
    assert (await page.get("/v1/me")).status_code == 401


async def test_ending_another_session_leaves_the_cookie(couple: Evening, page: httpx.AsyncClient) -> None:
    other = (await sign_in(page, couple.ada))["sessionId"]
    page.headers.pop("cookie")
    await sign_in(page, couple.ada)
    answer = await page.delete(f"/v1/sessions/{other}")
    assert answer.is_success
    assert "set-cookie" not in answer.headers
    assert (await page.get("/v1/me")).status_code == 200


async def test_a_page_that_is_opened_keeps_its_cookie_anew(couple: Evening, page: httpx.AsyncClient) -> None:
    attributes = (await sign_in(page, couple.ada))["attributes"]
    for path in ("/", "/today", "/safety"):
        answer = await page.get(path)
        first, *rest = answer.headers["set-cookie"].split("; ")
        assert (first, set(rest)) == (page.headers["cookie"], attributes)
        assert answer.headers["cache-control"] == "private, no-cache"
    for nothing in ("", "__Host-twolamps=short", "other=" + "x" * 43):
        assert "set-cookie" not in (await page.get("/today", headers={"cookie": nothing})).headers


async def test_a_forged_cookie_is_nobody_and_a_token_goes_before_a_cookie(
    couple: Evening, page: httpx.AsyncClient
) -> None:
    page.headers["cookie"] = "__Host-twolamps=" + "x" * 43
    assert (await page.get("/v1/me")).status_code == 401
    await sign_in(page, couple.ada)
    token = await couple.ben.client.session.access_token()
    mine = await page.get("/v1/me", headers={"authorization": f"Bearer {token}"})
    assert mine.json()["me"]["mail"] == couple.ben.mail
    wrong = await page.get("/v1/me", headers={"authorization": "Bearer nonsense"})
    assert wrong.status_code == 401
    assert "set-cookie" not in wrong.headers
    assert (await page.get("/v1/me")).json()["me"]["mail"] == couple.ada.mail


async def test_many_calls_at_once_share_one_exchange(couple: Evening, page: httpx.AsyncClient) -> None:
    await sign_in(page, couple.ada)
    answers = await asyncio.gather(*(page.get("/v1/me") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}


async def test_the_partner_cannot_end_my_cookie(couple: Evening, page: httpx.AsyncClient) -> None:
    session = (await sign_in(page, couple.ada))["sessionId"]
    with pytest.raises(Exception, match="not_found"):
        await couple.ben.client.pairing.delete_session(session_id=session)
    assert (await page.get("/v1/me")).status_code == 200


async def test_a_page_does_nothing_for_who_signed_in_after_its_person(couple: Evening, page: httpx.AsyncClient) -> None:
    ada = (await sign_in(page, couple.ada))["personId"]
    before = page.headers["cookie"]
    await sign_in(page, couple.ben)
    for answer in (
        await page.patch("/v1/me", json={"displayName": "Mallory"}, headers={"x-twolamps-person": ada}),
        await page.get("/v1/me", headers={"x-twolamps-person": ada}),
    ):
        assert (answer.status_code, answer.json()["reason"]) == (409, "somebody_else")
    assert (await page.get("/v1/me")).json()["me"]["displayName"] == couple.ben.name
    page.headers["cookie"] = before
    await eventually(lambda: page.get("/v1/me"), until=lambda answer: answer.status_code == 401)


async def test_other_cookies_of_the_host_neither_hide_ours_nor_pass_for_it(
    couple: Evening, page: httpx.AsyncClient
) -> None:
    await sign_in(page, couple.ben)
    theirs = page.headers["cookie"]
    page.headers.pop("cookie")
    await sign_in(page, couple.ada)
    ours = page.headers["cookie"]
    for line in (f'prefs={{"theme":"dark"}}; {ours}', f"a[b]=1; {ours}", f"x=y {theirs}; {ours}", f"{ours}; {ours}"):
        answer = await page.get("/v1/me", headers={"cookie": line})
        assert answer.json()["me"]["mail"] == couple.ada.mail, line
    for line in (f"{ours}; {theirs}", f"pref=x {ours}", "__Host-twolamps=", "__Host-twolamps"):
        assert (await page.get("/v1/me", headers={"cookie": line})).status_code == 401, line


async def test_made_up_cookies_from_an_address_keep_nobody_there_from_leaving(
    couple: Evening, page: httpx.AsyncClient
) -> None:
    session = (await sign_in(page, couple.ada))["sessionId"]
    made_up = [f"__Host-twolamps={n:043}" for n in range(150)]
    answers = await asyncio.gather(*(page.get("/v1/me", headers={"cookie": each}) for each in made_up))
    assert {answer.status_code for answer in answers} == {401}
    assert (await page.delete(f"/v1/sessions/{session}")).status_code == 200


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "ftp://127.0.0.1", "http://127.0.0.1:1/"])
async def test_an_origin_that_cannot_be_read_is_not_ours(couple: Evening, page: httpx.AsyncClient, origin: str) -> None:
    answer = await page.post("/web/session", json={"mail": "a@b.org", "password": "x"}, headers={"origin": origin})
    assert (answer.status_code, answer.json()["reason"]) == (403, "not_our_page")
