"""Does a device get its session once, whatever is lost, repeated or tried too often?"""

import asyncio
from collections.abc import Awaitable
from typing import Any
from uuid import UUID

from pairing.tests.conftest import House, Kettle, kettle, on_the_wire, refused, sessions
from twolamps.pairing.v1 import pairing_pb2 as pb
from twolamps_events.pairing import SessionEnded
from twolamps_testkit.stage import one


async def test_wrong_used_and_expired_codes_answer_alike_to_a_device(house: House) -> None:
    ann = await house.sign_up("Ann")
    used, expired, forgotten, ended, unknown = [await kettle(house) for _ in range(5)]
    await used.approved_by(ann)
    tokens = await used.fetch()
    await house.anyone.RefreshSession(pb.RefreshSessionRequest(refresh_token=tokens.refresh_token))
    again = await refused(used.fetch())
    await ended.approved_by(ann)
    await house.of(ann).DeleteSession(pb.DeleteSessionRequest(session_id=(await sessions(house, ann))[0].id))
    closed = await refused(ended.fetch())
    unknown.told.device_code = "x" * 43
    never = await refused(unknown.fetch())
    house.stage.move_clock(600)
    late = await refused(expired.fetch())
    house.stage.move_clock(60)
    await kettle(house)
    gone = await refused(forgotten.fetch())
    assert len({on_the_wire(refusal) for refusal in (again, closed, never, late, gone)}) == 1
    assert (late.code, late.fields) == ("INVALID_ARGUMENT", {"device_code": "device_code_not_valid"})


async def test_a_lost_reply_may_be_fetched_again_and_what_was_lost_is_withdrawn(house: House) -> None:
    ann, device = await house.sign_up("Ann"), await kettle(house)
    await device.approved_by(ann)
    lost = await device.fetch()
    house.stage.move_clock(29)
    found = await device.fetch()
    assert found.session_id == lost.session_id
    await house.anyone.RefreshSession(pb.RefreshSessionRequest(refresh_token=found.refresh_token))
    used = pb.RefreshSessionRequest(refresh_token=lost.refresh_token)
    assert (await refused(house.anyone.RefreshSession(used))).reason == "refresh_token_refused"
    assert one(await house.stage.recorded("pairing"), SessionEnded).session_id == UUID(lost.session_id)


async def test_a_reply_that_was_lost_for_longer_is_lost(house: House) -> None:
    ann, device = await house.sign_up("Ann"), await kettle(house)
    await device.approved_by(ann)
    await device.fetch()
    house.stage.move_clock(31)
    assert (await refused(device.fetch())).reason == "device_code_not_valid"


async def test_twins_with_one_device_code_hold_one_live_token(house: House) -> None:
    ann, device = await house.sign_up("Ann"), await kettle(house)
    await device.approved_by(ann)
    tokens = await asyncio.gather(*(device.fetch() for _ in range(5)))
    assert len({token.session_id for token in tokens}) == 1
    async with house.stage.tables("pairing").begin() as tx:
        sql = "SELECT count(*) FROM refresh_tokens WHERE session_id::text = $1 AND used_at IS NULL AND withdrawn_at IS NULL"
        assert await tx.fetchval(sql, tokens[0].session_id) == 1


async def test_a_device_code_is_no_refresh_token(house: House) -> None:
    ann, device = await house.sign_up("Ann"), await kettle(house)
    await device.approved_by(ann)
    await device.fetch()
    request = pb.RefreshSessionRequest(refresh_token=device.told.device_code)
    assert (await refused(house.anyone.RefreshSession(request))).reason == "refresh_token_refused"
    assert len(await sessions(house, ann)) == 2


async def test_a_device_that_asks_faster_than_its_interval_is_slowed_down(house: House) -> None:
    first, second = await kettle(house), await kettle(house)

    def ask(device: Kettle) -> Awaitable[Any]:
        return refused(
            house.anyone.CreateDeviceSession(pb.CreateDeviceSessionRequest(device_code=device.told.device_code))
        )

    assert (await ask(first)).reason == "device_code_pending"
    assert (await ask(first)).reason == "too_many_requests"
    assert (await ask(second)).reason == "device_code_pending"
    await asyncio.sleep(4.05)
    assert (await ask(first)).reason == "device_code_pending"
