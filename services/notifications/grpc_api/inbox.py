"""Which calls of people are answered? List, read and watch one's own inbox; nobody reaches another's."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, ClassVar

from google.protobuf.descriptor import ServiceDescriptor

from notifications.domain.items import Announce
from notifications.use_cases.list_inbox import list_inbox
from notifications.use_cases.read_item import read_item
from twolamps.notifications.v1 import notifications_pb2 as pb
from twolamps.notifications.v1.notifications_pb2_grpc import NotificationsServiceServicer
from twolamps_chassis.edge import Api, Service, command, current_call, query
from twolamps_chassis.hub import Hub
from twolamps_chassis.log_cursor import decode_cursor


class InboxApi(Api, NotificationsServiceServicer):
    """Reading and watching; `inbox_api` adds what tells open streams."""

    descriptor: ClassVar[ServiceDescriptor] = pb.DESCRIPTOR.services_by_name["NotificationsService"]

    ListInbox = query(list_inbox)

    def __init__(self, service: Service, hub: Hub) -> None:
        super().__init__(service)
        self.hub = hub

    async def Watch(self, request: pb.WatchRequest, context: Any) -> AsyncGenerator[pb.WatchResponse, None]:
        """Every change after the cursor, then live, until the token ends."""
        caller = current_call.get().caller
        assert caller is not None
        assert caller.person is not None
        assert caller.session is not None
        place = decode_cursor(request.cursor)
        async with aclosing(self.hub.watch(caller.person, caller.session, place, caller.expires_at)) as stream:
            async for message in stream:
                yield pb.WatchResponse.FromString(message)


def inbox_api(service: Service, hub: Hub, announce: Announce) -> InboxApi:
    """The whole servicer; `announce` tells open streams what has committed."""

    class WholeInboxApi(InboxApi):
        ReadItem = command(read_item(announce))

    return WholeInboxApi(service, hub)
