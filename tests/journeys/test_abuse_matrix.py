"""What does somebody get who has no business here? For every public method, and each kind of somebody: the same nothing.

The matrix is made from the descriptors: a method without a row in example_requests fails. In every cell the status is the
one that the contract's access option means, the reply is the same for another's thing as for one that does not exist, the
owners read afterwards exactly what they read before, and none of their words has left.
"""

import base64
from collections.abc import Iterator
from typing import Any

import grpc
import httpx
import pytest
from google.protobuf.message_factory import GetMessageClass

from gateway.transcoder.contracts import Method
from standalone.roles import ROLES
from tests.journeys.example_requests import EXAMPLES, METHODS, Ids, about
from tests.journeys.private_lives import Couple, alone, together
from tests.journeys.replies import holds, said, secret, send, shape
from tests.people import PASSWORD, Person, Someone, nobody
from tests.platform_process import RunningPlatform
from tests.tokens import forgeries, service_token, signed
from twolamps.access.v1.access_pb2 import Access
from twolamps.internal.v1 import internal_pb2
from twolamps.notifications.v1 import notifications_pb2, notifications_pb2_grpc
from twolamps_chassis.grpc_server import MAY_CALL

# What ends things for its caller comes last.
LAST = ("EndCouple", "DeleteSession", "DeleteSessions")
ORDER = sorted(METHODS.values(), key=lambda m: LAST.index(m.descriptor.name) if m.descriptor.name in LAST else -1)
NEEDS_TOKEN = [method for method in ORDER if method.access != Access.ACCESS_ANYONE]
PRIVATE = frozenset({"session", "item", "reminder"})
FOR_ANYONE = {"CreatePerson": 200, "CreateDeviceCode": 200, "CreateDeviceSession": 422}
"""What a stranger's good request is answered, where that is not 401."""
ANSWERS = {
    "ApplyFence": "scheduling",
    "FindCouple": "pairing",
    "ListChanges": "notifications",
    "Heads": "notifications",
    "CreateWebSession": "pairing",
    "ExchangeWebSession": "pairing",
}
"""The service that answers an internal method; a fence is taken by each."""


@pytest.fixture(scope="module")
def first(platform: RunningPlatform) -> Couple:
    """The couple that everybody is after."""
    return together(platform, "Ann", "Sam")


@pytest.fixture(scope="module")
def everything_said(first: Couple) -> Iterator[dict[str, list[bytes]]]:
    """Every reply that somebody else has got, by who it was; none of it may hold a word of the couple's."""
    heard: dict[str, list[bytes]] = {}
    yield heard
    for who, replies in heard.items():
        for name, word in first.words.items():
            assert not any(holds(reply, word) for reply in replies), f"{who} was told {name}"


@pytest.fixture
def untouched(first: Couple) -> Iterator[None]:
    """What both can read is afterwards what it was before."""
    before = [life.readable for life in (first.one, first.other)]
    assert not [(path, reply) for read in before for path, reply in read.items() if reply[0] != 200]
    yield
    after = [life.readable for life in (first.one, first.other)]
    for was, now in zip(before, after, strict=True):
        assert was == now


def test_every_public_method_has_a_row() -> None:
    assert set(EXAMPLES) == set(METHODS)
    speaking = {m.descriptor.containing_service.full_name for m in METHODS.values()}
    everything = (*METHODS, "twolamps.notifications.v1.NotificationsService.Watch")
    for service in speaking:
        methods = METHODS[
            next(name for name in METHODS if name.startswith(service))
        ].descriptor.containing_service.methods
        assert {method.full_name for method in methods} <= set(everything)


def test_the_same_requests_are_well_formed(platform: RunningPlatform) -> None:
    own = together(platform, "Ada", "Ben")
    for method in NEEDS_TOKEN:
        reply = send(own.other.person, method, own.ids if not about(method) & PRIVATE else own.other.ids, {}, "")
        fits = (
            reply.is_success or reply.status_code == 409 or method.descriptor.name in ("ClaimPairing", "ApproveDevice")
        )
        assert fits or method.descriptor.name in LAST, said(method, reply)


def test_a_token_that_is_not_good_opens_nothing(
    platform: RunningPlatform, first: Couple, untouched: None, everything_said: dict[str, list[bytes]]
) -> None:
    for forgery, token in forgeries(platform, first.one.person.id, first.one.person.session).items():
        who = Someone(nobody(platform).http, lambda token=token: token)  # type: ignore[misc]
        for method in NEEDS_TOKEN:
            reply = send(who, method, first.ids, everything_said, forgery)
            assert (reply.status_code, reply.json()["reason"]) == (401, "unauthenticated"), (
                forgery,
                said(method, reply),
            )
            assert reply.headers["www-authenticate"] == "Bearer"


