"""Does a browser's secret stand for its session, and for nothing else?"""

import asyncio
from datetime import timedelta
from uuid import UUID

from pairing.tests.conftest import PASSWORD, House, on_the_wire, refused
from twolamps.internal.v1 import internal_pb2 as pb
from twolamps.internal.v1.internal_pb2_grpc import WebSessionsServiceStub
from twolamps.pairing.v1 import pairing_pb2
from twolamps_testkit.stage import Caller, Person


def gateway(house: House) -> Caller:
    return house.stage.service_caller(WebSessionsServiceStub, "gateway")


async def web(house: House, name: str, password: str = PASSWORD) -> pb.CreateWebSessionResponse:
    request = pb.CreateWebSessionRequest(mail=f"{name}@example.org", password=password, client_name="a browser")
    reply: pb.CreateWebSessionResponse = await gateway(house).CreateWebSession(request)
    return reply


async def exchange(house: House, secret: str) -> pb.ExchangeWebSessionResponse:
    reply: pb.ExchangeWebSessionResponse = await gateway(house).ExchangeWebSession(
        pb.ExchangeWebSessionRequest(secret=secret)
    )
    return reply


async def test_a_secret_is_exchanged_again_and_again_for_tokens_of_its_session(house: House) -> None:
    ann = await house.sign_up("Ann")
    made = await web(house, "Ann")
    found = [await exchange(house, made.secret) for _ in range(3)]
    assert {(each.person_id, each.session_id) for each in found} == {(str(ann.id), made.session_id)}
    here = Person("Ann", ann.id, UUID(made.session_id))
    sessions = (await house.of(here).ListSessions(pairing_pb2.ListSessionsRequest())).sessions
    assert [(each.client_name, each.current) for each in sessions] == [("a browser", True), ("test", False)]


async def test_a_secret_is_worth_nothing_once_its_session_has_ended(house: House) -> None:
    ann, sam = await house.sign_up("Ann"), await house.sign_up("Sam")
    made, other = await web(house, "Ann"), await web(house, "Sam")
    await house.of(ann).DeleteSession(pairing_pb2.DeleteSessionRequest(session_id=made.session_id))
    over = await refused(exchange(house, made.secret))
    assert (over.code, over.reason) == ("UNAUTHENTICATED", "web_session_refused")
    assert (await exchange(house, other.secret)).person_id == str(sam.id)
    never = await refused(exchange(house, "x" * 43))
    assert on_the_wire(never) == on_the_wire(over)


async def test_a_secret_lapses_after_ninety_days_without_use_and_not_before(house: House) -> None:
    await house.sign_up("Ann")
    made = await web(house, "Ann")
    house.stage.move_clock(timedelta(days=89).total_seconds())
    await exchange(house, made.secret)
    house.stage.move_clock(timedelta(days=89).total_seconds())
    await exchange(house, made.secret)
    house.stage.move_clock(timedelta(days=90).total_seconds())
    assert (await refused(exchange(house, made.secret))).reason == "web_session_refused"


async def test_a_refresh_token_is_no_secret_and_a_secret_no_refresh_token(house: House) -> None:
    await house.sign_up("Ann")
    made, tokens = await web(house, "Ann"), await house.tokens("Ann")
    assert (await refused(exchange(house, tokens.refresh_token))).reason == "web_session_refused"
    request = pairing_pb2.RefreshSessionRequest(refresh_token=made.secret)
    assert (await refused(house.anyone.RefreshSession(request))).reason == "refresh_token_refused"


async def test_wrong_mail_and_wrong_password_look_alike(house: House) -> None:
    await house.sign_up("Ann")
    one, other = await refused(web(house, "Ann", "not the password")), await refused(web(house, "Eve"))
    assert one.reason == "wrong_credentials"
    assert on_the_wire(one) == on_the_wire(other)


async def test_only_the_gateway_may_ask(house: House) -> None:
    ann = await house.sign_up("Ann")
    secret = (await web(house, "Ann")).secret
    asked = pb.ExchangeWebSessionRequest(secret=secret)
    for caller in (
        house.stage.caller(WebSessionsServiceStub, ann),
        house.stage.caller(WebSessionsServiceStub),
        house.stage.service_caller(WebSessionsServiceStub, "prompts"),
    ):
        assert (await refused(caller.ExchangeWebSession(asked))).code in ("UNAUTHENTICATED", "PERMISSION_DENIED")


async def test_an_exchange_that_meets_the_end_of_its_session_gives_a_token_that_opens_nothing(house: House) -> None:
    ann = await house.sign_up("Ann")
    for _ in range(5):
        made = await web(house, "Ann")
        end = house.of(ann).DeleteSession(pairing_pb2.DeleteSessionRequest(session_id=made.session_id))
        await asyncio.gather(end, exchange(house, made.secret), return_exceptions=True)
        here = Person("Ann", ann.id, UUID(made.session_id))
        assert (await refused(house.of(here).GetMe(pairing_pb2.GetMeRequest()))).code == "UNAUTHENTICATED"


async def test_the_database_holds_no_secret(house: House) -> None:
    await house.sign_up("Ann")
    secret = (await web(house, "Ann")).secret
    async with house.stage.tables("pairing").begin() as tx:
        rows = await tx.fetch("SELECT * FROM web_secrets")
    assert len(rows) == 1
    assert secret not in str(rows)
    assert secret.encode() not in rows[0]["secret_hash"]
