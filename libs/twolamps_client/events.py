"""What does a live stream tell? Its events as types, each with the cursor that resumes right after it."""

from dataclasses import dataclass

from twolamps.notifications.v1.notifications_pb2 import Item, Op, WatchResponse


@dataclass(frozen=True, slots=True)
class Ready:
    """The stream is heard from here on; comes again after each reconnect."""

    cursor: str


@dataclass(frozen=True, slots=True)
class Change:
    """An item came, changed or was pulled back (then only its id is set)."""

    cursor: str
    op: Op.ValueType
    item: Item


@dataclass(frozen=True, slots=True)
class Reload:
    """The history after my cursor is gone: read the inbox anew, then `Watch.go_on_from` the cursor in that answer."""

    cursor: str
    reason: str


Event = Ready | Change | Reload


def event_of(message: WatchResponse) -> Event | None:
    """The event for the consumer; None for one that concerns the connection alone or that a newer server made up."""
    match message.WhichOneof("event"):
        case "ready":
            return Ready(message.cursor)
        case "change":
            return Change(message.cursor, message.change.op, message.change.item)
        case "reload":
            return Reload(message.cursor, message.reload.reason)
        case _:
            return None
