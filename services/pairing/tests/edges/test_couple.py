"""Do both see one calendar, and only what flows of what the other switched on?"""

import asyncio
from datetime import timedelta
from typing import Any

from google.protobuf.message import Message

from pairing.tests.conftest import House, refused
from twolamps.pairing.v1 import pairing_pb2 as pb
from twolamps_events.pairing import CalendarChanged, SharesChanged
from twolamps_testkit.stage import Person, eventually, one

AVAILABILITY, TITLES, MEMORIES, FACTS = pb.SHARE_AVAILABILITY, pb.SHARE_TITLES, pb.SHARE_MEMORIES, pb.SHARE_FACTS


async def two(house: House) -> tuple[Person, Person]:
    ann, sam = await house.sign_up("Ann"), await house.sign_up("Sam")
    await house.pair(ann, sam)
    return ann, sam


async def all_that_is_seen(house: House, person: Person) -> bytes:
    """Everything a person can fetch of pairing."""
    calls: list[Message] = [
        await house.of(person).GetMe(pb.GetMeRequest()),
        await house.of(person).GetCouple(pb.GetCoupleRequest()),
        await house.of(person).ListPairings(pb.ListPairingsRequest()),
        await house.of(person).ListSessions(pb.ListSessionsRequest()),
    ]
    return b"".join(message.SerializeToString(deterministic=True) for message in calls)


def active(couple: pb.Couple) -> set[int]:
    return {state.share for state in couple.shares if state.active}


async def recorded(house: House, kind: type[Any]) -> list[Any]:
    return [event for event in await house.stage.recorded("pairing") if isinstance(event, kind)]


async def test_what_i_switch_on_alone_cannot_be_seen(house: House) -> None:
    ann, sam = await two(house)
    before = await all_that_is_seen(house, sam)
    for shares in ([AVAILABILITY], [AVAILABILITY, MEMORIES], [], [MEMORIES], [MEMORIES]):
        couple = await house.share(ann, *shares)
        assert {state.share for state in couple.shares if state.granted_by_me} == set(shares)
        assert active(couple) == set()
        assert await all_that_is_seen(house, sam) == before
    assert await recorded(house, SharesChanged) == []


async def test_availability_flows_when_both_switched_it_on_and_stops_with_either(house: House) -> None:
    ann, sam = await two(house)
    await house.share(ann, AVAILABILITY)
    assert active(await house.share(sam, AVAILABILITY, MEMORIES)) == {AVAILABILITY}
    assert active(await house.couple(ann)) == {AVAILABILITY}
    await house.share(ann)
    assert active(await house.couple(sam)) == set()
    changes = await recorded(house, SharesChanged)
    assert [(change.active, change.shares_version) for change in changes] == [(["availability"], 1), ([], 2)]


async def test_titles_flow_from_who_switched_them_on(house: House) -> None:
    ann, sam = await two(house)
    assert active(await house.share(ann, TITLES, FACTS)) == set()
    assert active(await house.couple(sam)) == {TITLES, FACTS}
    change = one(await house.stage.recorded("pairing"), SharesChanged)
    assert change.active == sorted([f"titles:{ann.id}", f"facts:{ann.id}"])


async def test_renewing_is_private_and_lasts_ninety_days(house: House) -> None:
    ann, sam = await two(house)
    await house.share(ann, AVAILABILITY)
    await house.share(sam, AVAILABILITY)
    before = await all_that_is_seen(house, sam)
    house.stage.move_clock(timedelta(days=45).total_seconds())
    couple = await house.share(ann, AVAILABILITY)
    left = couple.shares[0].expires_at.ToDatetime() - (await house.stage.now()).replace(tzinfo=None)
    assert timedelta(days=90) - timedelta(minutes=1) < left <= timedelta(days=90)
    assert await all_that_is_seen(house, sam) == before
    assert len(await recorded(house, SharesChanged)) == 1


