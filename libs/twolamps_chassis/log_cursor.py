"""Where does a client stand in its change log? A cursor says it: opaque to the client, two facts to us.

Promises:
- A cursor is base64url of the log's epoch and a place (`seq`) in one person's log. It says nothing else, and one place
  has one cursor, so a stream may repeat the cursor it was given.
- `decode_cursor` takes back exactly what `encode_cursor` gave; anything else is `MalformedCursor`. Whether the place is
  still in the log is not decided here: another epoch, or a place beyond the head, is answered with `reload`.
"""

import base64
import binascii
import re
from typing import NamedTuple

from grpc import StatusCode

from twolamps_chassis.errors import Problem

MAX_SEQ = 2**31 - 1  # a place is an int32 on the wire
LONGEST = 200  # characters of a cursor, as WatchRequest states
_PLAIN = re.compile(r"([0-9]{1,10})\.([0-9A-Za-z_-]{1,64})", re.ASCII)


class MalformedCursor(Problem):
    """This cursor is not one that Twolamps gave out; leave it out to start from now."""

    code = StatusCode.INVALID_ARGUMENT


class LogPlace(NamedTuple):
    """A place in one person's log: everything up to and including `seq` has been handled."""

    log_epoch: str
    seq: int


FROM_NOW = LogPlace("", MAX_SEQ)
"""Wherever the log's head is when the stream begins: beyond every head, in no log."""


def encode_cursor(log_epoch: str, seq: int) -> str:
    """The cursor of a place: base64url without padding. `log_epoch` is 1 to 64 letters, digits, `_` or `-`."""
    return base64.urlsafe_b64encode(f"{seq}.{log_epoch}".encode()).rstrip(b"=").decode()


def decode_cursor(cursor: str) -> LogPlace:
    """The place a cursor names; `FROM_NOW` for an empty one. Raises `MalformedCursor`."""
    if not cursor:
        return FROM_NOW
    try:
        plain = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise MalformedCursor(field="cursor") from None
    found = _PLAIN.fullmatch(plain)
    if found is None or len(cursor) > LONGEST:
        raise MalformedCursor(field="cursor")
    place = LogPlace(found[2], int(found[1]))
    if place.seq > MAX_SEQ or encode_cursor(*place) != cursor:
        raise MalformedCursor(field="cursor")
    return place
