"""Is a device signed in by whom it should be, once, and can nobody make it theirs or learn of it?"""

import asyncio
import math
from collections.abc import Awaitable
from datetime import UTC, timedelta
from typing import Any
from uuid import UUID

import pytest

from pairing.tests.conftest import (
    DEVICE,
    House,
    approve,
    dump,
    from_address,
    kettle,
    on_the_wire,
    refused,
    sessions,
)
from twolamps.pairing.v1 import pairing_pb2 as pb
from twolamps_events.pairing import DeviceConnected
from twolamps_testkit.stage import Person, one


async def test_a_device_is_signed_in_and_its_owner_is_told(house: House) -> None:
    ann, device = await house.sign_up("Ann"), await kettle(house)
    assert (device.told.verification_path, device.told.interval.ToTimedelta()) == ("/device", timedelta(seconds=5))
    expires_at = device.told.expires_at.ToDatetime(UTC)
    assert timedelta(minutes=9, seconds=50) < expires_at - await house.stage.now() <= timedelta(minutes=10)
    waiting = await refused(device.fetch())
    assert (waiting.code, waiting.reason) == ("FAILED_PRECONDITION", "device_code_pending")
    assert (await device.approved_by(ann)).client_name == DEVICE
    tokens = await device.fetch()
    assert tokens.person_id == str(ann.id)
    on_it = Person("Ann", ann.id, UUID(tokens.session_id))
    assert (await house.of(on_it).GetMe(pb.GetMeRequest())).me.display_name == "Ann"
    assert (await house.anyone.RefreshSession(pb.RefreshSessionRequest(refresh_token=tokens.refresh_token))).tokens
    newest = (await sessions(house, ann))[0]
    assert (newest.id, newest.client_name) == (tokens.session_id, DEVICE)
    connected = one(await house.stage.recorded("pairing"), DeviceConnected)
    assert (connected.person_id, str(connected.session_id)) == (ann.id, tokens.session_id)
    assert DEVICE not in connected.body().decode()


async def test_a_code_may_be_typed_in_any_case_with_spaces_and_hyphens(house: House) -> None:
    ann, device = await house.sign_up("Ann"), await kettle(house)
    code = device.told.user_code
    assert (len(code), code[4]) == (9, "-")
    await approve(house, ann, f" {code.lower().replace('-', ' - ')} ")
    assert (await device.fetch()).person_id == str(ann.id)


async def test_codes_are_drawn_anew_and_are_hard_to_guess(house: House) -> None:
    devices = [await kettle(house) for _ in range(20)]
    assert len({device.told.user_code for device in devices}) == 20
    assert len({device.told.device_code for device in devices}) == 20
    assert all(len(device.told.device_code) * math.log2(64) >= 256 for device in devices)


async def test_wrong_used_and_expired_codes_answer_alike_to_an_approver(house: House) -> None:
    ann, eve = await house.sign_up("Ann"), await house.sign_up("Eve")
    approved, fetched, expired, ended = [await kettle(house) for _ in range(4)]
    await approved.approved_by(ann)
    await fetched.approved_by(ann)
    await fetched.fetch()
    house.stage.move_clock(590)
    used = [await refused(device.approved_by(eve)) for device in (approved, fetched)]
    await ended.approved_by(eve)
    await house.of(eve).DeleteSession(pb.DeleteSessionRequest(session_id=(await sessions(house, eve))[0].id))
    late = await refused(ended.approved_by(eve))
    house.stage.move_clock(10)
    gone = await refused(expired.approved_by(eve))
    wrong = [await refused(approve(house, eve, code)) for code in ("BCDF-GHJK", "????????")]
    assert len({on_the_wire(refusal) for refusal in (*used, late, gone, *wrong)}) == 1
    assert (gone.code, gone.fields) == ("INVALID_ARGUMENT", {"user_code": "device_code_not_valid"})
    assert len(await sessions(house, eve)) == 1


async def test_without_my_password_my_session_opens_no_device(house: House) -> None:
    """Who has my unlocked phone has my session, and not my password; nor do they learn whether the code is one."""
    ann, device = await house.sign_up("Ann"), await kettle(house)
    wrong = await refused(device.approved_by(ann, "what they guess"))
    assert (wrong.code, wrong.fields) == ("INVALID_ARGUMENT", {"password": "wrong_password"})
    assert on_the_wire(wrong) == on_the_wire(await refused(approve(house, ann, "ZZZZ-ZZZZ", "what they guess")))
    assert (await refused(device.fetch())).reason == "device_code_pending"
    assert len(await sessions(house, ann)) == 1
    assert not [event for event in await house.stage.recorded("pairing") if isinstance(event, DeviceConnected)]


async def test_a_password_of_somebody_else_is_none(house: House) -> None:
    await house.sign_up("Ann")
    ghost, device = Person("ghost"), await kettle(house)
    assert (await refused(device.approved_by(ghost))).fields == {"password": "wrong_password"}


