"""What does an open stream hear of a change? The same bytes, whether it was told at once or reads the log later.

Promises: one function makes them; a removal carries the item's id and nothing else.
"""

from notifications.domain.items import Change, Item
from twolamps.notifications.v1 import notifications_pb2 as pb
from twolamps_chassis.hub_log import Hint
from twolamps_chassis.log_cursor import encode_cursor
from twolamps_chassis.mapping import writer

_write_item = writer(Item, pb.Item.DESCRIPTOR)
_OPS = {"added": pb.OP_ADDED, "changed": pb.OP_CHANGED, "removed": pb.OP_REMOVED}


def encode_change(change: Change) -> bytes:
    """A change as a serialized WatchResponse, with its cursor."""
    item = _write_item(change.item) if change.item is not None else pb.Item(id=str(change.item_id))
    told = pb.Change(op=_OPS[change.op], item=item)  # type: ignore[arg-type]  # the writer of Item makes a pb.Item
    return pb.WatchResponse(cursor=encode_cursor(change.log_epoch, change.seq), change=told).SerializeToString()


def hint_of(change: Change) -> Hint:
    """A committed change, for the hubs."""
    return Hint(change.person, change.log_epoch, change.seq - 1, change.seq, encode_change(change))
