"""Who is told what? One row for each event that concerns an inbox: whom it goes to, what it is about, what it pulls back.

Promises: what somebody does is never told to themselves; only who a row names is told; a row takes ids, times and zones
out of an event, and nothing else. Whatever is pulled back in the batch that brings it is never shown. What opens an
account to a device is told to its owner: such an event names nobody who did it, since that may have been somebody else.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from notifications.domain.items import Facts, Subject

Fields = Mapping[str, Any]
"""The fields of an event. `members` holds both people of its couple."""


@dataclass(frozen=True, slots=True)
class Pull:
    """Take back notices of `kinds` about the same matter. `matter` and `people` name fields of the event."""

    kinds: tuple[str, ...]
    matter: str
    people: str
    unread_only: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """What one event means for inboxes. `to`, `about`, `by`, `facts` and `matter` name fields of the event; `matter` is
    what a later event pulls the notice back by; one that `ends` is pulled back when the couple ends."""

    text: str = ""
    to: tuple[str, ...] = ()
    subject: str = ""
    about: str = ""
    by: str = "by"
    facts: tuple[str, ...] = ()
    matter: str = ""
    ends: bool = False
    pulls: tuple[Pull, ...] = ()


_TIMES = ("starts_at", "ends_at", "zone")
_OPEN_INVITES = ("invite_created", "invite_countered")

KINDS: Mapping[str, Kind] = {
    "pairing_claimed": Kind("Somebody used your code.", ("person_id",), "pairing", "pairing_id"),
    "device_connected": Kind("A device was signed in with your password.", ("person_id",), "session", "session_id"),
    "couple_formed": Kind("You are connected.", ("inviter_id", "invitee_id"), "couple", "couple_id", facts=("zone",)),
    "calendar_changed": Kind(
        "Your shared calendar has changed.", ("members",), "couple", "couple_id", facts=("zone",), matter="couple_id",
        pulls=(Pull(("calendar_changed",), "couple_id", "members", unread_only=True),),
    ),
    "couple_ended": Kind("You are no longer connected.", ("notify",), "couple", "couple_id"),
    "prompts_dealt": Kind(
        "Today's prompts are here.", ("members",), "prompt", "prompt_ids", facts=("day",), matter="couple_id", ends=True,
        pulls=(Pull(("prompts_dealt",), "couple_id", "members", unread_only=True),),
    ),
    "light_left": Kind(
        "Something was left for you.", ("members",), "prompt", "prompt_id", facts=("day",), matter="prompt_id", ends=True
    ),
    "light_taken": Kind(pulls=(Pull(("light_left",), "prompt_id", "members"),)),
    "answers_revealed": Kind(
        "Your answers are open to both of you.", ("members",), "prompt", "prompt_id", facts=("day",),
        pulls=(Pull(("light_left",), "prompt_id", "members"),),
    ),
    "invite_created": Kind(
        "An invite needs an answer.", ("to",), "invite", "invite_id", facts=_TIMES, matter="invite_id", ends=True
    ),
    "invite_countered": Kind(
        "Another time was offered for an invite.", ("to",), "invite", "invite_id", facts=_TIMES, matter="invite_id",
        ends=True,
    ),
    "invite_accepted": Kind("An invite was accepted.", ("to",), "invite", "invite_id", facts=_TIMES),
    "invite_declined": Kind("An invite was declined.", ("to",), "invite", "invite_id", facts=_TIMES),
    "invite_cancelled": Kind(
        "An invite was cancelled.", ("to",), "invite", "invite_id", facts=_TIMES,
        pulls=(Pull(_OPEN_INVITES, "invite_id", "to"),),
    ),
    "invite_expired": Kind(
        "An invite has expired.", ("members",), "invite", "invite_id",
        pulls=(Pull(_OPEN_INVITES, "invite_id", "members"),),
    ),
    "reminder_offered": Kind(
        "A reminder waits for your yes.", ("to",), "reminder", "reminder_id", matter="reminder_id", ends=True
    ),
    "reminder_accepted": Kind("Your reminder was accepted.", ("to",), "reminder", "reminder_id"),
    "reminder_rang": Kind(
        "It is time for a reminder.", ("person_id",), "reminder", "reminder_id", facts=("occurrence", "zone", "late"),
        matter="ring_id",
    ),
    "rings_settled": Kind(pulls=(Pull(("reminder_rang",), "ring_ids", "person_ids"),)),
    "reminder_cancelled": Kind(
        "A shared reminder was stopped.", ("to",), "reminder", "reminder_id",
        pulls=(Pull(("reminder_offered",), "reminder_id", "to"),),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person is to be told. `by` is who did it, None for Twolamps; `ends_with` the couple it ends with."""

    person: UUID
    kind: str
    subject: Subject
    by: UUID | None
    facts: Facts
    matter: UUID | None
    ends_with: UUID | None


@dataclass(frozen=True, slots=True)
class Pulled:
    """Notices of a person to take back: of this kind, about this matter."""

    person: UUID
    kind: str
    matter: UUID
    unread_only: bool


def text_of(kind: str) -> str:
    """Neutral English for a kind, also for one that only a newer version knows."""
    return KINDS[kind].text if kind in KINDS else "There is news."


def news_of(name: str, events: Iterable[Fields]) -> tuple[list[Notice], list[Pulled]]:
    """What events of one kind, in their order, take back of what was there before, and then add."""
    kind = KINDS[name]
    added: dict[int, Notice] = {}
    known: defaultdict[tuple[UUID, str, UUID], list[int]] = defaultdict(list)
    pulled: list[Pulled] = []
    for event in events:
        for pull in _pulled(kind, event):
            pulled.append(pull)
            for place in known.pop((pull.person, pull.kind, pull.matter), ()):
                del added[place]
        for notice in _notices(name, kind, event):
            place = next(reversed(added), -1) + 1
            added[place] = notice
            if notice.matter is not None:
                known[notice.person, name, notice.matter].append(place)
    return list(added.values()), pulled


def _notices(name: str, kind: Kind, event: Fields) -> Iterator[Notice]:
    people = _people(kind, event, kind.to)
    if people:
        facts = Facts(**{fact: event[fact] for fact in kind.facts})
        subject, by = Subject(kind.subject, _ids(event[kind.about])[0]), event.get(kind.by)
        matter = event[kind.matter] if kind.matter else None
        ends_with = event["couple_id"] if kind.ends else None
        for person in people:
            yield Notice(person, name, subject, by, facts, matter, ends_with)


def _pulled(kind: Kind, event: Fields) -> Iterator[Pulled]:
    for pull in kind.pulls:
        for person in _people(kind, event, (pull.people,)):
            for matter in _ids(event[pull.matter]):
                for name in pull.kinds:
                    yield Pulled(person, name, matter, pull.unread_only)


def _people(kind: Kind, event: Fields, fields: Iterable[str]) -> list[UUID]:
    """Whom these fields name, but never who did it."""
    by = event.get(kind.by)
    return [person for field in fields for person in _ids(event[field]) if person != by]


def _ids(value: Any) -> list[UUID]:
    """The ids in a field that may hold one, several or none."""
    if value is None:
        return []
    return [value] if isinstance(value, UUID) else list(value)