async def test_what_lapses_stops_flowing_by_itself_and_looks_like_withdrawn(house: House) -> None:
    ann, sam = await two(house)
    await house.share(ann, AVAILABILITY, TITLES)
    await house.share(sam, AVAILABILITY)
    house.stage.move_clock(timedelta(days=89).total_seconds())
    await house.share(sam, AVAILABILITY)
    assert active(await house.couple(sam)) == {AVAILABILITY, TITLES}
    house.stage.move_clock(timedelta(days=1).total_seconds())
    changes = await eventually(lambda: recorded(house, SharesChanged), until=lambda found: len(found) == 3)
    assert (changes[-1].active, changes[-1].shares_version) == ([], 3)
    lapsed = await house.couple(sam)
    assert active(lapsed) == set()
    assert [state.granted_by_me for state in (await house.couple(ann)).shares] == [False] * 4
    await house.share(ann, TITLES)
    await house.share(ann)
    assert await house.couple(sam) == lapsed


async def test_a_change_of_shares_reaches_the_tables_of_couples(house: House) -> None:
    ann, _ = await two(house)
    await house.share(ann, FACTS)
    async with house.stage.tables("pairing").begin() as tx:
        row = await tx.fetchrow("SELECT shares, shares_version FROM couples")
    assert row is not None
    assert tuple(row) == ([f"facts:{ann.id}"], 1)


async def test_an_unknown_share_is_refused(house: House) -> None:
    ann, _ = await two(house)
    for shares in ([0], [9], [AVAILABILITY, AVAILABILITY]):
        assert (await refused(house.share(ann, *shares))).reason == "invalid_field"


def calendar(zone: str = "Asia/Tokyo", day_start: str = "05:30", week_start: int = 7) -> pb.SetCalendarRequest:
    return pb.SetCalendarRequest(calendar=pb.Calendar(zone=zone, day_start=day_start, week_start=week_start))


async def test_a_change_of_the_calendar_is_seen_by_both(house: House) -> None:
    ann, sam = await two(house)
    mine = (await house.of(sam).SetCalendar(calendar())).couple
    assert mine.calendar == calendar().calendar == (await house.couple(ann)).calendar
    await house.of(sam).SetCalendar(calendar())
    change = one(await house.stage.recorded("pairing"), CalendarChanged)
    assert (change.by, change.zone, change.day_start, change.week_start) == (sam.id, "Asia/Tokyo", "05:30", 7)
    assert change.calendar_version == 2


async def test_a_calendar_that_is_none_is_refused_naming_the_field(house: House) -> None:
    ann, _ = await two(house)
    for request, field in [
        (calendar(zone="Mars/Olympus"), "calendar.zone"),
        (calendar(zone=""), "calendar.zone"),
        (calendar(day_start="24:00"), "calendar.day_start"),
        (calendar(week_start=8), "calendar.week_start"),
        (calendar(week_start=0), "calendar.week_start"),
        (pb.SetCalendarRequest(), "calendar"),
    ]:
        refusal = await refused(house.of(ann).SetCalendar(request))
        assert (refusal.code, list(refusal.fields)) == ("INVALID_ARGUMENT", [field])
    assert (await house.couple(ann)).calendar.zone == "Europe/Berlin"


async def test_both_changing_at_once_lose_no_version(house: House) -> None:
    ann, sam = await two(house)
    requests = [calendar(week_start=day) for day in (2, 3, 4, 5, 6, 7)]
    callers = [house.of(ann), house.of(sam)]
    await asyncio.gather(*(callers[n % 2].SetCalendar(request) for n, request in enumerate(requests)))
    versions = [change.calendar_version for change in await recorded(house, CalendarChanged)]
    assert versions == [2, 3, 4, 5, 6, 7]


async def test_another_couple_sees_and_changes_its_own(house: House) -> None:
    ann, _ = await two(house)
    before = await all_that_is_seen(house, ann)
    eve, bob = await house.sign_up("Eve"), await house.sign_up("Bob")
    other = await house.pair(eve, bob)
    await house.of(eve).SetCalendar(calendar())
    await house.share(eve, TITLES)
    assert (await house.couple(bob)).id == other
    assert await all_that_is_seen(house, ann) == before


async def test_the_partner_sees_the_zone_of_my_profile_and_its_change(house: House) -> None:
    ann, sam = await house.sign_up("Ann", zone="Europe/Amsterdam"), await house.sign_up("Sam", zone="Europe/Lisbon")
    await house.pair(ann, sam)
    assert (await house.couple(ann)).partner_zone == "Europe/Lisbon"
    await house.of(sam).UpdateMe(pb.UpdateMeRequest(zone="America/New_York"))
    assert (await house.couple(ann)).partner_zone == "America/New_York"
    assert (await house.couple(sam)).partner_zone == "Europe/Amsterdam"
