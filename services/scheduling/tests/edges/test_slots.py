"""Do the two learn which times suit both, and nothing else of each other's windows?"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from twolamps.scheduling.v1 import scheduling_pb2 as pb
from twolamps.scheduling.v1.scheduling_pb2_grpc import SchedulingServiceStub
from twolamps_events.pairing import SharesChanged
from twolamps_testkit.stage import Caller, Person, Refused, Stage

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
ZONE = "Europe/Berlin"
ALWAYS = tuple((weekday, "00:00", "00:00") for weekday in range(1, 8))


def calls(stage: Stage, person: Person | None) -> Caller:
    return stage.caller(SchedulingServiceStub, person)


async def state(
    stage: Stage, person: Person, *windows: tuple[int, str, str], zone: str = ZONE
) -> pb.SetWindowsResponse:
    given = [pb.Window(weekday=weekday, start=start, end=end) for weekday, start, end in windows]
    reply: pb.SetWindowsResponse = await calls(stage, person).SetWindows(pb.SetWindowsRequest(windows=given, zone=zone))
    return reply


async def share(stage: Stage, couple: UUID, *active: str, version: int = 1) -> None:
    await stage.deliver(couple, SharesChanged(couple_id=couple, active=list(active), shares_version=version))


async def slots(stage: Stage, person: Person, **asked: Any) -> pb.ListSlotsResponse:
    reply: pb.ListSlotsResponse = await calls(stage, person).ListSlots(pb.ListSlotsRequest(**asked))
    return reply


async def refusal(call: Any) -> tuple[str, list[str]]:
    with pytest.raises(Refused) as refused:
        await call
    return refused.value.code, list(refused.value.fields)


def spans(reply: pb.ListSlotsResponse) -> list[tuple[datetime, datetime]]:
    return [(slot.starts_at.ToDatetime(UTC), slot.ends_at.ToDatetime(UTC)) for slot in reply.slots]


async def test_windows_are_kept_without_overlaps_and_only_their_person_reads_them(evening: Stage) -> None:
    await evening.pair()
    assert await calls(evening, evening.ann).GetWindows(pb.GetWindowsRequest()) == pb.GetWindowsResponse()
    kept = await state(evening, evening.ann, (2, "19:00", "21:00"), (2, "20:00", "23:00"), (7, "22:00", "02:00"))
    assert [(each.weekday, each.start, each.end) for each in kept.windows] == [
        (2, "19:00", "23:00"),
        (7, "22:00", "02:00"),
    ]
    mine = await calls(evening, evening.ann).GetWindows(pb.GetWindowsRequest())
    assert (list(mine.windows), mine.zone) == (list(kept.windows), ZONE)
    for other in (evening.sam, evening.eve):
        assert await calls(evening, other).GetWindows(pb.GetWindowsRequest()) == pb.GetWindowsResponse()
        async with evening.tables("scheduling").begin("app", other.id) as tx:
            assert await tx.fetch("SELECT person_id FROM windows") == []
    assert not await evening.recorded("scheduling")
    assert (await state(evening, evening.ann)).windows == []


async def test_windows_outside_the_limits_are_refused_by_name(evening: Stage) -> None:
    fifty = tuple((1, f"{n // 6:02}:{n % 6}0", f"{n // 6:02}:{n % 6}5") for n in range(50))
    assert len((await state(evening, evening.eve, *fifty)).windows) == 50
    for windows, zone, field in (
        ((*fifty, (2, "10:00", "11:00")), ZONE, "windows"),
        (((0, "10:00", "11:00"),), ZONE, "windows[0].weekday"),
        (((8, "10:00", "11:00"),), ZONE, "windows[0].weekday"),
        (((1, "24:00", "11:00"),), ZONE, "windows[0].start"),
        (((1, "10:00", "11:00:30"),), ZONE, "windows[0].end"),
        (((1, "10:00", "11:00"),), "Europe/Atlantis", "zone"),
        (((1, "10:00", "11:00"),), "", "zone"),
    ):
        assert await refusal(state(evening, evening.eve, *windows, zone=zone)) == ("INVALID_ARGUMENT", [field])
    assert len((await calls(evening, evening.eve).GetWindows(pb.GetWindowsRequest())).windows) == 50


async def test_slots_are_the_intersection_in_two_zones_without_agreed_times_and_the_same_for_both(
    evening: Stage,
) -> None:
    couple = await evening.pair()
    await share(evening, couple, "availability")
    await state(evening, evening.ann, *((day, "18:00", "21:00") for day in range(1, 8)))
    await state(evening, evening.sam, *((day, "14:00", "17:00") for day in range(1, 8)), zone="America/New_York")
    now = await evening.now()
    asked: Any = {"starts_after": now, "ends_before": now + WEEK, "limit": 50}
    found = await slots(evening, evening.ann, **asked)
    assert found == await slots(evening, evening.sam, **asked)
    assert found.shared
    for starts_at, ends_at in spans(found):
        assert now <= starts_at < ends_at <= now + WEEK
        assert ends_at - starts_at == HOUR
        for zone, opens, closes in ((ZONE, 18, 21), ("America/New_York", 14, 17)):
            day = starts_at.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
            assert day.replace(hour=opens) <= starts_at < ends_at <= day.replace(hour=closes)
    first = found.slots[0]
    assert list(first.reasons) == ["social_for_both", "soonest"]
    wish: Any = {"title": "Tea", "starts_at": first.starts_at, "duration": HOUR}
    made = (await calls(evening, evening.ann).CreateInvite(pb.CreateInviteRequest(**wish))).invite
    assert await slots(evening, evening.sam, **asked) == found
    await calls(evening, evening.sam).AcceptInvite(pb.AcceptInviteRequest(invite_id=made.id))
    start, end = spans(found)[0]
    after = spans(await slots(evening, evening.sam, **asked))
    assert after
    assert all(ends_at <= start or end <= starts_at for starts_at, ends_at in after)


async def test_not_shared_looks_the_same_whatever_the_reason(evening: Stage) -> None:
    couple = await evening.pair()
    answers = {(await slots(evening, evening.ann)).SerializeToString()}
    await state(evening, evening.sam, *ALWAYS)
    answers.add((await slots(evening, evening.ann)).SerializeToString())
    await share(evening, couple, "facts", version=1)
    answers.add((await slots(evening, evening.ann)).SerializeToString())
    await share(evening, couple, "availability", version=2)
    await state(evening, evening.ann, *ALWAYS)
    assert (await slots(evening, evening.ann)).slots
    await share(evening, couple, version=3)
    answers.add((await slots(evening, evening.ann)).SerializeToString())
    answers.add((await slots(evening, evening.sam)).SerializeToString())
    assert answers == {pb.ListSlotsResponse(shared=False).SerializeToString()}


async def test_who_shares_but_stated_nothing_looks_like_who_is_never_free(evening: Stage) -> None:
    couple = await evening.pair()
    await share(evening, couple, "availability")
    await state(evening, evening.ann, *ALWAYS)
    nothing_stated = await slots(evening, evening.ann)
    await state(evening, evening.sam)
    assert nothing_stated == await slots(evening, evening.ann) == pb.ListSlotsResponse(shared=True)


async def test_a_strangers_windows_never_count(evening: Stage) -> None:
    couple = await evening.pair()
    await share(evening, couple, "availability")
    for person in (evening.ann, evening.eve):
        await state(evening, person, *ALWAYS)
    assert not (await slots(evening, evening.ann)).slots
    assert (await refusal(slots(evening, evening.eve)))[0] == "FAILED_PRECONDITION"


async def test_what_is_absent_has_its_default_and_limits_hold(evening: Stage) -> None:
    couple = await evening.pair()
    await share(evening, couple, "availability")
    for person in (evening.ann, evening.sam):
        await state(evening, person, *ALWAYS)
    now = await evening.now()
    plain = spans(await slots(evening, evening.ann))
    assert len(plain) == 5
    assert all(end - start == HOUR and now <= start < end <= now + 2 * WEEK + HOUR for start, end in plain)
    assert len((await slots(evening, evening.ann, limit=50)).slots) == 50
    for taken, refused, field in (
        ({"limit": 1}, {"limit": 51}, "limit"),
        ({"limit": 1}, {"limit": -1}, "limit"),
        ({"duration": timedelta(minutes=15)}, {"duration": timedelta(minutes=14)}, "duration"),
        ({"duration": DAY}, {"duration": DAY + timedelta(minutes=1)}, "duration"),
        ({"duration": HOUR}, {"duration": HOUR + timedelta(seconds=30)}, "duration"),
        ({"ends_before": now + 8 * WEEK}, {"ends_before": now + 8 * WEEK + DAY}, "ends_before"),
        ({"ends_before": now + DAY}, {"ends_before": now - DAY}, "ends_before"),
        ({"starts_after": now - 9 * WEEK}, {"starts_after": datetime(9999, 12, 31, tzinfo=UTC)}, "ends_before"),
    ):
        assert (await slots(evening, evening.ann, **taken)).shared
        assert await refusal(slots(evening, evening.ann, **refused)) == ("INVALID_ARGUMENT", [field])


async def test_slots_may_be_asked_for_sixty_times_a_minute(evening: Stage) -> None:
    await evening.pair()
    for _ in range(60):
        await slots(evening, evening.ann)
    assert (await refusal(slots(evening, evening.ann)))[0] == "RESOURCE_EXHAUSTED"
    await slots(evening, evening.sam)
