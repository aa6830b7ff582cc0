"""Whose lives do the abuse tests look for? Couples who have written in every field there is, in words found nowhere else.

Promises: every word of `Life.words` was written by its person and by nobody else, and is in no other field; what a person
may read of all this is `readable`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.journeys.example_requests import METHODS, ON, Ids, about, asked
from tests.people import Person, midday_zone, pair, signed_up, soon
from tests.platform_process import RunningPlatform

LATER = {"startsAt": f"{ON}T18:00:00Z", "duration": "5400s"}


@dataclass
class Life:
    """A person, the words they have written by field, and the ids of what is theirs."""

    person: Person
    words: dict[str, str]
    ids: Ids = field(default_factory=Ids)

    @property
    def readable(self) -> Mapping[str, Any]:
        """All this person can read, by path."""
        found: dict[str, Any] = {}
        for method in METHODS.values():
            if method.http == "GET":
                request = asked(method, self.ids)
                whole: list[Mapping[str, Any]] = (
                    [{}] if method.descriptor.name.startswith("List") and about(method) else []
                )
                for query in (*whole, request.query or {}):
                    reply = self.person.call("GET", request.path, query=query)
                    found[f"{request.path} {query}"] = (reply.status_code, without_request_id(reply.json()))
        return found


@dataclass
class Couple:
    """Two lives that share a couple; `ids` names what is theirs together, and what is the first one's alone."""

    id: str
    one: Life
    other: Life
    ids: Ids

    @property
    def words(self) -> dict[str, str]:
        """Everything either has written."""
        return {
            f"{life.person.name}'s {name}": word for life in (self.one, self.other) for name, word in life.words.items()
        }


def without_request_id(body: Any) -> Any:
    """A reply's JSON without what differs by design."""
    return {name: value for name, value in body.items() if name != "request_id"} if isinstance(body, dict) else body


def alone(platform: RunningPlatform, name: str) -> Life:
    """Somebody who has just signed up, and written in every field of their profile."""
    words = {part: f"{part.replace('_', '')}{uuid4().hex[:24]}" for part in ("display_name", "pronouns", "client_name")}
    words["mail"] = f"{uuid4().hex}@example.org"
    person = signed_up(
        platform, words["display_name"], midday_zone(platform), pronouns=words["pronouns"], mail=words["mail"],
        client_name=words["client_name"],
    )  # fmt: skip
    person.name = name
    return Life(person, words)


def together(platform: RunningPlatform, one_name: str, other_name: str) -> Couple:
    """A couple with something of every kind: a reveal, a sealed answer, invites, reminders, shares, windows."""
    one, other = alone(platform, one_name), alone(platform, other_name)
    couple_id = pair(one.person, other.person)
    for life in (one, other):
        life.person.done("PUT", "/v1/couple/shares", {"shares": ["SHARE_AVAILABILITY", "SHARE_MEMORIES"]})
        window = {"weekday": 3, "start": "18:00", "end": "23:00"}
        life.person.done("PUT", "/v1/windows", {"windows": [window], "zone": "Europe/Berlin"})
    prompts = soon(lambda: one.person.done("GET", "/v1/prompts/today")["prompts"])
    for life in (one, other):
        _seal(life, prompts[0]["id"], "opened_answer", False)
    _seal(one, prompts[1]["id"], "sealed_answer", False)
    _seal(other, prompts[2]["id"], "sealed_answer", True)
    invite = _made(one, "invite", "/v1/invites", LATER)["invite"]["id"]
    reminder = {"first": f"{ON}T08:00:00", "zone": "Europe/Berlin", "rrule": "FREQ=DAILY", "lead": "600s"}
    shared = _made(one, "shared_reminder", "/v1/reminders", {**reminder, "audience": "AUDIENCE_BOTH"})
    other.person.done("POST", f"/v1/reminders/{shared['reminder']['id']}:accept", {})
    pairing = one.person.done("GET", "/v1/pairings")["pairings"][0]["id"]
    for life in (one, other):
        own = _made(life, "own_reminder", "/v1/reminders", {**reminder, "audience": "AUDIENCE_ME"})
        items = soon(lambda life=life: life.person.done("GET", "/v1/inbox")["items"])  # type: ignore[misc]
        life.ids = Ids(
            mail=life.words["mail"], session=life.person.session, pairing=pairing, prompt=prompts[1]["id"],
            invite=invite, reminder=own["reminder"]["id"], item=items[0]["id"],
        )  # fmt: skip
    shared_ids = Ids(
        mail=one.words["mail"], session=one.person.session, pairing=pairing, prompt=prompts[1]["id"], invite=invite,
        reminder=shared["reminder"]["id"], item=one.ids.item,
    )  # fmt: skip
    return Couple(couple_id, one, other, shared_ids)


def _seal(life: Life, prompt: str, name: str, light: bool) -> None:
    word = life.words[name] = f"{name.replace('_', '')}{uuid4().hex}"
    life.person.done("PUT", f"/v1/prompts/{prompt}/answer", {"text": word, "leaveLight": light})


def _made(life: Life, name: str, path: str, body: Mapping[str, Any]) -> Any:
    title, note = f"title{uuid4().hex}", f"note{uuid4().hex}"
    life.words |= {f"{name}'s title": title, f"{name}'s note": note}
    return life.person.done("POST", path, {"title": title, "note": note, **body})
