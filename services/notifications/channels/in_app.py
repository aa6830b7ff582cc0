"""What does an open stream hear of a change? The same bytes, whether it was told at once or reads the log later.

Promises: one function makes them; a removal carries the item's id and nothing else.
"""

from datetime import datetime
from functools import lru_cache

from google.protobuf.timestamp_pb2 import Timestamp

from notifications.domain.items import Change, Item
from twolamps.notifications.v1 import notifications_pb2 as pb
from twolamps.types.v1.types_pb2 import Party
from twolamps_chassis.hub_log import Hint
from twolamps_chassis.log_cursor import encode_cursor

_OPS = {"added": pb.OP_ADDED, "changed": pb.OP_CHANGED, "removed": pb.OP_REMOVED}
_PARTIES = {"me": Party.PARTY_ME, "partner": Party.PARTY_PARTNER, "twolamps": Party.PARTY_TWOLAMPS}
_STATES = {"unread": pb.ITEM_STATE_UNREAD, "read": pb.ITEM_STATE_READ}


def encode_change(change: Change) -> bytes:
    """A change as a serialized WatchResponse, with its cursor."""
    item = _told(change.item) if change.item is not None else pb.Item(id=str(change.item_id))
    told = pb.Change(op=_OPS[change.op], item=item)
    return pb.WatchResponse(cursor=encode_cursor(change.log_epoch, change.seq), change=told).SerializeToString()


def hint_of(change: Change) -> Hint:
    """A committed change, for the hubs."""
    return Hint(change.person, change.log_epoch, change.seq - 1, change.seq, encode_change(change))


def _told(item: Item) -> pb.Item:
    """Field by field, since a busy evening makes thousands a second: twice as fast as the chassis' mapping."""
    facts = item.facts
    return pb.Item(
        id=str(item.id), kind=item.kind, subject=pb.Subject(type=item.subject.type, id=str(item.subject.id)),
        by=_PARTIES[item.by], text=item.text, state=_STATES[item.state], created_at=_moment(item.created_at),
        facts=pb.Facts(
            starts_at=_moment(facts.starts_at), ends_at=_moment(facts.ends_at), zone=facts.zone, occurrence=facts.occurrence,
            day=facts.day, late=facts.late,
        ),
    )  # fmt: skip


@lru_cache(maxsize=64)  # a batch has one time
def _moment(at: datetime | None) -> Timestamp | None:
    if at is None:
        return None
    moment = Timestamp()
    moment.FromDatetime(at)
    return moment
