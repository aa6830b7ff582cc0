"""Is an end one person's act, at once, and silent about who and when?"""

import asyncio

import pytest

from pairing.tests.conftest import House, on_the_wire, refused
from twolamps.pairing.v1 import pairing_pb2 as pb
from twolamps_events.pairing import CoupleEnded, CoupleFormed, SharesChanged
from twolamps_testkit.stage import Person, Refused, one

CALENDAR = pb.Calendar(zone="UTC", day_start="04:00", week_start=1)


async def two(house: House) -> tuple[Person, Person, str]:
    ann, sam = await house.sign_up("Ann"), await house.sign_up("Sam")
    return ann, sam, await house.pair(ann, sam)


async def refusals(house: House, person: Person) -> list[tuple[object, ...]]:
    caller = house.of(person)
    calls = (
        caller.GetCouple(pb.GetCoupleRequest()),
        caller.SetShares(pb.SetSharesRequest(shares=[pb.SHARE_TITLES])),
        caller.SetCalendar(pb.SetCalendarRequest(calendar=CALENDAR)),
        caller.EndCouple(pb.EndCoupleRequest(notice=pb.END_NOTICE_PLAINLY)),
    )
    return [on_the_wire(await refused(call)) for call in calls]


@pytest.mark.parametrize("by_inviter", [True, False])
@pytest.mark.parametrize("notice", [pb.END_NOTICE_NOTHING, pb.END_NOTICE_PLAINLY, pb.END_NOTICE_UNSPECIFIED])
async def test_after_an_end_both_get_what_who_was_never_paired_gets(
    house: House, by_inviter: bool, notice: int
) -> None:
    ann, sam, _ = await two(house)
    stranger = await refusals(house, await house.sign_up("Eve"))
    await house.end(ann if by_inviter else sam, notice)
    assert await refusals(house, ann) == await refusals(house, sam) == stranger
    assert len(set(stranger)) == 1


async def test_the_pairing_is_closed_to_both_alike(house: House) -> None:
    ann, sam, _ = await two(house)
    await house.end(sam)
    lists = [
        (await house.of(person).ListPairings(pb.ListPairingsRequest())).SerializeToString() for person in (ann, sam)
    ]
    assert lists[0] == lists[1]
    (pairing,) = pb.ListPairingsResponse.FromString(lists[0]).pairings
    assert pairing == pb.Pairing(id=pairing.id, state=pb.PAIRING_STATE_CLOSED)
    assert (await refused(house.confirm(ann, pairing.id))).reason == "pairing_closed"


@pytest.mark.parametrize(
    ("notice", "told"), [(pb.END_NOTICE_NOTHING, False), (0, False), (pb.END_NOTICE_PLAINLY, True)]
)
async def test_the_event_carries_the_next_epoch_and_names_only_who_is_told(
    house: House, notice: int, told: bool
) -> None:
    ann, sam, couple_id = await two(house)
    await house.end(sam, notice)
    ended = one(await house.stage.recorded("pairing"), CoupleEnded)
    assert ended.notify == (ann.id if told else None)
    async with house.stage.tables("pairing").begin() as tx:
        row = await tx.fetchrow(
            "SELECT epoch, seq FROM outbox WHERE key::text = $1 ORDER BY seq DESC LIMIT 1", couple_id
        )
    assert row is not None
    assert tuple(row) == (1, 2)


async def test_grants_end_with_the_couple(house: House) -> None:
    ann, sam, _ = await two(house)
    await house.share(ann, pb.SHARE_AVAILABILITY, pb.SHARE_TITLES)
    await house.share(sam, pb.SHARE_AVAILABILITY)
    await house.end(ann)
    async with house.stage.tables("pairing").begin() as tx:
        assert await tx.fetchval("SELECT count(*) FROM share_grants") == 0
        assert await tx.fetchval("SELECT count(*) FROM share_expiries") == 0
    await house.pair(sam, ann)
    for person in (ann, sam):
        assert not any(state.active or state.granted_by_me for state in (await house.couple(person)).shares)


