"""Can one command be followed through the whole platform? From the gateway to the stream it is one trace, which says what
happened where, and nothing of anybody."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from standalone.demo.evening import Evening
from standalone.demo.time_together import find_slots
from tests.fleet import Fleet
from tests.platform_process import PlatformProcess, RunningPlatform
from twolamps_client import TwolampsError
from twolamps_testkit.otlp_sink import OtlpSink, SpanSeen, otlp_sink
from twolamps_testkit.servers import Postgres
from twolamps_testkit.stage import eventually

WAY = [
    ("gateway", "CreateInvite", "gateway"),
    ("scheduling", "CreateInvite", "scheduling"),
    ("scheduling", "relay", "scheduling"),
    ("notifications", "consume twolamps.scheduling.invite_created.v1", "notifications"),
    ("notifications", "stream.write", "notifications"),
]
"""Service, what it did, and in which process of a platform."""
MAY_SAY = {"service", "source", "count", "code", "error_type"}


@pytest.fixture(scope="module")
def sink() -> Iterator[OtlpSink]:
    """Where the platform tells its traces."""
    with otlp_sink() as made:
        yield made


@pytest.fixture(scope="module", params=["standalone", "platform"])
def platform(
    request: pytest.FixtureRequest, sink: OtlpSink, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningPlatform]:
    """Twolamps, telling its traces: in one process, then as a process for each role."""
    folder, changed = tmp_path_factory.mktemp("traced"), {"TWOLAMPS_OTLP": sink.url}
    if request.param == "standalone":
        alone = PlatformProcess(folder, changed=changed)
        alone.start()
        try:
            yield alone
        finally:
            alone.stop()
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    kafka, redis = request.getfixturevalue("kafka"), request.getfixturevalue("redis")
    fleet = Fleet(folder, postgres, asyncio.run(postgres.copy()), kafka.servers, redis.url, changed=changed)
    try:
        fleet.start()
        yield fleet
    finally:
        fleet.stop()
        asyncio.run(postgres.drop(fleet.database))


async def test_one_invite_is_one_trace_from_the_gateway_to_the_stream(
    couple: Evening, platform: RunningPlatform, sink: OtlpSink
) -> None:
    trace = uuid4().hex
    created = await invite(couple, f"00-{trace}-{'b' * 16}-01", "A walk")
    assert created.status_code == 200, created.text
    way = await whole_way(sink, trace)
    assert way[0].parent == "b" * 16
    assert [after.parent for after in way[1:]] == [before.id for before in way[:-1]]
    alone = isinstance(platform, PlatformProcess)
    assert [span.process for span in way] == ["standalone" if alone else process for *_, process in WAY]
    assert [span.facts.get("code") for span in way] == ["OK", "OK", None, None, None]
    assert not any(span.failed for span in way)


async def test_a_command_that_came_without_a_trace_begins_one(couple: Evening, sink: OtlpSink) -> None:
    before = {span.trace for span in sink.spans}
    assert (await invite(couple, "", "A walk")).status_code == 200

    async def begun() -> list[SpanSeen]:
        return [span for span in sink.spans if span.place == ("gateway", "CreateInvite") and span.trace not in before]

    (root,) = await eventually(begun)
    assert root.parent == ""
    await whole_way(sink, root.trace)


async def test_a_trace_that_its_caller_does_not_tell_is_not_told(couple: Evening, sink: OtlpSink) -> None:
    silent, told = uuid4().hex, uuid4().hex
    for trace, flag in ((silent, "00"), (told, "01")):
        assert (await invite(couple, f"00-{trace}-{'b' * 16}-{flag}", "A walk")).status_code == 200
    await whole_way(sink, told)
    assert sink.of(silent) == []


async def test_a_trace_names_no_person_and_quotes_nobody(couple: Evening, sink: OtlpSink) -> None:
    canary = f"canary{uuid4().hex}"
    trace = uuid4().hex
    for person in couple.both:
        await person.client.prompts.seal_answer(couple.prompt.id, text=f"{canary} sealed")
    starts_at = couple.now() + timedelta(days=1)
    with pytest.raises(TwolampsError):
        await couple.ada.client.scheduling.create_invite(title=canary * 100, starts_at=starts_at, duration=timedelta(1))
    with pytest.raises(TwolampsError):
        await couple.ben.client.pairing.claim_pairing(code=canary[:9])
    made = await invite(couple, f"00-{trace}-{'b' * 16}-01", canary)
    await whole_way(sink, trace)
    known = [canary, *(word for person in couple.both for word in (person.mail, person.password))]
    ids = [couple.couple_id, couple.prompt.id, made.json()["invite"]["id"]]
    ids += [(await person.client.pairing.get_me()).me.person_id for person in couple.both]
    everything = b"".join(sink.requests)
    for word in (*known, *ids, *(UUID(one).hex for one in ids)):
        assert word.encode() not in everything, word
    for one in ids:
        assert UUID(one).bytes not in everything
    assert {name for span in sink.spans for name in span.facts} <= MAY_SAY
    refused = next(span for span in sink.spans if span.place == ("scheduling", "CreateInvite") and span.failed)
    assert refused.facts["code"] == "INVALID_ARGUMENT"


async def invite(couple: Evening, traceparent: str, title: str) -> httpx.Response:
    """Ada invites Ben, over HTTP."""
    if not couple.slots:
        await find_slots(couple)
    headers = {
        "authorization": f"Bearer {await couple.ada.client.session.access_token()}",
        "idempotency-key": uuid4().hex,
        "content-type": "application/json",
    } | ({"traceparent": traceparent} if traceparent else {})
    body = {"title": title, "startsAt": couple.slots[0].starts_at.ToJsonString(), "duration": "3600s"}
    async with httpx.AsyncClient(base_url=couple.ada.where.url, timeout=15, trust_env=False) as http:
        return await http.post("/v1/invites", headers=headers, content=json.dumps(body))


async def whole_way(sink: OtlpSink, trace: str) -> list[SpanSeen]:
    """The spans of an invite's way, once all were told."""

    async def found() -> list[SpanSeen]:
        told = sink.of(trace)
        way = [[span for span in told if span.place == (service, name)] for service, name, _ in WAY]
        return [spans[0] for spans in way] if all(spans for spans in way) else []

    way: list[SpanSeen] = await eventually(found, within_s=15)
    assert len([span for span in sink.of(trace) if span.place in [(service, name) for service, name, _ in WAY]]) == 5
    return way
