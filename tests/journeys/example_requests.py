"""What does a good request to each public method look like? One row a method; a method without a row fails the matrix.

Promises: sent by its owner each request would do something; `Ids` name the things it is about, so the same row can be
sent about one's own things, somebody else's, or none that exist.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from gateway.transcoder.contracts import Method, public_methods
from tests.people import PASSWORD

METHODS: Mapping[str, Method] = {method.descriptor.full_name: method for method in public_methods()}


ON = datetime.now(UTC).date() + timedelta(days=30)
"""A day ahead that every limit allows."""


def _unknown() -> str:
    return str(uuid4())


@dataclass(frozen=True)
class Ids:
    """What requests are about; what is not given exists nowhere."""

    mail: str = field(default_factory=lambda: f"{uuid4().hex}@example.org")
    session: str = field(default_factory=_unknown)
    pairing: str = field(default_factory=_unknown)
    code: str = "K7QM-3XPTA"
    prompt: str = field(default_factory=_unknown)
    invite: str = field(default_factory=_unknown)
    reminder: str = field(default_factory=_unknown)
    item: str = field(default_factory=_unknown)


Row = Callable[[Ids], Mapping[str, Any]]
_START = {"startsAt": f"{ON}T19:00:00Z", "duration": "3600s"}
_PAIRING, _PROMPTS = "twolamps.pairing.v1.PairingService", "twolamps.prompts.v1.PromptsService"
_SCHEDULING = "twolamps.scheduling.v1.SchedulingService"
_INBOX = "twolamps.notifications.v1.NotificationsService"


def _about_invite(ids: Ids) -> Mapping[str, Any]:
    return {"inviteId": ids.invite, "sequence": 0}


def _about_reminder(ids: Ids) -> Mapping[str, Any]:
    return {"reminderId": ids.reminder}


EXAMPLES: Mapping[str, Row] = {
    f"{_PAIRING}.CreatePerson": lambda ids: {
        "mail": ids.mail, "password": "another-horse-9", "displayName": "Mallory", "zone": "Europe/Berlin", "adult": True,
    },
    f"{_PAIRING}.CreateSession": lambda ids: {"mail": ids.mail, "password": "not-the-password"},
    f"{_PAIRING}.RefreshSession": lambda ids: {"refreshToken": "x" * 43},
    f"{_PAIRING}.CreateDeviceCode": lambda ids: {"clientName": "Mallory's kettle"},
    f"{_PAIRING}.ApproveDevice": lambda ids: {"userCode": "BCDF-GHJK", "password": PASSWORD},
    f"{_PAIRING}.CreateDeviceSession": lambda ids: {"deviceCode": uuid4().hex},
    f"{_PAIRING}.ListSessions": lambda ids: {"ids": [ids.session]},
    f"{_PAIRING}.GetSession": lambda ids: {"sessionId": ids.session},
    f"{_PAIRING}.DeleteSession": lambda ids: {"sessionId": ids.session},
    f"{_PAIRING}.DeleteSessions": lambda ids: {},
    f"{_PAIRING}.GetMe": lambda ids: {},
    f"{_PAIRING}.UpdateMe": lambda ids: {"pronouns": "they"},
    f"{_PAIRING}.CreatePairingCode": lambda ids: {},
    f"{_PAIRING}.ClaimPairing": lambda ids: {"code": ids.code},
    f"{_PAIRING}.ListPairings": lambda ids: {"ids": [ids.pairing]},
    f"{_PAIRING}.GetPairing": lambda ids: {"pairingId": ids.pairing},
    f"{_PAIRING}.ConfirmPairing": lambda ids: {"pairingId": ids.pairing},
    f"{_PAIRING}.GetCouple": lambda ids: {},
    f"{_PAIRING}.SetShares": lambda ids: {"shares": ["SHARE_TITLES"]},
    f"{_PAIRING}.SetCalendar": lambda ids: {"calendar": {"zone": "Asia/Tokyo", "dayStart": "05:00", "weekStart": 7}},
    f"{_PAIRING}.EndCouple": lambda ids: {"notice": "END_NOTICE_PLAINLY"},
    f"{_PROMPTS}.GetToday": lambda ids: {},
    f"{_PROMPTS}.SealAnswer": lambda ids: {"promptId": ids.prompt, "text": "what Mallory says", "leaveLight": True},
    f"{_PROMPTS}.WithdrawAnswer": lambda ids: {"promptId": ids.prompt},
    f"{_PROMPTS}.ListReveals": lambda ids: {"ids": [ids.prompt]},
    f"{_PROMPTS}.ListAnswers": lambda ids: {"ids": [ids.prompt]},
    f"{_SCHEDULING}.CreateInvite": lambda ids: {"title": "A walk", **_START},
    f"{_SCHEDULING}.ListInvites": lambda ids: {"ids": [ids.invite]},
    f"{_SCHEDULING}.GetInvite": lambda ids: {"inviteId": ids.invite},
    f"{_SCHEDULING}.AcceptInvite": _about_invite,
    f"{_SCHEDULING}.DeclineInvite": _about_invite,
    f"{_SCHEDULING}.CounterInvite": lambda ids: {**_about_invite(ids), **_START},
    f"{_SCHEDULING}.CancelInvite": _about_invite,
    f"{_SCHEDULING}.GetWindows": lambda ids: {},
    f"{_SCHEDULING}.SetWindows": lambda ids: {
        "windows": [{"weekday": 2, "start": "18:00", "end": "22:00"}], "zone": "Europe/Berlin",
    },
    f"{_SCHEDULING}.ListSlots": lambda ids: {"startsAfter": f"{ON}T00:00:00Z", "limit": 3},
    f"{_SCHEDULING}.CreateReminder": lambda ids: {
        "title": "Call home", "audience": "AUDIENCE_BOTH", "first": f"{ON}T19:00:00", "zone": "Europe/Berlin",
    },
    f"{_SCHEDULING}.ListReminders": lambda ids: {"ids": [ids.reminder]},
    f"{_SCHEDULING}.GetReminder": _about_reminder,
    f"{_SCHEDULING}.AcceptReminder": _about_reminder,
    f"{_SCHEDULING}.DeclineReminder": _about_reminder,
    f"{_SCHEDULING}.CompleteReminder": _about_reminder,
    f"{_SCHEDULING}.SnoozeReminder": _about_reminder,
    f"{_SCHEDULING}.SkipReminder": _about_reminder,
    f"{_SCHEDULING}.CancelReminder": _about_reminder,
    f"{_INBOX}.ListInbox": lambda ids: {"ids": [ids.item]},
    f"{_INBOX}.ReadItem": lambda ids: {"itemId": ids.item},
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A request to send."""

    verb: str
    path: str
    body: Any = None
    query: Mapping[str, Any] | None = None

    @property
    def rest(self) -> dict[str, Any]:
        """What `Someone.call` takes by name."""
        return {"query": self.query} if self.query is not None else {}


def asked(method: Method, ids: Ids) -> Asked:
    """A method's row as HTTP."""
    return over_http(method, EXAMPLES[method.descriptor.full_name](ids))


def over_http(method: Method, given: Mapping[str, Any]) -> Asked:
    """These fields (lowerCamelCase) where the contract puts them: path, body or query."""
    path, rest = method.template, dict(given)
    for name in method.path_fields:
        path = path.replace(
            f"{{{name}}}", str(rest.pop(method.descriptor.input_type.fields_by_name[name].camelcase_name))
        )
    return Asked(method.http, path, rest) if method.has_body else Asked(method.http, path, None, rest)


def about(method: Method) -> frozenset[str]:
    """Which `Ids` a method's row names."""
    marks = Ids(**{each.name: f"mark-{each.name}" for each in fields(Ids)})
    text = repr(EXAMPLES[method.descriptor.full_name](marks))
    return frozenset(each.name for each in fields(Ids) if f"mark-{each.name}" in text)