async def test_pairing_again_takes_both_afresh_and_makes_a_new_couple(house: House) -> None:
    ann, sam, first = await two(house)
    await house.end(ann)
    second = await house.pair(ann, sam)
    assert second != first
    assert (await house.couple(sam)).id == second
    states = [p.state for p in (await house.of(ann).ListPairings(pb.ListPairingsRequest())).pairings]
    assert states == [pb.PAIRING_STATE_PAIRED, pb.PAIRING_STATE_CLOSED]
    assert len([e for e in await house.stage.recorded("pairing") if isinstance(e, CoupleFormed)]) == 2


async def test_who_left_may_pair_with_somebody_else_at_once(house: House) -> None:
    ann, sam, _ = await two(house)
    eve = await house.sign_up("Eve")
    await house.end(ann)
    couple_id = await house.pair(eve, ann)
    assert (await house.couple(ann)).id == couple_id
    assert (await refused(house.couple(sam))).reason == "not_connected"


async def test_both_ending_at_once_end_it_once(house: House) -> None:
    ann, sam, _ = await two(house)
    results = await asyncio.gather(house.end(ann), house.end(sam), return_exceptions=True)
    assert sorted(getattr(result, "reason", "") for result in results) in (["", "not_connected"], ["", ""])
    one(await house.stage.recorded("pairing"), CoupleEnded)


async def test_nothing_of_a_couple_is_recorded_after_its_end(house: House) -> None:
    """Each tries everything at the moment the other ends it."""
    for turn in range(5):
        ann, sam = await house.sign_up(f"Ann{turn}"), await house.sign_up(f"Sam{turn}")
        couple_id = await house.pair(ann, sam)
        tries = [house.share(sam, pb.SHARE_TITLES), house.share(ann, pb.SHARE_FACTS), house.end(ann), house.share(sam)]
        await asyncio.gather(*tries, return_exceptions=True)
        async with house.stage.tables("pairing").begin() as tx:
            types = await tx.fetch("SELECT type FROM outbox WHERE key::text = $1 ORDER BY seq", couple_id)
            assert await tx.fetchval("SELECT count(*) FROM share_grants WHERE couple_id::text = $1", couple_id) == 0
        assert types[-1]["type"] == CoupleEnded.ce_type()
        assert {row["type"] for row in types[1:-1]} <= {SharesChanged.ce_type()}


async def test_a_flood_of_the_others_calls_does_not_hold_up_an_end(house: House) -> None:
    ann, sam, _ = await two(house)

    async def call(n: int) -> None:
        zone = ("UTC", "Europe/Paris")[n % 2]
        await house.of(sam).SetCalendar(
            pb.SetCalendarRequest(calendar=pb.Calendar(zone=zone, day_start="04:00", week_start=1))
        )

    flood = [asyncio.create_task(call(n)) for n in range(300)]
    await asyncio.wait(flood, return_when=asyncio.FIRST_COMPLETED)
    await house.end(ann)
    served = [task for task in flood if task.done() and task.exception() is None]
    assert len(served) < 60
    results = await asyncio.gather(*flood, return_exceptions=True)
    assert {type(result) for result in results} == {type(None), Refused}


async def test_a_key_of_one_couple_means_nothing_in_the_next(house: House) -> None:
    ann, sam, _ = await two(house)
    await house.of(ann).EndCouple(pb.EndCoupleRequest(), key="leave")
    await house.pair(ann, sam)
    assert (
        await refused(house.of(ann).EndCouple(pb.EndCoupleRequest(), key="leave"))
    ).reason == "idempotency_key_reused"
    await house.of(ann).EndCouple(pb.EndCoupleRequest(), key="leave-again")
    assert (await refused(house.couple(sam))).reason == "not_connected"


async def test_a_confirmation_sent_again_after_the_end_finds_the_pairing_closed(house: House) -> None:
    ann, sam = await house.sign_up("Ann"), await house.sign_up("Sam")
    pairing = await house.claim(sam, await house.code(ann))
    await house.confirm(ann, pairing.id)
    confirmed = [await house.confirm(sam, pairing.id, key="yes") for _ in range(2)]
    assert [each.state for each in confirmed] == [pb.PAIRING_STATE_PAIRED] * 2
    await house.end(ann)
    assert (await refused(house.confirm(sam, pairing.id, key="yes"))).reason == "pairing_closed"