def test_a_good_token_of_ours_would_have_opened_it(platform: RunningPlatform, first: Couple) -> None:
    who = Someone(
        nobody(platform).http, lambda: signed(platform, sub=first.one.person.id, sid=first.one.person.session)
    )
    assert who.done("GET", "/v1/me")["me"]["mail"] == first.one.words["mail"]


def test_what_anyone_may_call_tells_a_stranger_nothing_of_who_is_known(
    platform: RunningPlatform, first: Couple, untouched: None, everything_said: dict[str, list[bytes]]
) -> None:
    who = nobody(platform)
    for method in ORDER:
        if method.access == Access.ACCESS_ANYONE:
            known = send(who, method, first.ids, everything_said, "nobody")
            unknown = send(who, method, Ids(), everything_said, "nobody")
            drawn = method.descriptor.name == "CreateDeviceCode"  # about nobody, and never the same twice
            assert drawn or shape(known) == shape(unknown), said(method, known)
            assert known.status_code == FOR_ANYONE.get(method.descriptor.name, 401)


def test_who_is_paired_with_nobody_finds_nothing(
    platform: RunningPlatform, first: Couple, untouched: None, everything_said: dict[str, list[bytes]]
) -> None:
    eve = alone(platform, "Eve").person
    for method in NEEDS_TOKEN:
        reply = unlike_nothing(eve, method, first.ids, everything_said, "a stranger")
        if method.access == Access.ACCESS_COUPLE or method.descriptor.name == "CreateReminder":
            assert (reply.status_code, reply.json()["reason"]) == (409, "not_connected"), said(method, reply)


def test_who_is_in_another_couple_finds_nothing_of_this_one(
    platform: RunningPlatform, first: Couple, untouched: None, everything_said: dict[str, list[bytes]]
) -> None:
    eve = together(platform, "Eve", "Max").one.person
    for method in NEEDS_TOKEN:
        unlike_nothing(eve, method, first.ids, everything_said, "another couple")


def test_the_partner_finds_nothing_that_is_the_other_ones_alone(
    first: Couple, untouched: None, everything_said: dict[str, list[bytes]]
) -> None:
    for thief, owner in ((first.one, first.other), (first.other, first.one)):
        for method in NEEDS_TOKEN:
            if about(method) & PRIVATE:
                heard: dict[str, list[bytes]] = {}
                unlike_nothing(thief.person, method, owner.ids, heard, "the partner")
                alone_ours = {word for name, word in owner.words.items() if secret(name)}
                assert not any(holds(reply, word) for reply in heard["the partner"] for word in alone_ours)


def test_the_partner_reads_no_sealed_answer_and_no_private_word(first: Couple) -> None:
    for reader, author in ((first.one, first.other), (first.other, first.one)):
        everything = repr(reader.readable)
        for name, word in author.words.items():
            assert (word in everything) != secret(name), name


def test_an_ex_partner_reads_on_what_was_theirs_and_nothing_else(platform: RunningPlatform) -> None:
    ended = together(platform, "Gina", "Hank")
    gina, hank = ended.one, ended.other
    known_before = list(gina.words.items())
    gina.person.done("POST", "/v1/couple:end", {"notice": "END_NOTICE_NOTHING"})
    gina.words["display_name"] = "Georgina after the end"
    gina.person.done("PATCH", "/v1/me", {"displayName": gina.words["display_name"]})
    before = gina.readable
    heard: dict[str, list[bytes]] = {}
    eve = alone(platform, "Eve").person
    for method in NEEDS_TOKEN[: -len(LAST) + 1]:  # all but what ends Hank's session
        reply = send(hank.person, method, ended.ids, heard, "hank")
        live = method.access == Access.ACCESS_COUPLE
        writes = method.access == Access.ACCESS_MINE_OR_OURS and method.http != "GET"
        if live:
            assert (reply.status_code, reply.json()["reason"]) == (409, "not_connected"), said(method, reply)
            assert shape(reply) == shape(send(eve, method, Ids(), {}, "")), said(method, reply)
        elif writes:
            assert reply.status_code in (404, 409), said(method, reply)
        elif method.descriptor.name in ("GetInvite", "GetReminder", "ListInvites", "ListReminders"):
            assert ended.ids.invite in reply.text or ended.ids.reminder in reply.text, said(method, reply)
    assert gina.readable == before
    shared = ("invite", "shared_reminder")
    closed = {word for name, word in (*known_before, *gina.words.items()) if not name.startswith(shared)}
    replies = [*heard["hank"], repr(hank.readable).encode()]
    for word in closed:
        assert not any(holds(reply, word) for reply in replies), word
    assert hank.words["opened_answer"] in repr(hank.readable)


