"""What does a person find in the inbox? One's own, newest first; read marks that nobody else sees."""

from datetime import timedelta
from uuid import uuid4

from notifications.main import compose
from twolamps.notifications.v1 import notifications_pb2 as pb
from twolamps.notifications.v1.notifications_pb2_grpc import NotificationsServiceStub
from twolamps_events.scheduling import InviteCreated
from twolamps_testkit.stage import Stage


async def test_an_invite_reaches_the_partner_and_nobody_else(stage: Stage) -> None:
    await stage.start(notifications=compose)
    couple, invite, now = await stage.pair(), uuid4(), await stage.now()
    event = InviteCreated(couple_id=couple, invite_id=invite, by=stage.ann.id, to=stage.sam.id, sequence=0,
                          starts_at=now, ends_at=now + timedelta(hours=1), zone="Europe/Berlin")  # fmt: skip
    await stage.deliver(couple, event)
    inbox = await stage.caller(NotificationsServiceStub, stage.sam).ListInbox(pb.ListInboxRequest())
    newest = inbox.items[0]
    assert (newest.kind, newest.subject.type, newest.subject.id) == ("invite_created", "invite", str(invite))
    assert inbox.cursor
    for other in (stage.ann, stage.eve):
        found = await stage.caller(NotificationsServiceStub, other).ListInbox(pb.ListInboxRequest())
        assert "invite_created" not in [item.kind for item in found.items]
