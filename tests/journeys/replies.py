"""What does a reply give away? Sent by a row of example_requests, looked at byte by byte."""

import base64
from typing import Any

import httpx

from gateway.transcoder.contracts import Method
from tests.journeys.example_requests import Ids, asked
from tests.journeys.private_lives import without_request_id
from tests.people import Someone


def send(who: Someone, method: Method, ids: Ids, heard: dict[str, list[bytes]], name: str) -> httpx.Response:
    """Send a method's row, and note every byte of the reply."""
    request = asked(method, ids)
    reply = who.call(request.verb, request.path, request.body, **request.rest)
    heard.setdefault(name, []).append(reply.content + repr(reply.headers.raw).encode())
    assert reply.status_code < 500, said(method, reply)
    return reply


def shape(reply: httpx.Response) -> tuple[int, Any, dict[str, str]]:
    """All of a reply but what differs each time by design."""
    by_design = ("date", "x-request-id", "ratelimit", "ratelimit-policy")
    headers = {name: value for name, value in reply.headers.items() if name not in by_design}
    return reply.status_code, without_request_id(reply.json()), headers


def holds(data: bytes, word: str) -> bool:
    """Whether the word is in there: as it is, in another case, in hexadecimal or in base64."""
    plain = word.encode()
    core = base64.b64encode(plain[: len(plain) // 3 * 3])
    lower = data.lower()
    return plain.lower() in lower or plain.hex().encode() in lower or core in data


def secret(name: str) -> bool:
    """Whether a field is for its writer alone, also while connected."""
    return name in ("mail", "client_name", "sealed_answer") or name.startswith("own_reminder")


def said(method: Method, reply: httpx.Response) -> str:
    """For a failure's message."""
    return f"{method.descriptor.full_name}: {reply.status_code} {reply.text}"
