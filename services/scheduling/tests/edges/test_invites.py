"""Do two people come to an agreed time through the public door, and is everybody else kept out of it?"""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from twolamps.scheduling.v1 import scheduling_pb2 as pb
from twolamps.scheduling.v1.scheduling_pb2_grpc import SchedulingServiceStub
from twolamps.types.v1.types_pb2 import Party
from twolamps_events.scheduling import InviteAccepted, InviteCountered, InviteCreated
from twolamps_testkit.stage import Caller, Person, Refused, Stage, one

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Refusal = tuple[str, str, list[str]]
ME, PARTNER = Party.PARTY_ME, Party.PARTY_PARTNER


def calls(stage: Stage, person: Person | None) -> Caller:
    return stage.caller(SchedulingServiceStub, person)


async def wish(stage: Stage, **changes: Any) -> pb.CreateInviteRequest:
    given: dict[str, Any] = {
        "title": "Tea",
        "note": "bring cake",
        "starts_at": await stage.now() + DAY,
        "duration": HOUR,
    }
    return pb.CreateInviteRequest(**(given | changes))


async def invited(stage: Stage, by: Person, **changes: Any) -> pb.Invite:
    made: pb.Invite = (await calls(stage, by).CreateInvite(await wish(stage, **changes))).invite
    return made


async def seen(stage: Stage, person: Person, invite_id: str) -> pb.Invite:
    invite: pb.Invite = (await calls(stage, person).GetInvite(pb.GetInviteRequest(invite_id=invite_id))).invite
    return invite


async def refusal(call: Any) -> Refusal:
    with pytest.raises(Refused) as refused:
        await call
    return refused.value.code, refused.value.reason, list(refused.value.fields)


def at(stamp: Any) -> Any:
    return stamp.ToDatetime().isoformat()


async def test_the_evening_is_proposed_countered_and_accepted(evening: Stage) -> None:
    couple = await evening.pair()
    ann, sam = calls(evening, evening.ann), calls(evening, evening.sam)
    made = await invited(evening, evening.ann, title=" Tea ")
    assert (made.title, made.note, made.zone) == ("Tea", "bring cake", "Europe/Berlin")
    assert (made.state, made.created_by, made.turn, made.sequence) == (pb.INVITE_STATE_OPEN, ME, PARTNER, 0)
    later = await evening.now() + 2 * DAY
    request: Any = {"invite_id": made.id, "sequence": 0, "starts_at": later, "duration": 2 * HOUR}
    countered = (await sam.CounterInvite(pb.CounterInviteRequest(**request))).invite
    assert (countered.created_by, countered.turn, countered.sequence, countered.uid) == (PARTNER, PARTNER, 1, made.uid)
    assert [(each.by, at(each.starts_at)) for each in countered.history] == [
        (PARTNER, at(made.starts_at)),
        (ME, at(countered.starts_at)),
    ]
    agreed = (await ann.AcceptInvite(pb.AcceptInviteRequest(invite_id=made.id, sequence=1))).invite
    assert (agreed.state, agreed.turn, agreed.starts_at) == (
        pb.INVITE_STATE_ACCEPTED,
        Party.PARTY_UNSPECIFIED,
        countered.starts_at,
    )
    assert agreed == await seen(evening, evening.ann, made.id)
    events = await evening.recorded("scheduling")
    assert [type(event) for event in events] == [InviteCreated, InviteCountered, InviteAccepted]
    accepted = one(events, InviteAccepted)
    assert (accepted.by, accepted.to, accepted.couple_id, accepted.sequence) == (
        evening.ann.id,
        evening.sam.id,
        couple,
        1,
    )
    assert all("Tea" not in text and "cake" not in text for text in (event.body().decode() for event in events))


