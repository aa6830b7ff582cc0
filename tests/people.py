"""Who acts in a journey? People with a session, whose requests and replies are seen as they are on the wire.

Promises: nothing is retried and nothing raised for a status; a request is sent as it was given, valid or not.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from tests.platform_process import RunningPlatform
from tests.tokens import signed

PASSWORD = "correct-horse-7"


@dataclass(eq=False)
class Someone:
    """Who calls the platform over HTTP, with a token or without."""

    http: httpx.Client
    token: Callable[[], str] = lambda: ""

    def call(
        self,
        verb: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send one request; a POST has a fresh Idempotency-Key unless `key` gives one ("" for none)."""
        given: dict[str, str] = {}
        if token := self.token():
            given["authorization"] = f"Bearer {token}"
        if verb == "POST" and (key := str(uuid4()) if key is None else key):
            given["idempotency-key"] = key
        content: bytes | None = None
        if body is not None:
            given["content-type"] = "application/json"
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.http.request(verb, path, content=content, params=query, headers=given | dict(headers or {}))

    def done(self, verb: str, path: str, body: Any = None, **rest: Any) -> Any:
        """The JSON of a call that must succeed."""
        reply = self.call(verb, path, body, **rest)
        assert reply.is_success, f"{verb} {path}: {reply.status_code} {reply.text}"
        return reply.json()


@dataclass(eq=False)
class Person(Someone):
    """Somebody who has signed up. `token` is renewed by itself, also when the clock has moved."""

    name: str = ""
    mail: str = ""
    id: str = ""
    session: str = ""


def nobody(platform: RunningPlatform) -> Someone:
    """Who has no token."""
    return Someone(httpx.Client(base_url=platform.url, timeout=20, trust_env=False, verify=False))


def signed_up(platform: RunningPlatform, name: str, zone: str = "Europe/Berlin", **profile: str) -> Person:
    """A new person with a session; `profile` may hold pronouns, locale and client_name."""
    http, mail = nobody(platform).http, profile.pop("mail", f"{uuid4().hex}@example.org")
    client_name = profile.pop("client_name", "journey")
    person = Person(http, name=name, mail=mail)
    sign_up = {"mail": mail, "password": PASSWORD, "displayName": name, "zone": zone, "adult": True, **profile}
    person.done("POST", "/v1/people", sign_up)
    sign_in = {"mail": mail, "password": PASSWORD, "clientName": client_name}
    tokens = person.done("POST", "/v1/sessions", sign_in)["tokens"]
    person.id, person.session = tokens["personId"], tokens["sessionId"]
    # Signed here as pairing signs it, so that it is valid however the clock has moved.
    person.token = lambda: signed(platform, sub=person.id, sid=person.session)
    return person


def midday_zone(platform: RunningPlatform) -> str:
    """A zone in which it is about noon, so that no couple's day begins while a test runs."""
    hour = (datetime.now(UTC) + timedelta(seconds=platform.ahead_s)).hour
    return f"Etc/GMT{hour - 12:+d}"  # by POSIX's sign: Etc/GMT+5 is five hours behind UTC


def pair(one: Person, other: Person) -> str:
    """Make them a couple; its id."""
    code = one.done("POST", "/v1/pairing-codes", {})["code"]
    pairing = other.done("POST", "/v1/pairings:claim", {"code": code})["pairing"]["id"]
    other.done("POST", f"/v1/pairings/{pairing}:confirm", {})
    return str(one.done("POST", f"/v1/pairings/{pairing}:confirm", {})["pairing"]["coupleId"])


def soon(read: Callable[[], Any], within_s: float = 10.0) -> Any:
    """The first true value of `read`; raises AssertionError with the last one."""
    deadline = time.monotonic() + within_s
    while not (found := read()):
        assert time.monotonic() < deadline, f"not within {within_s} s: {found!r}"
        time.sleep(0.02)
    return found
