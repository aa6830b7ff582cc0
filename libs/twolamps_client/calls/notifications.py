"""Which calls does NotificationsService answer? Written by generate.py, never edited."""

from collections.abc import AsyncIterator, Sequence

from twolamps.notifications.v1 import notifications_pb2 as pb
from twolamps_client.methods import Caller, every, filled, method_of

_METHODS = pb.DESCRIPTOR.services_by_name["NotificationsService"].methods_by_name
LIST_INBOX = method_of(_METHODS["ListInbox"], pb.ListInboxRequest, pb.ListInboxResponse)
READ_ITEM = method_of(_METHODS["ReadItem"], pb.ReadItemRequest, pb.ReadItemResponse)


class NotificationsCalls:
    """Calls of NotificationsService. Each raises TwolampsError."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def list_inbox(
        self,
        *,
        page_size: int = 0,
        page_token: str = "",
        ids: Sequence[str] = (),
        state: pb.ItemState.ValueType = pb.ITEM_STATE_UNSPECIFIED,
    ) -> pb.ListInboxResponse:
        """My inbox, newest first.

        state: Only items in this state.
        """
        request = filled(pb.ListInboxRequest, page_size=page_size, page_token=page_token, ids=ids, state=state)
        return await self._caller.call(LIST_INBOX, request)

    def all_inbox(
        self, *, ids: Sequence[str] = (), state: pb.ItemState.ValueType = pb.ITEM_STATE_UNSPECIFIED
    ) -> AsyncIterator[pb.Item]:
        """My inbox, newest first. All of them, page after page."""
        return every(lambda token: self.list_inbox(page_token=token, ids=ids, state=state), lambda page: page.items)

    async def read_item(self, item_id: str, *, idempotency_key: str | None = None) -> pb.ReadItemResponse:
        """Mark one item read. Nobody else learns it."""
        request = filled(pb.ReadItemRequest, item_id=item_id)
        return await self._caller.call(READ_ITEM, request, idempotency_key=idempotency_key)