async def test_the_proposer_cannot_answer_for_the_other(evening: Stage) -> None:
    await evening.pair()
    made = await invited(evening, evening.ann)
    ann, before = calls(evening, evening.ann), await seen(evening, evening.sam, made.id)
    answer: Any = {"invite_id": made.id, "sequence": 0}
    move: Any = {"starts_at": await evening.now() + 2 * DAY, "duration": HOUR}
    mine: Refusal = ("FAILED_PRECONDITION", "not_your_turn", [])
    assert await refusal(ann.AcceptInvite(pb.AcceptInviteRequest(**answer))) == mine
    assert await refusal(ann.DeclineInvite(pb.DeclineInviteRequest(**answer))) == mine
    assert await refusal(ann.CounterInvite(pb.CounterInviteRequest(**answer, **move))) == mine
    assert await seen(evening, evening.sam, made.id) == before


async def test_an_answer_to_what_no_longer_stands_loses(evening: Stage) -> None:
    await evening.pair()
    made = await invited(evening, evening.ann)
    stale: Any = {"invite_id": made.id, "sequence": 0}
    move: Any = {"starts_at": await evening.now() + 2 * DAY, "duration": HOUR}
    await calls(evening, evening.sam).CounterInvite(pb.CounterInviteRequest(**stale, **move))
    refused = ("FAILED_PRECONDITION", "stale_sequence", ["sequence"])
    assert await refusal(calls(evening, evening.ann).AcceptInvite(pb.AcceptInviteRequest(**stale))) == refused
    assert await refusal(calls(evening, evening.sam).CancelInvite(pb.CancelInviteRequest(**stale))) == refused


async def test_unknown_ids_and_another_couples_ids_answer_alike(evening: Stage) -> None:
    await evening.pair()
    stranger = Person("Kim")
    await evening.pair(evening.eve, stranger)
    made, eve = await invited(evening, evening.ann), calls(evening, evening.eve)
    when: Any = {"starts_at": await evening.now() + 2 * DAY, "duration": HOUR}
    told = set()
    for invite_id in (made.id, str(uuid4())):
        named: Any = {"invite_id": invite_id}
        for call in (
            eve.GetInvite(pb.GetInviteRequest(**named)),
            eve.AcceptInvite(pb.AcceptInviteRequest(**named)),
            eve.DeclineInvite(pb.DeclineInviteRequest(**named)),
            eve.CounterInvite(pb.CounterInviteRequest(**named, **when)),
            eve.CancelInvite(pb.CancelInviteRequest(**named)),
        ):
            with pytest.raises(Refused) as refused:
                await call
            told.add(str(refused.value))
    assert told == {"NOT_FOUND not_found {} There is no such thing for you."}
    assert not (await eve.ListInvites(pb.ListInvitesRequest(ids=[made.id]))).invites


async def test_who_is_in_no_couple_invites_nobody_and_has_no_invites(evening: Stage) -> None:
    await evening.pair()
    made, eve = await invited(evening, evening.ann), calls(evening, evening.eve)
    not_connected: Refusal = ("FAILED_PRECONDITION", "not_connected", [])
    assert await refusal(eve.CreateInvite(await wish(evening))) == not_connected
    assert await refusal(eve.AcceptInvite(pb.AcceptInviteRequest(invite_id=made.id))) == not_connected
    assert (await refusal(eve.GetInvite(pb.GetInviteRequest(invite_id=made.id))))[0] == "NOT_FOUND"
    assert not (await eve.ListInvites(pb.ListInvitesRequest())).invites
    assert (await refusal(calls(evening, None).CreateInvite(await wish(evening))))[0] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    ("allowed", "refused", "field"),
    [
        ({"title": "x" * 120}, {"title": "x" * 121}, "title"),
        ({"title": "x"}, {"title": ""}, "title"),
        ({"title": "ü€🙂"}, {"title": "two\nlines"}, "title"),
        ({"note": "x" * 1000}, {"note": "x" * 1001}, "note"),
        ({"duration": timedelta(minutes=15)}, {"duration": timedelta(minutes=15, microseconds=-1)}, "duration"),
        ({"duration": timedelta(hours=24)}, {"duration": timedelta(hours=24, microseconds=1)}, "duration"),
        ({"zone": "Asia/Kathmandu"}, {"zone": "Europe/Atlantis"}, "zone"),
        ({"days": 730}, {"days": 732}, "starts_at"),
        ({"days": 0.01}, {"days": -0.01}, "starts_at"),
        ({}, {"starts_at": None}, "starts_at"),
        ({}, {"duration": None}, "duration"),
    ],
)
async def test_a_limit_holds_what_it_says(
    evening: Stage, allowed: dict[str, Any], refused: dict[str, Any], field: str
) -> None:
    await evening.pair()
    ann = calls(evening, evening.ann)
    for changes, taken in ((allowed, True), (refused, False)):
        if "days" in changes:
            changes = {"starts_at": await evening.now() + changes["days"] * DAY}
        request = await wish(evening, **changes)
        if taken:
            await ann.CreateInvite(request)
        else:
            code, _, fields = await refusal(ann.CreateInvite(request))
            assert (code, fields) == ("INVALID_ARGUMENT", [field])
    assert len(await evening.recorded("scheduling")) == 1


