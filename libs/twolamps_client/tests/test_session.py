"""Does a session stay fresh by itself, with one renewal at a time, and over restarts?"""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.responses import JSONResponse

from twolamps_client import InvalidRequest, TokenFile, Twolamps, Unauthenticated
from twolamps_client.tests.scripted_platform import QUICK, Platform, cut, eventually, problem


async def test_a_refused_token_is_renewed_once_for_all_who_wait(platform: Platform, client: Twolamps) -> None:
    platform.good_token = "another"
    await asyncio.gather(*(client.pairing.get_me() for _ in range(20)))
    assert platform.refreshes == ["refresh-1"]


async def test_a_renewed_token_that_is_refused_too_is_the_end_of_it(platform: Platform, client: Twolamps) -> None:
    platform.answers = [problem(401, "no"), problem(401, "no"), problem(401, "no")]
    with pytest.raises(Unauthenticated):
        await client.pairing.create_pairing_code()
    assert (len(platform.seen), len(platform.refreshes)) == (2, 1)
    assert len({request.headers["idempotency-key"] for request in platform.seen}) == 1


async def test_a_token_is_renewed_before_it_expires(platform: Platform) -> None:
    platform.token_life = timedelta(milliseconds=100)
    async with Twolamps(platform.url, patience=QUICK) as client:
        session = await client.sign_in("ada@example.org", "a long password")
        before = await session.access_token()
        await asyncio.sleep(0.095)
        assert await session.access_token() != before
    assert platform.seen == []


@pytest.mark.parametrize("ahead", [timedelta(days=-21), timedelta(days=21)])
async def test_a_clock_that_is_wrong_costs_no_renewals(platform: Platform, ahead: timedelta) -> None:
    platform.clock_ahead = ahead
    async with Twolamps(platform.url, patience=QUICK) as client:
        await client.sign_in("ada@example.org", "a long password")
        await client.pairing.get_me()
        await client.pairing.get_me()
    assert platform.refreshes == []


async def test_a_lost_renewal_is_repeated_with_the_same_token(platform: Platform, client: Twolamps) -> None:
    platform.good_token, platform.refresh_answers = "another", [cut()]
    await client.pairing.get_me()
    assert platform.refreshes == ["refresh-1", "refresh-1"]


async def test_who_gives_up_waiting_does_not_stop_the_renewal(platform: Platform, client: Twolamps) -> None:
    platform.good_token = "another"
    call = asyncio.create_task(client.pairing.get_me())
    await eventually(lambda: platform.refreshes)
    call.cancel()
    await client.pairing.get_me()
    assert platform.refreshes == ["refresh-1"]


async def test_a_new_process_goes_on_with_the_session(platform: Platform, tmp_path: Path) -> None:
    store = TokenFile(tmp_path / "tokens.json")
    async with Twolamps(platform.url, token_store=store, patience=QUICK) as first:
        assert not first.signed_in
        await first.sign_in("ada@example.org", "a long password")
        platform.good_token = "another"
        await first.pairing.get_me()
    async with Twolamps(platform.url, token_store=store, patience=QUICK) as second:
        assert second.session.person_id == "person-1"
        await second.pairing.get_me()
    assert platform.refreshes == ["refresh-1"]


async def test_what_another_process_renewed_is_taken_over(platform: Platform, tmp_path: Path) -> None:
    store = TokenFile(tmp_path / "tokens.json")
    async with (
        Twolamps(platform.url, token_store=store, patience=QUICK) as first,
        Twolamps(platform.url, token_store=store, patience=QUICK) as second,
    ):
        await first.sign_in("ada@example.org", "a long password")
        await second.__aenter__()
        platform.good_token = "another"
        await first.pairing.get_me()
        await second.pairing.get_me()
    assert platform.refreshes == ["refresh-1"]


async def test_a_session_that_has_ended_is_forgotten(platform: Platform, tmp_path: Path) -> None:
    store = TokenFile(tmp_path / "tokens.json")
    async with Twolamps(platform.url, token_store=store, patience=QUICK) as client:
        await client.sign_in("ada@example.org", "a long password")
        platform.good_token, platform.refresh_answers = "another", [problem(401, "session_ended")]
        with pytest.raises(Unauthenticated, match="session_ended"):
            await client.pairing.get_me()
    assert store.load() is None


async def test_signing_out_forgets_the_session_even_if_it_is_over(platform: Platform, tmp_path: Path) -> None:
    store = TokenFile(tmp_path / "tokens.json")
    async with Twolamps(platform.url, token_store=store, patience=QUICK) as client:
        await client.sign_in("ada@example.org", "a long password")
        platform.answers = [problem(404, "no_such_session")]
        await client.sign_out()
        assert not client.signed_in
    assert [request.path for request in platform.seen] == ["/v1/sessions/session-1"]
    assert store.load() is None


async def test_a_device_waits_for_its_approval_and_keeps_the_session(platform: Platform, tmp_path: Path) -> None:
    store = TokenFile(tmp_path / "tokens.json")
    platform.answers = [
        JSONResponse({"deviceCode": "held" * 5, "userCode": "BCDF-GHJK", "interval": "0.01s"}),
        problem(409, "device_code_pending"),
        problem(429, "too_many_requests"),
        cut(),
        JSONResponse({"tokens": platform.tokens()}),
    ]
    async with Twolamps(platform.url, token_store=store, patience=QUICK) as client:
        code = await client.pairing.create_device_code(client_name="a kettle")
        await client.sign_in_by_device(code)
        assert client.session.person_id == "person-1"
        await client.pairing.get_me()
    tries = [request.body for request in platform.seen if request.path == "/v1/sessions:device"]
    assert tries == [{"deviceCode": "held" * 5}] * 4
    assert store.load() is not None


async def test_a_device_that_nobody_approved_is_told_so(platform: Platform) -> None:
    platform.answers = [JSONResponse({"deviceCode": "held" * 5}), problem(422, "device_code_not_valid")]
    async with Twolamps(platform.url, patience=QUICK) as client:
        code = await client.pairing.create_device_code()
        with pytest.raises(InvalidRequest, match="device_code_not_valid"):
            await client.sign_in_by_device(code)
        assert not client.signed_in


async def test_an_outage_of_renewal_does_not_waste_a_token_that_is_still_good(platform: Platform) -> None:
    platform.token_life = timedelta(milliseconds=100)
    async with Twolamps(platform.url, patience=QUICK) as client:
        await client.sign_in("ada@example.org", "a long password")
        await asyncio.sleep(0.095)
        platform.refresh_answers = [problem(503, "busy") for _ in range(QUICK.attempts)]
        platform.answers = [JSONResponse({"me": {"displayName": "Ada"}})]
        assert (await client.pairing.get_me()).me.display_name == "Ada"
