"""Can I see where I am signed in, and end it at once?"""

import asyncio
from uuid import uuid4

from pairing.tests.conftest import PASSWORD, House, refused
from twolamps.internal.v1 import internal_pb2
from twolamps.internal.v1.internal_pb2_grpc import WebSessionsServiceStub
from twolamps.pairing.v1 import pairing_pb2 as pb
from twolamps_events.pairing import SessionEnded
from twolamps_testkit.stage import one


async def sessions(house: House, person: object, **how: object) -> pb.ListSessionsResponse:
    reply: pb.ListSessionsResponse = await house.of(person).ListSessions(pb.ListSessionsRequest(**how))  # type: ignore[arg-type]
    return reply


async def test_my_sessions_newest_first_in_pages(house: House) -> None:
    first = await house.sign_up("Ann")
    rest = [await house.sign_in("Ann") for _ in range(4)]
    mine = [str(person.session) for person in (*reversed(rest), first)]
    assert [session.id for session in (await sessions(house, first)).sessions] == mine
    page = await sessions(house, first, page_size=3)
    after = await sessions(house, first, page_size=3, page_token=page.next_page_token)
    assert [session.id for session in (*page.sessions, *after.sessions)] == mine
    assert after.next_page_token == ""
    assert [session.current for session in (await sessions(house, first)).sessions] == [False] * 4 + [True]
    two = await sessions(house, first, ids=mine[:2])
    assert [session.id for session in two.sessions] == mine[:2]


async def test_a_sessions_name_is_one_line_that_turns_nothing_round(house: House) -> None:
    await house.sign_up("Ann")
    web = house.stage.service_caller(WebSessionsServiceStub, "gateway")
    for name in ("two\nlines", "\N{RIGHT-TO-LEFT OVERRIDE}elttek a"):
        words = {"mail": "ann@example.org", "password": PASSWORD, "client_name": name}
        for signing_in in (
            house.anyone.CreateSession(pb.CreateSessionRequest(**words)),
            web.CreateWebSession(internal_pb2.CreateWebSessionRequest(**words)),
        ):
            assert (await refused(signing_in)).fields == {"client_name": "name_unreadable"}


async def test_a_page_token_that_is_none_is_refused(house: House) -> None:
    ann = await house.sign_up("Ann")
    for token in ("nonsense", "WzFd", "x" * 500):
        assert (await refused(sessions(house, ann, page_token=token))).fields == {"page_token": "invalid_field"}


async def test_an_ended_session_is_closed_at_once_and_gone(house: House) -> None:
    here = await house.sign_up("Ann")
    there = await house.sign_in("Ann")
    assert (
        await house.of(here).GetSession(pb.GetSessionRequest(session_id=str(there.session)))
    ).session.client_name == "test"
    await house.of(here).DeleteSession(pb.DeleteSessionRequest(session_id=str(there.session)))
    assert (await refused(house.of(there).GetMe(pb.GetMeRequest()))).code == "UNAUTHENTICATED"
    gone = pb.GetSessionRequest(session_id=str(there.session))
    assert (await refused(house.of(here).GetSession(gone))).code == "NOT_FOUND"
    assert [session.id for session in (await sessions(house, here)).sessions] == [str(here.session)]
    ended = one(await house.stage.recorded("pairing"), SessionEnded)
    assert (ended.person_id, ended.session_id) == (here.id, there.session)
    twice = pb.DeleteSessionRequest(session_id=str(there.session))
    assert (await refused(house.of(here).DeleteSession(twice))).code == "NOT_FOUND"


async def test_signing_out_everywhere_ends_this_one_too(house: House) -> None:
    people = [await house.sign_up("Ann"), *[await house.sign_in("Ann") for _ in range(3)]]
    other = await house.sign_up("Sam")
    await house.of(people[0]).DeleteSessions(pb.DeleteSessionsRequest())
    for person in people:
        assert (await refused(house.of(person).GetMe(pb.GetMeRequest()))).code == "UNAUTHENTICATED"
    await house.of(other).GetMe(pb.GetMeRequest())
    assert len([e for e in await house.stage.recorded("pairing") if isinstance(e, SessionEnded)]) == 4
    await house.of(await house.sign_in("Ann")).GetMe(pb.GetMeRequest())


async def test_another_persons_session_is_an_unknown_one(house: House) -> None:
    ann, eve = await house.sign_up("Ann"), await house.sign_up("Eve")
    for session in (str(ann.session), str(uuid4())):
        assert (await refused(house.of(eve).GetSession(pb.GetSessionRequest(session_id=session)))).code == "NOT_FOUND"
        assert (
            await refused(house.of(eve).DeleteSession(pb.DeleteSessionRequest(session_id=session)))
        ).code == "NOT_FOUND"
    assert len((await sessions(house, eve, ids=[str(ann.session)])).sessions) == 0
    await house.of(ann).GetMe(pb.GetMeRequest())


async def test_ending_one_session_at_the_same_time_from_two_places_ends_it_once(house: House) -> None:
    here, there, third = await house.sign_up("Ann"), await house.sign_in("Ann"), await house.sign_in("Ann")
    request = pb.DeleteSessionRequest(session_id=str(third.session))
    results = await asyncio.gather(
        house.of(here).DeleteSession(request), house.of(there).DeleteSession(request), return_exceptions=True
    )
    assert sum(isinstance(result, Exception) for result in results) == 1
    one(await house.stage.recorded("pairing"), SessionEnded)