async def test_words_are_kept_as_cipher_text_only(evening: Stage) -> None:
    await evening.pair()
    made = await invited(evening, evening.ann, title="Velvet", note="Marzipan")
    assert (await seen(evening, evening.sam, made.id)).title == "Velvet"
    tables = evening.tables("scheduling")
    async with tables.begin("app", evening.ann.id) as tx:
        rows = await tx.fetch("SELECT title, note FROM invites")
    async with tables.begin() as tx:
        outbox = await tx.fetch("SELECT body FROM outbox")
        replies = await tx.fetch("SELECT reply FROM idempotency")
    kept = b"".join(bytes(value) for row in (*rows, *outbox, *replies) for value in row.values())
    assert len(kept) > 100
    assert b"Velvet" not in kept
    assert b"Marzipan" not in kept


async def test_our_invites_come_newest_first_in_pages_and_by_id(evening: Stage) -> None:
    await evening.pair()
    made = [(await invited(evening, who)).id for who in (evening.ann, evening.sam, evening.ann)]
    sam = calls(evening, evening.sam)
    first = await sam.ListInvites(pb.ListInvitesRequest(page_size=2))
    rest = await sam.ListInvites(pb.ListInvitesRequest(page_size=2, page_token=first.next_page_token))
    assert [invite.id for invite in (*first.invites, *rest.invites)] == made[::-1]
    assert rest.next_page_token == ""
    some = await sam.ListInvites(pb.ListInvitesRequest(ids=[made[1], str(uuid4())]))
    assert [invite.id for invite in some.invites] == [made[1]]
    assert (await refusal(sam.ListInvites(pb.ListInvitesRequest(page_token="forged"))))[2] == ["page_token"]
    assert (await refusal(sam.ListInvites(pb.ListInvitesRequest(page_size=201))))[2] == ["page_size"]


async def test_after_the_end_invites_are_read_and_no_longer_answered(evening: Stage) -> None:
    couple = await evening.pair()
    made = await invited(evening, evening.ann)
    await evening.end(couple)
    answer: Any = {"invite_id": made.id, "sequence": 0}
    code = await refusal(calls(evening, evening.sam).AcceptInvite(pb.AcceptInviteRequest(**answer)))
    assert code == ("FAILED_PRECONDITION", "not_connected", [])
    for person in (evening.ann, evening.sam):
        left = await seen(evening, person, made.id)
        assert (left.title, left.state, left.turn) == ("Tea", pb.INVITE_STATE_OPEN, Party.PARTY_UNSPECIFIED)
        assert (await calls(evening, person).ListInvites(pb.ListInvitesRequest())).invites == [left]
    await evening.pair()
    assert (await refusal(calls(evening, evening.ann).GetInvite(pb.GetInviteRequest(invite_id=made.id))))[
        0
    ] == "NOT_FOUND"