async def test_a_partner_sees_nothing_of_a_device(house: House) -> None:
    ann, sam = await house.sign_up("Ann"), await house.sign_up("Sam")
    await house.pair(ann, sam)

    async def all_he_reads() -> list[Any]:
        caller = house.of(sam)
        return [
            await caller.ListSessions(pb.ListSessionsRequest()),
            await caller.GetCouple(pb.GetCoupleRequest()),
            await caller.ListPairings(pb.ListPairingsRequest()),
        ]

    before, device = await all_he_reads(), await kettle(house)
    await device.approved_by(ann)
    session = (await device.fetch()).session_id
    assert await all_he_reads() == before
    assert (await refused(house.of(sam).GetSession(pb.GetSessionRequest(session_id=session)))).code == "NOT_FOUND"
    assert (await refused(house.of(sam).DeleteSession(pb.DeleteSessionRequest(session_id=session)))).code == "NOT_FOUND"


@pytest.mark.parametrize("turn", range(5))
async def test_of_two_who_approve_at_once_one_wins(house: House, turn: int) -> None:
    ann, eve, device = await house.sign_up("Ann"), await house.sign_up("Eve"), await kettle(house)
    people = [ann, eve] if turn % 2 else [eve, ann]
    results = await asyncio.gather(*(device.approved_by(person) for person in people), return_exceptions=True)
    assert {getattr(result, "reason", "won") for result in results} == {"won", "device_code_not_valid"}
    winner, loser = people if isinstance(results[0], pb.ApproveDeviceResponse) else people[::-1]
    assert (await device.fetch()).person_id == str(winner.id)
    assert [len(await sessions(house, person)) for person in (winner, loser)] == [2, 1]
    assert one(await house.stage.recorded("pairing"), DeviceConnected).person_id == winner.id


async def test_an_approval_that_is_sent_again_is_the_same_one(house: House) -> None:
    ann, device = await house.sign_up("Ann"), await kettle(house)
    replies = await asyncio.gather(*(device.approved_by(ann, key="same") for _ in range(5)))
    replies.append(await device.approved_by(ann))
    assert {reply.client_name for reply in replies} == {DEVICE}
    assert len(await sessions(house, ann)) == 2
    one(await house.stage.recorded("pairing"), DeviceConnected)


async def test_nothing_is_kept_of_a_password_that_was_asked_again(house: House) -> None:
    ann, device = await house.sign_up("Ann"), await kettle(house)
    await device.approved_by(ann, key="kept")
    async with house.stage.tables("pairing").begin() as tx:
        assert await tx.fetchval("SELECT count(*) FROM idempotency WHERE key = 'kept'") == 0


async def test_a_code_is_good_for_ten_minutes_and_an_approval_for_a_minute_more(house: House) -> None:
    ann, device, another = await house.sign_up("Ann"), await kettle(house), await kettle(house)
    house.stage.move_clock(595)
    await device.approved_by(ann)
    await another.approved_by(ann)
    house.stage.move_clock(50)
    assert (await device.fetch()).person_id == str(ann.id)
    house.stage.move_clock(15)
    assert (await refused(another.fetch())).reason == "device_code_not_valid"


async def test_a_devices_name_is_one_line(house: House) -> None:
    for name in ("two\nlines", "\x1b[2J", "a\u2028b", "\N{RIGHT-TO-LEFT OVERRIDE}elttek a"):
        assert (await refused(kettle(house, name))).fields == {"client_name": "name_unreadable"}
    assert (await refused(kettle(house, "n" * 61))).code == "INVALID_ARGUMENT"


async def test_neither_code_nor_name_of_a_device_lies_readable_once_it_is_somebodys(house: House) -> None:
    ann, device = await house.sign_up("Ann"), await kettle(house)
    await device.approved_by(ann)
    tokens = await device.fetch()
    code = device.told.user_code
    everything = (await dump(house)).lower()
    for secret in (DEVICE, code, code.replace("-", ""), device.told.device_code, tokens.refresh_token):
        assert secret.lower().encode() not in everything


async def test_what_is_over_is_forgotten_when_the_next_device_asks(house: House) -> None:
    for _ in range(3):
        await kettle(house)
    house.stage.move_clock(631)
    await kettle(house)
    async with house.stage.tables("pairing").begin() as tx:
        assert await tx.fetchval("SELECT count(*) FROM device_codes") == 1


async def test_a_person_may_approve_ten_times(house: House) -> None:
    ann, device = await house.sign_up("Ann"), await kettle(house)
    for n in range(10):
        wrong = device.approved_by(ann, "guess") if n % 2 else approve(house, ann, "ZZZZ-ZZZZ")
        assert (await refused(wrong)).code == "INVALID_ARGUMENT"
    over = await refused(device.approved_by(ann))
    assert (over.code, over.reason) == ("RESOURCE_EXHAUSTED", "too_many_requests")
    assert (await device.approved_by(await house.sign_up("Eve"))).client_name == DEVICE


async def test_an_address_may_ask_three_hundred_times(house: House) -> None:
    there, elsewhere = (from_address(house, f"198.51.100.{n}") for n in (1, 2))

    def ask(how: dict[str, str]) -> Awaitable[Any]:
        return house.anyone.CreateDeviceCode(pb.CreateDeviceCodeRequest(), **how)

    for _ in range(300):
        await ask(there)
    assert (await refused(ask(there))).reason == "too_many_requests"
    await ask(elsewhere)
