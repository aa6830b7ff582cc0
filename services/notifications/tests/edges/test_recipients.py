"""Does each event reach exactly the right people, without a word of anybody's?"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.descriptor import Descriptor

from notifications.domain.kinds import KINDS
from notifications.tests.conftest import House
from twolamps.notifications.v1 import notifications_pb2 as pb
from twolamps.types.v1.types_pb2 import PARTY_PARTNER, PARTY_TWOLAMPS
from twolamps_chassis.records import Record
from twolamps_events import pairing, prompts, scheduling
from twolamps_events.base import Event

AT = datetime(2026, 5, 1, 18, tzinfo=UTC)
THING = uuid4()
SECRET = "hold me at the lighthouse"
SUBJECTS = {
    "calendar_changed": "couple",
    "pairing_claimed": "pairing",
    "device_connected": "session",
    "prompts_dealt": "prompt",
    "couple_formed": "couple",
}
SUBJECTS |= {"light_left": "prompt", "answers_revealed": "prompt"}
ON_OTHER_STREAMS = ("pairing_claimed", "device_connected", "couple_formed", "session_ended")


def events(house: House) -> dict[str, tuple[Event, str]]:
    """Each event about THING, Ann's where somebody acts, and who is told: a and s."""
    ann, sam, couple = house.ann.id, house.sam.id, house.couple
    deal: dict[str, Any] = {"couple_id": couple, "members": [ann, sam]}
    offer: dict[str, Any] = {"couple_id": couple, "reminder_id": THING, "by": ann, "to": sam}
    times: dict[str, Any] = {"starts_at": AT, "ends_at": AT, "zone": "Asia/Tokyo", "invite_id": THING, "sequence": 0}
    invite: dict[str, Any] = {"couple_id": couple, "by": ann, "to": sam, **times}
    calendar: dict[str, Any] = {"zone": "Asia/Tokyo", "day_start": "04:00", "week_start": 1}
    ring: dict[str, Any] = {
        "reminder_id": THING,
        "occurrence": "2026-05-01T20:00:00",
        "zone": "Asia/Tokyo",
        "due_at": AT,
        "late": True,
    }
    told: Sequence[tuple[Event, str]] = (
        (pairing.PairingClaimed(pairing_id=THING, person_id=ann), "a"),
        (pairing.DeviceConnected(person_id=ann, session_id=THING, connected_at=AT), "a"),
        (pairing.CoupleFormed(couple_id=THING, inviter_id=ann, invitee_id=sam, paired_at=AT, **calendar), "as"),
        (pairing.CalendarChanged(couple_id=couple, by=ann, calendar_version=2, **calendar), "s"),
        (pairing.SharesChanged(couple_id=couple, active=["facts"], shares_version=2), ""),
        (pairing.SessionEnded(person_id=ann, session_id=uuid4()), ""),
        (prompts.PromptsDealt(prompt_ids=[THING, uuid4()], day="2026-05-01", **deal), "as"),
        (prompts.LightLeft(prompt_id=THING, by=ann, day="2026-05-01", **deal), "s"),
        (prompts.LightTaken(prompt_id=THING, by=ann, **deal), ""),
        (prompts.AnswersRevealed(prompt_id=THING, day="2026-05-01", revealed_at=AT, **deal), "as"),
        (scheduling.InviteCreated(**invite), "s"),
        (scheduling.InviteCountered(**invite), "s"),
        (scheduling.InviteAccepted(**invite), "s"),
        (scheduling.InviteDeclined(**invite), "s"),
        (scheduling.InviteCancelled(**invite), "s"),
        (scheduling.InviteExpired(couple_id=couple, invite_id=THING, members=[ann, sam], sequence=0), "as"),
        (scheduling.ReminderOffered(**offer), "s"),
        (scheduling.ReminderAccepted(**offer), "s"),
        (scheduling.ReminderRang(person_id=ann, ring_id=uuid4(), **ring), "a"),
        (scheduling.RingsSettled(reminder_id=THING, ring_ids=[uuid4()], person_ids=[ann]), ""),
        (scheduling.ReminderCancelled(**offer), "s"),
    )
    return {event.name: (event, who) for event, who in told}


@pytest.mark.parametrize("name", sorted({*KINDS, "shares_changed", "session_ended"} - {"couple_ended"}))
async def test_an_event_reaches_exactly_the_right_people(house: House, name: str) -> None:
    event, who = events(house)[name]
    people = (house.ann, house.sam, house.eve)
    before = [len(await house.inbox(person)) for person in people]
    await house.tell(event, uuid4() if name in ON_OTHER_STREAMS else None)
    inboxes = [await house.inbox(person) for person in people]
    news = [inbox[: len(inbox) - count] for inbox, count in zip(inboxes, before, strict=True)]
    assert [len(items) for items in news] == [int("a" in who), int("s" in who), 0]
    for item in (item for items in news for item in items):
        subject = SUBJECTS.get(name, name.partition("_")[0])
        about = house.couple if name == "calendar_changed" else THING
        assert (item.kind, item.subject.type, item.subject.id) == (name, subject, str(about))
        assert item.by == (PARTY_PARTNER if hasattr(event, "by") else PARTY_TWOLAMPS)
        given = event.model_dump()
        facts = {field.name: getattr(item.facts, field.name) for field, _ in item.facts.ListFields()}
        expected = {name: given[name] for name in facts if not name.endswith("_at")}
        assert {name: fact for name, fact in facts.items() if not name.endswith("_at")} == expected
        assert set(facts) == set(KINDS[name].facts)


def texts_of(message: Descriptor, path: str = "") -> set[str]:
    """Where a message has room for text."""
    if message.full_name == "google.protobuf.Timestamp":
        return set()
    found = set()
    for field in message.fields:
        if field.message_type is not None:
            found |= texts_of(field.message_type, f"{path}{field.name}.")
        elif field.type in (field.TYPE_STRING, field.TYPE_BYTES):
            found.add(path + field.name)
    return found


def test_an_item_has_room_for_ids_kinds_and_zones_only() -> None:
    ours = {"id", "kind", "text", "subject.type", "subject.id", "facts.zone", "facts.occurrence", "facts.day"}
    assert texts_of(pb.Item.DESCRIPTOR) == ours


async def test_words_in_an_event_reach_neither_inbox_nor_log_nor_table(house: House) -> None:
    event = await house.invite()
    leaky = json.loads(event.body()) | {"title": SECRET, "note": SECRET, "by_name": SECRET}
    record = Record("scheduling", house.couple, 1, 0, event.ce_type(), AT, "", json.dumps(leaky).encode())
    await house.stage.hand_over([record])
    inbox, log = await house.inbox(house.sam), await house.log(house.sam)
    async with house.stage.tables("notifications").begin() as tx:
        rows = await tx.fetch("SELECT items::text AS row FROM items UNION ALL SELECT changes::text FROM changes")
    seen = [message.SerializeToString() for message in (*inbox, *log)] + [row["row"].encode() for row in rows]
    assert inbox[0].kind == "invite_created"
    assert not [found for found in seen if SECRET.encode() in found]


async def test_an_end_is_told_to_whom_a_notice_is_wanted_and_names_nobody(house: House) -> None:
    await house.tell(pairing.CoupleEnded(couple_id=house.couple, notify=house.sam.id), epoch=1)
    assert "couple_ended" not in await house.kinds(house.ann)
    (item,) = [item for item in await house.inbox(house.sam) if item.kind == "couple_ended"]
    assert (item.by, item.subject.id) == (PARTY_TWOLAMPS, str(house.couple))
