"""How is a wrong request sent, and what must every refusal say?"""

from collections.abc import Mapping
from typing import Any

import httpx

from gateway.problems import CATALOGUE
from tests.journeys.example_requests import EXAMPLES, METHODS, ON, over_http
from tests.journeys.private_lives import Couple

PAIRING, SCHEDULING = "twolamps.pairing.v1.PairingService.", "twolamps.scheduling.v1.SchedulingService."
PROMPTS, INBOX = "twolamps.prompts.v1.PromptsService.", "twolamps.notifications.v1.NotificationsService."
SIGN_UP, INVITE, REMINDER = f"{PAIRING}CreatePerson", f"{SCHEDULING}CreateInvite", f"{SCHEDULING}CreateReminder"
SEAL, WINDOWS, SLOTS = f"{PROMPTS}SealAnswer", f"{SCHEDULING}SetWindows", f"{SCHEDULING}ListSlots"
COUNTER, ME, CALENDAR = f"{SCHEDULING}CounterInvite", f"{PAIRING}UpdateMe", f"{PAIRING}SetCalendar"
TIMES = {"startsAt": f"{ON}T19:00:00Z", "duration": "3600s"}

# Every text a person can write, and its longest length in characters.
WORDS: dict[tuple[str, str], int] = {
    (SIGN_UP, "displayName"): 40, (SIGN_UP, "pronouns"): 40, (SIGN_UP, "password"): 200,
    (ME, "displayName"): 40, (ME, "pronouns"): 40, (f"{PAIRING}CreateSession", "clientName"): 60,
    (f"{PAIRING}CreateDeviceCode", "clientName"): 60,
    (SEAL, "text"): 4000, (INVITE, "title"): 120, (INVITE, "note"): 1000, (REMINDER, "title"): 120, (REMINDER, "note"): 1000,
}  # fmt: skip


def wrong(ours: Couple, name: str, given: Mapping[str, Any]) -> httpx.Response:
    """A good example with `given` put over it; a None takes a field out."""
    fields = {**EXAMPLES[name](ours.ids), **given}
    request = over_http(METHODS[name], {key: value for key, value in fields.items() if value is not None})
    who = ours.other if name == COUNTER else ours.one  # whose turn it is
    return who.person.call(request.verb, request.path, request.body, **request.rest)


def problem(reply: httpx.Response, *statuses: int) -> Any:
    """The problem a reply says, which must be whole."""
    assert reply.status_code in statuses, f"{reply.status_code} {reply.text[:500]}"
    assert reply.headers["content-type"] == "application/problem+json"
    said = reply.json()
    assert said["status"] == reply.status_code
    assert said["type"] == f"/errors/{said['reason']}"
    assert said["title"]
    assert said["detail"]
    assert said["request_id"] == reply.headers["x-request-id"]
    assert said["reason"] in CATALOGUE
    return said