def test_what_services_ask_one_another_is_refused_to_everybody_else(
    platform: RunningPlatform, first: Couple, untouched: None
) -> None:
    person = first.one.person
    requests: dict[str, Any] = {
        "ApplyFence": internal_pb2.ApplyFenceRequest(couple_end=internal_pb2.CoupleEnd(couple_id=first.id, epoch=9)),
        "FindCouple": internal_pb2.FindCoupleRequest(person_id=person.id),
        "ListChanges": internal_pb2.ListChangesRequest(places=[internal_pb2.Place(person_id=person.id)], limit=10),
        "Heads": internal_pb2.HeadsRequest(
            streams=[internal_pb2.Stream(person_id=person.id, session_id=person.session)]
        ),
        "CreateWebSession": internal_pb2.CreateWebSessionRequest(mail=first.one.words["mail"], password=PASSWORD),
        "ExchangeWebSession": internal_pb2.ExchangeWebSessionRequest(secret="x" * 43),
    }
    methods = [m for service in internal_pb2.DESCRIPTOR.services_by_name.values() for m in service.methods]
    assert {method.name for method in methods} == set(requests) == set(ANSWERS)
    for method in methods:
        path = f"/{method.containing_service.full_name}/{method.name}"
        made, reply = GetMessageClass(method.input_type), GetMessageClass(method.output_type)
        with grpc.insecure_channel(platform.grpc_of(ANSWERS[method.name])) as channel:
            call = channel.unary_unary(path, made.SerializeToString, reply.FromString)
            others = [name for name in ROLES if name not in MAY_CALL[method.name]]
            tokens = {
                "nobody": "", "a person": person.token(), "garbage": "no.token.at-all",
                "a person who says to be a service": signed(platform, sub="pairing", sid=person.session),
                **{name: service_token(platform, name) for name in others},
            }  # fmt: skip
            for who, token in tokens.items():
                with pytest.raises(grpc.RpcError) as refused:
                    call(requests[method.name], metadata=(("authorization", f"Bearer {token}"),), timeout=5)
                code = refused.value.code()
                expected = grpc.StatusCode.PERMISSION_DENIED if who in others else grpc.StatusCode.UNAUTHENTICATED
                assert code == expected, (method.name, who, code)
            assert person.call("POST", path, {}).status_code == 404


def test_another_ones_cursor_opens_no_stream_of_theirs(platform: RunningPlatform, first: Couple) -> None:
    cursor = first.one.person.done("GET", "/v1/inbox")["cursor"]
    place, _, epoch = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(".")
    start = base64.urlsafe_b64encode(f"0.{epoch}".encode()).rstrip(b"=").decode()
    assert int(place) > 0
    stub_of: Any = notifications_pb2_grpc.NotificationsServiceStub
    with grpc.insecure_channel(platform.grpc) as channel:
        for token in ("", "no.token.at-all", service_token(platform, "gateway")):
            watch = stub_of(channel).Watch(
                notifications_pb2.WatchRequest(cursor=start),
                metadata=(("authorization", f"Bearer {token}"),),
                timeout=5,
            )
            with pytest.raises(grpc.RpcError) as refused:
                next(watch)
            assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED
        eve = alone(platform, "Eve").person
        for stolen in (start, cursor):
            watch = stub_of(channel).Watch(
                notifications_pb2.WatchRequest(cursor=stolen),
                metadata=(("authorization", f"Bearer {eve.token()}"),),
                timeout=5,
            )
            assert next(watch).WhichOneof("event") in ("ready", "reload")
            watch.cancel()
    assert nobody(platform).call("GET", "/v1/inbox/stream", query={"cursor": start}).status_code == 401


async def test_no_word_of_theirs_lies_readable_in_a_table_or_in_the_log(
    platform: RunningPlatform, first: Couple
) -> None:
    tables = await platform.dump()
    assert any("SHARE_AVAILABILITY" in text or "availability" in text for text in tables.values()), (
        "the dump reads rows"
    )
    assert any("outbox" in name and text for name, text in tables.items())
    places = {**tables, "the log": platform.log()}
    found = [
        f"{name} in {place}"
        for place, text in places.items()
        for name, word in first.words.items()
        if holds(text.encode(), word)
    ]
    assert not found


def unlike_nothing(who: Person, method: Method, ids: Ids, heard: dict[str, list[bytes]], name: str) -> httpx.Response:
    """Send a row about `ids`, and again about nothing that exists: the replies must be alike. The first one."""
    theirs = send(who, method, ids, heard, name)
    if about(method):
        nothing = send(who, method, Ids(), heard, name)
        assert shape(theirs) == shape(nothing), f"{said(method, theirs)}\nand of what does not exist: {nothing.text}"
        if method.path_fields:
            allowed = (404, 409) if method.access == Access.ACCESS_COUPLE else (404,)
            assert theirs.status_code in allowed, said(method, theirs)
    return theirs
