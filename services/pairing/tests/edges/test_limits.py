"""How often may a thing be tried? At the limit and one over it, and not by another's leave."""

from typing import Any

import pytest

from pairing.tests.conftest import PASSWORD, House, from_address, refused
from twolamps.internal.v1.internal_pb2_grpc import CouplesServiceStub
from twolamps.pairing.v1 import pairing_pb2 as pb
from twolamps_chassis.limits import network


def sign_in(mail: str) -> pb.CreateSessionRequest:
    return pb.CreateSessionRequest(mail=mail, password="not the password")


async def test_one_mail_may_be_tried_ten_times_however_it_is_spelled(house: House) -> None:
    spellings = ["ann@example.org", "ANN@example.org", " ann@example.org", "ＡＮＮ@example.org", "ann@EXAMPLE.org"]
    for spelled in spellings * 2:
        assert (await refused(house.anyone.CreateSession(sign_in(spelled)))).reason == "wrong_credentials"
    for spelled in spellings:
        over = await refused(house.anyone.CreateSession(sign_in(spelled)))
        assert (over.code, over.reason) == ("RESOURCE_EXHAUSTED", "too_many_requests")
    assert (await refused(house.anyone.CreateSession(sign_in("sam@example.org")))).reason == "wrong_credentials"


async def test_sign_up_with_one_mail_may_be_tried_ten_times(house: House) -> None:
    request = pb.CreatePersonRequest(
        mail="ann@example.org", password="long enough to be one", display_name="Ann", zone="UTC", adult=True
    )
    for _ in range(10):
        await house.anyone.CreatePerson(request)
    assert (await refused(house.anyone.CreatePerson(request))).code == "RESOURCE_EXHAUSTED"
    assert len(list((house.stage.folder / "mailbox").glob("*.eml"))) == 9


async def test_a_person_may_claim_ten_times(house: House) -> None:
    ann, sam = await house.sign_up("Ann"), await house.sign_up("Sam")
    code = await house.code(ann)
    for _ in range(10):
        assert (await refused(house.claim(sam, "ZZZZ-ZZZZZ"))).reason == "code_not_valid"
    assert (await refused(house.claim(sam, code))).code == "RESOURCE_EXHAUSTED"
    assert (await house.claim(await house.sign_up("Eve"), code)).state == pb.PAIRING_STATE_CONFIRM


async def test_tries_at_another_address_neither_show_nor_keep_anybody_out(house: House) -> None:
    await house.sign_up("ann")
    right = pb.CreateSessionRequest(mail="ann@example.org", password=PASSWORD)
    for _ in range(10):
        call = house.anyone.CreateSession(sign_in("ann@example.org"), **from_address(house, "203.0.113.7"))
        assert (await refused(call)).reason == "wrong_credentials"
    over = house.anyone.CreateSession(sign_in("ann@example.org"), **from_address(house, "203.0.113.7"))
    assert (await refused(over)).reason == "too_many_requests"
    await house.anyone.CreateSession(right, **from_address(house, "203.0.113.8"))


@pytest.mark.parametrize(
    ("address", "stands_for"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_an_address_stands_for_what_one_client_owns(address: str, stands_for: str) -> None:
    assert network(address) == stands_for


async def test_another_address_of_one_network_is_no_other_count(house: House) -> None:
    request = sign_in("ann@example.org")
    for n in range(10):
        await refused(house.anyone.CreateSession(request, **from_address(house, f"2001:db8::{n + 1:x}")))
    over = house.anyone.CreateSession(request, **from_address(house, "2001:db8::ffff"))
    assert (await refused(over)).reason == "too_many_requests"


async def test_an_address_may_try_three_hundred_times(house: House) -> None:
    request = pb.RefreshSessionRequest(refresh_token="x" * 43)

    async def refresh(address: str) -> Any:
        return await refused(house.anyone.RefreshSession(request, **from_address(house, address)))

    for _ in range(300):
        assert (await refresh("203.0.113.7")).reason == "refresh_token_refused"
    assert (await refresh("203.0.113.7")).reason == "too_many_requests"
    assert (await refresh("203.0.113.8")).reason == "refresh_token_refused"


async def test_nobody_but_the_gateway_states_an_address(house: House) -> None:
    request = pb.RefreshSessionRequest(refresh_token="x" * 43)
    prompts = house.stage.service_caller(CouplesServiceStub, "prompts").token()
    for told in ({}, {"x-twolamps-service-token": prompts}, {"x-twolamps-service-token": "forged"}):
        call = house.anyone.RefreshSession(request, **{"x-twolamps-client-address": "203.0.113.7"}, **told)
        assert (await refused(call)).reason in ("not_allowed", "unauthenticated")
