"""Does a refresh token work once, survive a lost reply, and end everything when it was stolen?"""

import asyncio

from pairing.tests.conftest import House, on_the_wire, refused
from twolamps.pairing.v1 import pairing_pb2 as pb
from twolamps_events.pairing import SessionEnded
from twolamps_testkit.stage import Refused, one


async def refresh(house: House, token: str) -> pb.Tokens:
    reply: pb.RefreshSessionResponse = await house.anyone.RefreshSession(pb.RefreshSessionRequest(refresh_token=token))
    return reply.tokens


async def works(house: House, access_token: str) -> bool:
    call = house.anyone.GetMe(pb.GetMeRequest(), authorization=f"Bearer {access_token}")
    try:
        await call
    except Refused as refusal:
        if refusal.code != "UNAUTHENTICATED":
            raise
        return False
    return True


async def signed_in(house: House) -> pb.Tokens:
    await house.sign_up("Ann")
    return await house.tokens("Ann")


async def test_each_token_gives_the_next(house: House) -> None:
    tokens = await signed_in(house)
    seen = {tokens.refresh_token}
    for _ in range(3):
        fresh = await refresh(house, tokens.refresh_token)
        assert (fresh.session_id, fresh.person_id) == (tokens.session_id, tokens.person_id)
        assert fresh.refresh_token not in seen
        assert await works(house, fresh.access_token)
        seen.add(fresh.refresh_token)
        tokens = fresh


async def test_a_lost_reply_may_be_asked_for_again(house: House) -> None:
    first = await signed_in(house)
    await refresh(house, first.refresh_token)
    again = await refresh(house, first.refresh_token)
    house.stage.move_clock(29)
    once_more = await refresh(house, first.refresh_token)
    assert await works(house, (await refresh(house, once_more.refresh_token)).access_token)
    assert again.session_id == once_more.session_id


async def test_reuse_after_the_grace_ends_the_session(house: House) -> None:
    first = await signed_in(house)
    second = await refresh(house, first.refresh_token)
    house.stage.move_clock(31)
    reused = await refused(refresh(house, first.refresh_token))
    assert (reused.code, reused.reason) == ("UNAUTHENTICATED", "refresh_token_refused")
    assert not await works(house, second.access_token)
    assert on_the_wire(await refused(refresh(house, second.refresh_token))) == on_the_wire(reused)
    ended = one(await house.stage.recorded("pairing"), SessionEnded)
    assert str(ended.session_id) == first.session_id


async def test_reuse_after_the_successor_was_used_ends_the_session_within_the_grace(house: House) -> None:
    first = await signed_in(house)
    second = await refresh(house, first.refresh_token)
    third = await refresh(house, second.refresh_token)
    await refused(refresh(house, first.refresh_token))
    assert not await works(house, third.access_token)
    await refused(refresh(house, third.refresh_token))


async def test_another_session_of_the_person_goes_on(house: House) -> None:
    first = await signed_in(house)
    other = await house.tokens("Ann")
    await refresh(house, first.refresh_token)
    house.stage.move_clock(31)
    await refused(refresh(house, first.refresh_token))
    assert await works(house, (await refresh(house, other.refresh_token)).access_token)


async def test_unknown_and_lapsed_tokens_are_refused_alike(house: House) -> None:
    tokens = await signed_in(house)
    unknown = await refused(refresh(house, "x" * 43))
    house.stage.move_clock(90 * 86_400)
    lapsed = await refused(refresh(house, tokens.refresh_token))
    assert on_the_wire(unknown) == on_the_wire(lapsed)


async def test_a_session_that_is_refreshed_lives_longer_than_one_token(house: House) -> None:
    tokens = await signed_in(house)
    for _ in range(3):
        house.stage.move_clock(80 * 86_400)
        tokens = await refresh(house, tokens.refresh_token)
    async with house.stage.tables("pairing").begin() as tx:
        assert (
            await tx.fetchval("SELECT count(*) FROM refresh_tokens WHERE session_id::text = $1", tokens.session_id) == 2
        )


async def test_of_twins_at_most_one_holds_a_token_that_works(house: House) -> None:
    """Both may be answered, as a lost reply is; then the earlier answer's token is withdrawn."""
    first = await signed_in(house)
    answers = await asyncio.gather(*(refresh(house, first.refresh_token) for _ in range(5)))
    async with house.stage.tables("pairing").begin() as tx:
        live = "SELECT count(*) FROM refresh_tokens WHERE session_id::text = $1 AND used_at IS NULL AND withdrawn_at IS NULL"
        assert await tx.fetchval(live, first.session_id) == 1
    assert len({tokens.refresh_token for tokens in answers}) == 5


async def test_an_ended_session_is_not_refreshed(house: House) -> None:
    ann = await house.sign_up("Ann")
    tokens = await house.tokens("Ann")
    await house.of(ann).DeleteSession(pb.DeleteSessionRequest(session_id=tokens.session_id))
    await refused(refresh(house, tokens.refresh_token))
