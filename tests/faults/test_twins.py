"""What if two do the same thing at the same moment? One thing is done, and both are told the same, or one is told no."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import httpx
import pytest

from tests.journeys.example_requests import ON
from tests.people import PASSWORD, Person, nobody, pair, signed_up
from tests.platform_process import PlatformProcess

INVITE = {"title": "A walk", "startsAt": f"{ON}T18:00:00Z", "duration": "3600s"}
Found = TypeVar("Found")


@pytest.fixture
def ann(platform: PlatformProcess) -> Person:
    """Somebody in a couple."""
    one = signed_up(platform, "Ann")
    pair(one, signed_up(platform, "Sam"))
    return one


def at_once(calls: Sequence[Callable[[], Found]]) -> list[Found]:
    """All calls, begun at one moment."""
    start = threading.Barrier(len(calls))

    def call(each: Callable[[], Found]) -> Found:
        start.wait()
        return each()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(call, calls))


def twins_of(platform: PlatformProcess, person: Person, bodies: Sequence[object], key: str) -> list[httpx.Response]:
    """One POST /v1/invites for each body, under one key, each over a connection of its own, tried again while busy."""

    def send(body: object) -> httpx.Response:
        twin = nobody(platform)
        twin.token = person.token
        while (reply := twin.call("POST", "/v1/invites", body, key=key)).status_code == 503:
            time.sleep(0.05)
        return reply

    return at_once([lambda body=body: send(body) for body in bodies])  # type: ignore[misc]


def test_twins_with_one_key_do_one_thing_and_are_told_the_same(platform: PlatformProcess, ann: Person) -> None:
    for n in range(12):
        body, key = {**INVITE, "title": f"Walk {uuid4().hex}"}, str(uuid4())
        replies = twins_of(platform, ann, [body] * (2 + n % 3), key)
        assert {reply.status_code for reply in replies} == {200}, [reply.text for reply in replies]
        assert len({reply.content for reply in replies}) == 1
        assert titles(ann)[body["title"]] == 1


def test_twins_with_one_key_and_two_wishes_are_told_apart(platform: PlatformProcess, ann: Person) -> None:
    for _ in range(12):
        bodies = [{**INVITE, "title": f"Walk {uuid4().hex}"} for _ in range(2)]
        replies = twins_of(platform, ann, bodies, str(uuid4()))
        assert sorted(reply.status_code for reply in replies) == [200, 409]
        refused = next(reply for reply in replies if reply.status_code == 409)
        assert refused.json()["reason"] == "idempotency_key_reused"
        assert sum(titles(ann)[body["title"]] for body in bodies) == 1


def test_a_key_is_its_owners_and_its_calls_alone(platform: PlatformProcess, ann: Person) -> None:
    eve, key = signed_up(platform, "Eve"), str(uuid4())
    pair(eve, signed_up(platform, "Max"))
    mine = ann.done("POST", "/v1/invites", INVITE, key=key)["invite"]
    assert eve.done("POST", "/v1/invites", INVITE, key=key)["invite"]["id"] != mine["id"]
    reminder = {"title": "A walk", "audience": "AUDIENCE_ME", "first": f"{ON}T18:00:00", "zone": "Europe/Berlin"}
    assert ann.done("POST", "/v1/reminders", reminder, key=key)["reminder"]["id"]


def test_twins_are_told_the_same_across_kills(tmp_path: Path) -> None:
    platform = PlatformProcess(tmp_path)
    platform.start()
    try:
        ann = signed_up(platform, "Ann")
        pair(ann, signed_up(platform, "Sam"))
        for delay_s in (0.004, 0.009, 0.02):
            body, key, first = {**INVITE, "title": f"Walk {uuid4().hex}"}, str(uuid4()), list[httpx.Response]()
            sending = threading.Thread(target=send_once, args=(platform, ann, body, key, first))
            sending.start()
            time.sleep(delay_s)
            platform.kill()
            sending.join()
            platform.start()
            again = twins_of(platform, ann, [body, body], key)
            assert {reply.status_code for reply in again} == {200}
            assert len({reply.content for reply in (*first, *again)}) == 1, delay_s
            assert titles(ann)[body["title"]] == 1
    finally:
        platform.stop()


def send_once(platform: PlatformProcess, person: Person, body: object, key: str, replies: list[httpx.Response]) -> None:
    """Send, and note the reply if there is one."""
    twin = nobody(platform)
    twin.token = person.token
    try:
        replies.append(twin.call("POST", "/v1/invites", body, key=key))
    except httpx.TransportError:
        return


def test_of_fifty_claimants_of_one_code_exactly_one_wins(platform: PlatformProcess) -> None:
    host = signed_up(platform, "Host")
    with ThreadPoolExecutor(4) as threads:
        claimants = list(threads.map(lambda n: signed_up(platform, f"Claimant {n}"), range(50)))
    code = host.done("POST", "/v1/pairing-codes", {})["code"]
    replies = at_once([lambda who=who: claim(who, code) for who in claimants])  # type: ignore[misc]
    assert Counter(reply.status_code for reply in replies) == {200: 1, 422: 49}
    refused = {json.dumps({**reply.json(), "request_id": ""}) for reply in replies if reply.status_code == 422}
    loser = claimants[next(n for n, reply in enumerate(replies) if reply.status_code == 422)]
    wrong = claim(loser, "ABCD-23456")
    assert refused == {json.dumps({**wrong.json(), "request_id": ""})}, "wrong and used codes answer alike"
    winner = claimants[next(n for n, reply in enumerate(replies) if reply.status_code == 200)]
    waiting = [p for who in (host, winner) for p in who.done("GET", "/v1/pairings")["pairings"]]
    assert len({pairing["id"] for pairing in waiting}) == 1
    assert sum(len(who.done("GET", "/v1/pairings")["pairings"]) for who in claimants) == 1
    for who in (host, winner):
        paired = who.done("POST", f"/v1/pairings/{waiting[0]['id']}:confirm", {})["pairing"]
    assert paired["state"] == "PAIRING_STATE_PAIRED"
    assert winner.done("GET", "/v1/couple")["couple"]["partner"]["displayName"] == "Host"
    assert PASSWORD not in platform.log()


def claim(who: Person, code: str) -> httpx.Response:
    """Claim a code, again while the platform is busy with another claim of it."""
    while (reply := who.call("POST", "/v1/pairings:claim", {"code": code}, key="claim")).status_code == 503:
        time.sleep(0.05)
    return reply


def titles(person: Person) -> Counter[str]:
    """How often each title stands in this person's invites."""
    found, token = Counter[str](), ""
    while True:
        page = person.done("GET", "/v1/invites", query={"pageSize": 200, "pageToken": token})
        found += Counter(invite["title"] for invite in page["invites"])
        if not (token := page["nextPageToken"]):
            return found
