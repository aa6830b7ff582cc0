"""Which limits does somebody meet? Every number a client may reach, taken from where the code keeps it.

Promises: a number stands here only through its constant or its rule in the contract, so the page cannot differ from what holds.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

from google.protobuf.descriptor import FieldDescriptor

import notifications.defaults as inbox
import pairing.defaults as people
from buf.validate import validate_pb2
from gateway.settings import EdgeSettings
from gateway.transcoder import HEADERS
from prompts.domain.rounds import OPEN_FOR
from scheduling.domain import invites, reminders, slots
from scheduling.grpc_api import SchedulingApi
from twolamps.notifications.v1 import notifications_pb2
from twolamps.pairing.v1 import pairing_pb2
from twolamps.prompts.v1 import prompts_pb2
from twolamps.scheduling.v1 import scheduling_pb2
from twolamps_chassis import auth, grpc_server, idempotency, pages
from twolamps_chassis.hub import Pace
from twolamps_chassis.limits import Limit
from twolamps_chassis.presence import STREAMS_PER_PERSON
from twolamps_chassis.settings import Settings

Row = tuple[str, str, str]
"""What is limited, how much there may be, and what more is answered with."""

MODULES = (pairing_pb2, prompts_pb2, scheduling_pb2, notifications_pb2)
UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def limits() -> str:
    """The page."""
    lines = [
        "# Limits",
        "",
        "Every number a client may reach, and what one more is answered with. Rates are counted in a moving window; where Redis",
        "is shared by all processes they hold over all of them, else each process counts for itself.",
    ]
    for title, rows in _groups().items():
        lines += ["", f"## {title}", "", "| what | at most | one more |", "|---|---|---|"]
        lines += [f"| {what} | {most} | {more} |" for what, most, more in rows]
    return "\n".join(lines) + "\n"


def _groups() -> Mapping[str, Sequence[Row]]:
    edge = EdgeSettings("", 0, str(Settings.model_fields["flood_limit"].default))
    slow, field = "429 `too_many_requests`", "422 `invalid_field`"
    a_day = "422 `limit_reached`"
    return {
        "Requests": (
            ("requests from one address (IPv6: one /64 network), unless set otherwise", _rate(edge.flood_limit), slow),
            ("calls of one person that are served at a time", str(grpc_server.AT_ONCE), "waits in line"),
            ("a body", f"{edge.body_bytes // 1024} KiB", "413 `body_too_large`"),
            ("the time a body has to arrive", _time(edge.deadline), "408 `body_too_slow`"),
            ("the time a call may take", _time(edge.deadline), "504 `deadline_exceeded`"),
            ("characters of an `Idempotency-Key`", str(HEADERS["idempotency-key"]), "400 `header_invalid`"),
            ("how long a reply is kept for its key", _time(idempotency.KEPT_FOR), "the call is done anew"),
            ("a page", f"{pages.MOST}, {pages.DEFAULT} unless asked", field),
            ("`ids` of a list", _rule("ListInvitesRequest.ids"), field),
        ),
        "Sign-in and sessions": (
            ("tries to sign up, or in, with one mail from one address", _rate(people.TRIES_PER_MAIL), slow),
            ("sign-ups, sign-ins, refreshes, claims, devices that ask or approvals of them from one address, each",
             _rate(people.TRIES_PER_ADDRESS), slow),
            ("approvals of devices by one person", _rate(people.TRIES_PER_PERSON), slow),
            ("a device's code can be approved for", _time(people.DEVICE_CODE_FOR), "422 `device_code_not_valid`"),
            ("tries of one device's code", f"one every {_time(people.DEVICE_INTERVAL)}", slow),
            ("an access token lives", _time(auth.ACCESS_FOR), "401 `unauthenticated`"),
            ("a refresh token, or a browser's cookie, may lie unused", _time(people.REFRESH_FOR), "401"),
            ("a refresh token may be used again for a lost reply within", _time(people.REFRESH_GRACE), "ends the session"),
            ("characters of a mail, a password", _rule("CreatePersonRequest.mail", "CreatePersonRequest.password"), field),
            ("characters of a display name, of pronouns",
             _rule("CreatePersonRequest.display_name", "CreatePersonRequest.pronouns"), field),
        ),
        "Pairing": (
            ("a code can be claimed for", _time(people.CODE_FOR), "422 `code_not_valid`"),
            ("claims by one person", _rate(people.TRIES_PER_PERSON), slow),
            ("both confirm within", _time(people.CONFIRM_FOR), "409 `pairing_closed`"),
            ("a standing share holds without being renewed", _time(people.SHARE_FOR), "is no longer shared"),
            ("changes of the couple's calendar by one person", _rate(people.CALENDARS), slow),
        ),
        "Prompts": (
            ("characters of an answer", _rule("SealAnswerRequest.text"), field),
            ("days of the couple on which a prompt can be answered", str(OPEN_FOR.days), "409 `round_closed`"),
        ),
        "Time together": (
            ("characters of a title, a note", _rule("CreateInviteRequest.title", "CreateInviteRequest.note"), field),
            ("an invite lasts", f"{_time(invites.SHORTEST)} to {_time(invites.LONGEST)}", field),
            ("an invite begins within", _time(invites.FARTHEST), "422 `invite_too_far_ahead`"),
            ("an invite waits for an answer", f"{_time(invites.ANSWER_WITHIN)}, or until it begins", "409 `invite_expired`"),
            ("invites by one person", f"{invites.MOST_INVITES_A_DAY} a day, cancelled ones counted", a_day),
            ("preferred windows", _rule("SetWindowsRequest.windows"), field),
            ("slots in one answer", f"{slots.MOST_SLOTS}", field),
            ("the span slots are looked for in", _time(slots.WIDEST), "422 `slot_span_out_of_range`"),
            ("questions for slots by one person", _limit(SchedulingApi.ListSlots.limits[0]), slow),
        ),
        "Reminders": (
            ("active reminders of one person", str(reminders.MOST_ACTIVE), a_day),
            ("offers to the other", f"{reminders.MOST_OFFERS_A_DAY} a day, cancelled ones counted", a_day),
            ("an offer can be accepted for", _time(reminders.OFFER_OPEN_FOR), "409 `offer_lapsed`"),
            ("a shared series goes on for", _time(reminders.SHARED_SERIES_LASTS), "it ends"),
            ("a reminder comes ahead by", _time(reminders.LONGEST_LEAD), field),
            ("a snooze", f"{_time(reminders.SHORTEST_SNOOZE)} to {_time(reminders.LONGEST_SNOOZE)}", field),
            ("characters of a repetition", _rule("CreateReminderRequest.rrule"), field),
        ),
        "Inbox and streams": (
            ("open streams of one person, over SSE and gRPC together", str(STREAMS_PER_PERSON), "429 `too_many_streams`"),
            ("time between two signs of life of a stream", _time(Pace().keep_alive), "the connection is dead"),
            ("a cursor can be resumed for", _time(inbox.LOG_KEPT), "`reload`"),
            ("an item can be listed for", _time(inbox.INBOX_KEPT), "it is gone"),
        ),
    }  # fmt: skip


def _rule(*names: str) -> str:
    """The most that the contract allows of these fields (Request.field): characters of a text, entries of a list."""
    return ", ".join(f"{_most(_field(name)):,}" for name in names)


def _field(name: str) -> FieldDescriptor:
    message, _, field = name.partition(".")
    found = [module.DESCRIPTOR.message_types_by_name.get(message) for module in MODULES]
    (descriptor,) = [each for each in found if each is not None]
    return cast(FieldDescriptor, descriptor.fields_by_name[field])


def _most(field: FieldDescriptor) -> int:
    """Raises ValueError where the contract has no limit."""
    rule: Any = field.GetOptions().Extensions[cast(Any, validate_pb2.field)]
    if most := rule.repeated.max_items or rule.string.max_len:
        return int(most)
    raise ValueError(f"{field.full_name} has no limit")


def _limit(limit: Limit) -> str:
    return _rate(limit.rate)


def _rate(rate: str) -> str:
    """`10/10 minutes` as a person says it."""
    most, _, per = rate.partition("/")
    return f"{int(most):,} in {per}" if per[0].isdigit() else f"{int(most):,} a{'n' if per[0] == 'h' else ''} {per}"


def _time(span: timedelta) -> str:
    """A span in the largest unit it is a whole number of."""
    seconds = int(span.total_seconds())
    size, unit = next((size, unit) for size, unit in UNITS if seconds % size == 0)
    return f"{seconds // size} {unit}{'' if seconds == size else 's'}"
