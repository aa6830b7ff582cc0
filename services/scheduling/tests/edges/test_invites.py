"""Do two people come to an agreed time, through the public door?"""

from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from scheduling.main import compose
from twolamps.scheduling.v1 import scheduling_pb2 as pb
from twolamps.scheduling.v1.scheduling_pb2_grpc import SchedulingServiceStub
from twolamps.types.v1.types_pb2 import Party
from twolamps_events.scheduling import InviteAccepted, InviteCreated
from twolamps_testkit.stage import Stage, one


async def test_an_invite_is_made_and_accepted(stage: Stage) -> None:
    await stage.start(scheduling=compose)
    await stage.pair()
    ann, sam = (stage.caller(SchedulingServiceStub, who) for who in (stage.ann, stage.sam))
    starts = Timestamp()
    starts.FromDatetime(await stage.now() + timedelta(days=1))
    made = (
        await ann.CreateInvite(
            pb.CreateInviteRequest(title=" Tea ", note="x", starts_at=starts, duration=Duration(seconds=3600))
        )
    ).invite
    assert (made.title, made.turn, made.zone) == ("Tea", Party.PARTY_PARTNER, "Europe/Berlin")
    got = (await sam.AcceptInvite(pb.AcceptInviteRequest(invite_id=made.id, sequence=0))).invite
    assert got.state == pb.INVITE_STATE_ACCEPTED
    assert (await ann.GetInvite(pb.GetInviteRequest(invite_id=made.id))).invite.state == pb.INVITE_STATE_ACCEPTED
    assert len((await ann.ListInvites(pb.ListInvitesRequest())).invites) == 1
    events = await stage.recorded("scheduling")
    assert one(events, InviteCreated).to == stage.sam.id
    assert one(events, InviteAccepted).to == stage.ann.id
