"""Who are the people that tests show the app with? Couples who have lived for a while, made through the API.

Promises: everything is theirs alone, and made anew for each; what they wrote can be told from the app's own words.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.people import PASSWORD, Person, pair, signed_up, soon
from tests.platform_process import RunningPlatform
from tests.web.browser import ZONES, midday_zone

ANSWERS = {
    "mine": "That I always leave the porch light on. I do it even when you said you would be early.",
    "theirs": "That when I go quiet in the car I am not angry. I am putting the day down so I do not carry it in to you.",
    "sealed": "Somewhere with a kitchen that gets the morning.",
    "light": "The second verse of the song you hum.",
}
TITLES = {
    "asked": "Walk by the river", "proposed": "Pancakes and the paper", "agreed": "Cinema, the small one",
    "declined": "Early swim", "rings": "Water the tomatoes", "daily": "Ten minutes outside", "both": "Call the landlord",
    "offered": "Pick up the parcel", "given": "Oil the blue bicycle", "next": "Anniversary of the old flat",
}  # fmt: skip
NOTES = ("Bring the thermos", "After the dentist")
PRONOUNS = "she/her"
WINDOWS = [{"weekday": day, "start": "09:00", "end": "21:30"} for day in range(1, 8)]
OWN = (
    "Ada",
    "Sam",
    "Idris",
    "Noor",
    "Lene",
    "Kofi",
    "journey",
    "tablet",
    PRONOUNS,
    *ANSWERS.values(),
    *TITLES.values(),
    *NOTES,
)
"""All that these people wrote."""


@dataclass
class Two:
    """A couple; the first one is looked at."""

    platform: RunningPlatform
    me: Person
    other: Person
    prompts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def own(self) -> list[str]:
        """Words that are not the app's: these people's, and the questions."""
        return [*OWN, self.me.mail, *(prompt["text"] for prompt in self.prompts)]

    def ahead(self, **by: float) -> datetime:
        """The platform's time, and later."""
        return datetime.now(UTC) + timedelta(seconds=self.platform.ahead_s) + timedelta(**by)

    def local(self, person: Person, **by: float) -> str:
        """A person's local time, and later; to the minute."""
        zone = person.done("GET", "/v1/me")["me"]["zone"]
        return f"{self.ahead(**by).astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M:00}"

    def answer(self, person: Person, which: int, text: str, *, light: bool = False) -> None:
        """Seal an answer to one of today's questions."""
        path = f"/v1/prompts/{self.prompts[which]['id']}/answer"
        person.done("PUT", path, {"text": text, "leaveLight": light})

    def invite(self, by: Person, title: str, note: str = "", **at: float) -> dict[str, Any]:
        """Propose two hours."""
        body = {"title": title, "note": note, "startsAt": f"{self.ahead(**at):%Y-%m-%dT%H:00:00Z}", "duration": "7200s"}
        invite: dict[str, Any] = by.done("POST", "/v1/invites", body)["invite"]
        return invite

    def respond(self, by: Person, invite: dict[str, Any], verb: str, **more: Any) -> dict[str, Any]:
        """Accept, decline, counter."""
        body = {"sequence": invite["sequence"], **more}
        answered: dict[str, Any] = by.done("POST", f"/v1/invites/{invite['id']}:{verb}", body)["invite"]
        return answered

    def remind(self, by: Person, title: str, audience: str, first: str, rrule: str = "") -> str:
        """Make a reminder; its id."""
        zone = by.done("GET", "/v1/me")["me"]["zone"]
        body = {"title": title, "audience": f"AUDIENCE_{audience}", "first": first, "zone": zone, "rrule": rrule}
        return str(by.done("POST", "/v1/reminders", body)["reminder"]["id"])


def somebody(platform: RunningPlatform, name: str, *, hours_behind: int = 0) -> Person:
    """A person for whom it is about noon, or some hours earlier."""
    zone = ZONES[(ZONES.index(midday_zone(platform)) + hours_behind) % len(ZONES)]
    return signed_up(platform, name, zone, locale="en-GB", pronouns=PRONOUNS)


def just_connected(platform: RunningPlatform, me: str = "Ada", other: str = "Sam") -> Two:
    """Two who have done nothing yet but connect; their questions are dealt."""
    two = Two(platform, somebody(platform, me), somebody(platform, other, hours_behind=1))
    pair(two.me, two.other)
    two.prompts = soon(lambda: two.me.done("GET", "/v1/prompts/today")["prompts"])
    return two


def well_lived(platform: RunningPlatform, me: str = "Ada", other: str = "Sam") -> Two:
    """Two with something on every screen: an opened question, a sealed one, one with a light; invites, reminders, news."""
    two = just_connected(platform, me, other)
    for person in (two.me, two.other):
        person.done("PUT", "/v1/couple/shares", {"shares": ["SHARE_AVAILABILITY"]})
        zone = person.done("GET", "/v1/me")["me"]["zone"]
        person.done("PUT", "/v1/windows", {"windows": WINDOWS, "zone": zone})
    two.me.done("POST", "/v1/sessions", {"mail": two.me.mail, "password": PASSWORD, "clientName": "tablet"})
    _meet(two)
    _remind_each_other(two)
    two.answer(two.me, 0, ANSWERS["mine"])
    two.answer(two.other, 0, ANSWERS["theirs"])
    two.answer(two.me, 1, ANSWERS["sealed"], light=True)
    two.answer(two.other, 2, ANSWERS["light"], light=True)
    soon(lambda: {"answers_revealed", "light_left", "reminder_rang"} <= set(_kinds(two.me)))
    return two


def _meet(two: Two) -> None:
    mine = two.invite(two.me, TITLES["asked"], NOTES[0], days=2)
    later = f"{two.ahead(days=3):%Y-%m-%dT%H:00:00Z}"
    two.respond(two.other, mine, "counter", startsAt=later, duration="5400s")
    two.invite(two.me, TITLES["proposed"], days=5)
    two.respond(two.other, two.invite(two.me, TITLES["agreed"], NOTES[1], days=6), "accept")
    two.respond(two.me, two.invite(two.other, TITLES["declined"], days=4), "decline")


def _remind_each_other(two: Two) -> None:
    two.remind(two.me, TITLES["rings"], "ME", two.local(two.me, minutes=2))
    two.remind(two.me, TITLES["daily"], "ME", two.local(two.me, hours=2), "FREQ=DAILY")
    two.remind(two.me, TITLES["both"], "BOTH", two.local(two.me, days=1))
    two.remind(two.other, TITLES["offered"], "YOU", two.local(two.other, days=1))
    two.remind(two.me, TITLES["given"], "YOU", two.local(two.me, days=2), "FREQ=WEEKLY")
    two.platform.move_clock(150)


def _kinds(person: Person) -> Iterator[str]:
    return (item["kind"] for item in person.done("GET", "/v1/inbox")["items"])


def many(items: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """As many things as `count`, like those of a list, each with an id of its own."""
    return [
        {**each, "id": f"00000000-0000-4000-8000-{at:012}"} for at, each in zip(range(count), itertools.cycle(items))
    ]
