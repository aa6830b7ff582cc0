"""Is there an end to what one can put into the other's inbox? A day's budget, cancelled ones counted."""

from datetime import timedelta

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from scheduling.domain.invites import MOST_INVITES_A_DAY
from scheduling.domain.reminders import MOST_OFFERS_A_DAY
from twolamps.scheduling.v1 import scheduling_pb2 as pb
from twolamps.scheduling.v1.scheduling_pb2_grpc import SchedulingServiceStub
from twolamps_testkit.stage import Refused, Stage


async def test_a_day_has_room_for_so_many_invites_and_the_next_day_again(evening: Stage) -> None:
    await evening.pair()
    ann, starts_at = evening.caller(SchedulingServiceStub, evening.ann), Timestamp()
    starts_at.FromDatetime(await evening.now() + timedelta(days=9))
    wish = pb.CreateInviteRequest(title="A walk", starts_at=starts_at, duration=Duration(seconds=3600))
    for _ in range(MOST_INVITES_A_DAY):
        made = (await ann.CreateInvite(wish)).invite
        await ann.CancelInvite(pb.CancelInviteRequest(invite_id=made.id, sequence=made.sequence))
    with pytest.raises(Refused) as refused:
        await ann.CreateInvite(wish)
    assert (refused.value.code, refused.value.fields) == ("OUT_OF_RANGE", {"invites": "limit_reached"})
    await evening.caller(SchedulingServiceStub, evening.sam).CreateInvite(wish)
    evening.move_clock(86_401)
    await ann.CreateInvite(wish)


async def test_a_day_has_room_for_so_many_offers_but_own_reminders_are_not_counted(evening: Stage) -> None:
    await evening.pair()
    ann = evening.caller(SchedulingServiceStub, evening.ann)
    first = f"{await evening.now() + timedelta(days=3):%Y-%m-%dT%H:%M:%S}"

    def wish(audience: pb.Audience.ValueType) -> pb.CreateReminderRequest:
        return pb.CreateReminderRequest(title="Water", audience=audience, first=first, zone="Europe/Berlin")

    for _ in range(MOST_OFFERS_A_DAY):
        made = (await ann.CreateReminder(wish(pb.AUDIENCE_YOU))).reminder
        await ann.CancelReminder(pb.CancelReminderRequest(reminder_id=made.id))
    with pytest.raises(Refused) as refused:
        await ann.CreateReminder(wish(pb.AUDIENCE_BOTH))
    assert (refused.value.code, refused.value.fields) == ("OUT_OF_RANGE", {"reminders": "limit_reached"})
    await ann.CreateReminder(wish(pb.AUDIENCE_ME))
