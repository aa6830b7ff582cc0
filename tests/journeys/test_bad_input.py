"""What is somebody told whose request is wrong? Which field broke which rule, as problem+json, and nothing has changed.

Every request here is one of the good examples with one thing wrong, so that nothing else can be the reason.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.journeys.example_requests import EXAMPLES, METHODS, ON, Ids, over_http
from tests.journeys.private_lives import Couple, together
from tests.journeys.refusals import (
    CALENDAR,
    COUNTER,
    INBOX,
    INVITE,
    ME,
    PAIRING,
    REMINDER,
    SCHEDULING,
    SEAL,
    SIGN_UP,
    SLOTS,
    TIMES,
    WINDOWS,
    WORDS,
    problem,
    wrong,
)
from tests.people import PASSWORD
from tests.platform_process import RunningPlatform

LAMP = "\N{IZAKAYA LANTERN}"
TURN = "\N{RIGHT-TO-LEFT OVERRIDE}"
WINDOW = {"weekday": 1, "start": "18:00", "end": "20:00"}

# Method, what is put over its example, the field at fault, the rule it breaks; a rule of None: whichever it is.
FIELDS: list[tuple[str, Mapping[str, Any], str, str | None]] = [
    (SIGN_UP, {"mail": "no mail"}, "mail", "string.email"),
    (SIGN_UP, {"password": "short"}, "password", "string.min_len"),
    (SIGN_UP, {"adult": False}, "adult", "bool.const"),
    (SIGN_UP, {"displayName": ""}, "displayName", "string.min_len"),
    (SIGN_UP, {"displayName": " \u200b\t "}, "displayName", "name_unreadable"),
    (SIGN_UP, {"displayName": "two\nlines"}, "displayName", "name_unreadable"),
    (SIGN_UP, {"displayName": "\N{HANGUL FILLER}"}, "displayName", "name_unreadable"),
    (SIGN_UP, {"pronouns": f"{TURN}nimda"}, "pronouns", "name_unreadable"),
    (ME, {"displayName": f"{TURN}spmalowT"}, "displayName", "name_unreadable"),
    (SIGN_UP, {"zone": "Middle/Earth"}, "zone", "unknown_zone"),
    (SIGN_UP, {"zone": "../../etc/passwd"}, "zone", "unknown_zone"),
    (SIGN_UP, {"zone": "europe/berlin"}, "zone", "unknown_zone"),
    (ME, {"zone": "localtime"}, "zone", "unknown_zone"),
    (ME, {"zone": ""}, "zone", "string.min_len"),
    (CALENDAR, {"calendar": {"zone": "Mars/Base", "dayStart": "05:00", "weekStart": 1}}, "calendar.zone", "unknown_zone"),
    (CALENDAR, {"calendar": {"zone": "UTC", "dayStart": "24:00", "weekStart": 1}}, "calendar.dayStart", "string.pattern"),
    (CALENDAR, {"calendar": {"zone": "UTC", "dayStart": "05:00", "weekStart": 8}}, "calendar.weekStart", "int32.gte_lte"),
    (CALENDAR, {"calendar": None}, "calendar", "required"),
    (f"{PAIRING}SetShares", {"shares": ["SHARE_FACTS", "SHARE_FACTS"]}, "shares", "repeated.unique"),
    (f"{PAIRING}SetShares", {"shares": ["SHARE_UNSPECIFIED"]}, "shares", None),
    (f"{PAIRING}ClaimPairing", {"code": "K7QM"}, "code", "string.min_len"),
    (f"{PAIRING}CreateDeviceCode", {"clientName": "two\nlines"}, "clientName", "name_unreadable"),
    (f"{PAIRING}CreateDeviceCode", {"clientName": f"elttek{TURN}"}, "clientName", "name_unreadable"),
    (f"{PAIRING}CreateSession", {"clientName": "\N{BRAILLE PATTERN BLANK}"}, "clientName", "name_unreadable"),
    (f"{PAIRING}CreateSession", {"clientName": f"elttek{TURN}"}, "clientName", "name_unreadable"),
    (f"{PAIRING}ApproveDevice", {"userCode": "BCDF"}, "userCode", "string.min_len"),
    (f"{PAIRING}ApproveDevice", {}, "userCode", "device_code_not_valid"),
    (f"{PAIRING}ApproveDevice", {"password": "guess"}, "password", "wrong_password"),
    (f"{PAIRING}CreateDeviceSession", {}, "deviceCode", "device_code_not_valid"),
    (SEAL, {"text": ""}, "text", "string.min_len"),
    (SEAL, {"text": " \n\u2028 "}, "text", "answer_empty"),
    (SEAL, {"promptId": "today"}, "promptId", "string.uuid"),
    (INVITE, {"title": "  "}, "title", "title_not_allowed"),
    (INVITE, {"title": "two\nlines"}, "title", "title_not_allowed"),
    (INVITE, {"title": "\N{ZERO WIDTH SPACE}"}, "title", "title_not_allowed"),
    (INVITE, {"title": f"{TURN}pme"}, "title", "title_not_allowed"),
    (INVITE, {"startsAt": None}, "startsAt", "required"),
    (INVITE, {"startsAt": "2020-01-01T00:00:00Z"}, "startsAt", "invite_starts_in_past"),
    (INVITE, {"startsAt": "2999-01-01T00:00:00Z"}, "startsAt", "invite_too_far_ahead"),
    (INVITE, {"duration": "899s"}, "duration", None),
    (INVITE, {"duration": "86401s"}, "duration", None),
    (INVITE, {"duration": "-3600s"}, "duration", None),
    (INVITE, {"zone": "Atlantis/Center"}, "zone", "unknown_zone"),
    (COUNTER, {"startsAt": "2020-01-01T00:00:00Z"}, "startsAt", None),
    (COUNTER, {"sequence": -1}, "sequence", "int32.gte"),
    (WINDOWS, {"windows": [WINDOW, {**WINDOW, "weekday": 0}]}, "windows[1].weekday", "int32.gte_lte"),
    (WINDOWS, {"windows": [{**WINDOW, "start": "9:00"}]}, "windows[0].start", None),
    (WINDOWS, {"windows": [WINDOW] * 51}, "windows", "repeated.max_items"),
    (WINDOWS, {"zone": "GMT+25"}, "zone", "unknown_zone"),
    (SLOTS, {"limit": 51}, "limit", None),
    (SLOTS, {"duration": "60s"}, "duration", None),
    (SLOTS, {"endsBefore": "2999-01-01T00:00:00Z"}, "endsBefore", None),
    (REMINDER, {"audience": "AUDIENCE_UNSPECIFIED"}, "audience", "enum.not_in"),
    (REMINDER, {"title": "\N{HANGUL FILLER}"}, "title", "title_not_allowed"),
    (REMINDER, {"title": f"{TURN}pme"}, "title", "title_not_allowed"),
    (REMINDER, {"first": "tomorrow"}, "first", "string.pattern"),
    (REMINDER, {"first": f"{ON.year + 1}-02-30T08:00:00"}, "first", None),
    (REMINDER, {"first": "2020-01-01T08:00:00"}, "first", "start_in_past"),
    (REMINDER, {"zone": "Nowhere"}, "zone", "unknown_zone"),
    (REMINDER, {"rrule": "FREQ=SECONDLY"}, "rrule", "recurrence_not_allowed"),
    (REMINDER, {"rrule": "FREQ=MINUTELY"}, "rrule", "recurrence_not_allowed"),
    (REMINDER, {"rrule": "FREQ=DAILY;INTERVAL=0"}, "rrule", "recurrence_not_allowed"),
    (REMINDER, {"rrule": "FREQ=DAILY;INTERVAL=999999999999"}, "rrule", "recurrence_not_allowed"),
    (REMINDER, {"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31"}, "rrule", None),
    (REMINDER, {"rrule": "FREQ=DAILY;COUNT=999999999"}, "rrule", "recurrence_not_allowed"),
    (REMINDER, {"rrule": "FREQ=DAILY;BYSECOND=" + ",".join(map(str, range(60)))}, "rrule", "recurrence_not_allowed"),
    (REMINDER, {"rrule": "RRULE:FREQ=DAILY\nDTSTART:19700101T000000"}, "rrule", "recurrence_not_allowed"),
    (REMINDER, {"rrule": "nonsense"}, "rrule", "recurrence_not_allowed"),
    (REMINDER, {"lead": "604801s"}, "lead", None),
    (REMINDER, {"lead": "-1s"}, "lead", None),
    (f"{SCHEDULING}SnoozeReminder", {"duration": "59s"}, "duration", None),
    (f"{SCHEDULING}SkipReminder", {"occurrence": "soon"}, "occurrence", "string.pattern"),
    (f"{INBOX}ListInbox", {"state": "ITEM_STATE_DELETED"}, "state", "wrong_type"),
]  # fmt: skip

NO_WORDS = {
    "mail", "zone", "locale", "refresh_token", "code", "user_code", "device_code", "day_start", "start", "end", "first",
    "rrule", "occurrence", "page_token",
}  # fmt: skip


@pytest.fixture(scope="module")
def ours(platform: RunningPlatform) -> Couple:
    """A couple with a life."""
    return together(platform, "Ann", "Sam")


@pytest.fixture(scope="module", autouse=True)
def untouched(ours: Couple) -> Iterator[None]:
    """After all that was refused, both read exactly what they read before."""
    before = [life.readable for life in (ours.one, ours.other)]
    yield
    for was, now in zip(before, (ours.one.readable, ours.other.readable), strict=True):
        assert was == now


@pytest.mark.parametrize(("name", "given", "field", "rule"), FIELDS, ids=lambda value: str(value)[:60])
def test_a_wrong_field_is_named_with_its_rule(
    ours: Couple, name: str, given: Mapping[str, Any], field: str, rule: str | None
) -> None:
    said = problem(wrong(ours, name, given), 422, 400)
    assert [error["field"].partition("[")[0] for error in said["errors"]] == [field.partition("[")[0]] * len(
        said["errors"]
    ), said
    assert said["errors"]
    assert rule is None or said["errors"][0]["rule"] == rule, said
    assert all(error["detail"] for error in said["errors"])


def test_every_text_of_every_request_has_a_limit_that_is_tried() -> None:
    tried = {(name, field) for name, field in WORDS}
    for name, method in METHODS.items():
        for field in method.descriptor.input_type.fields:
            plain = field.type == field.TYPE_STRING and not field.name.endswith("id") and field.name != "ids"
            if (
                plain
                and field.name not in NO_WORDS
                and not (name.endswith(("CreateSession", "ApproveDevice")) and field.name == "password")
            ):
                assert (name, field.camelcase_name) in tried


@pytest.mark.parametrize(("name", "field"), WORDS, ids=lambda value: value.rpartition(".")[2])
def test_a_text_may_have_its_n_characters_and_not_one_more(
    platform: RunningPlatform, ours: Couple, name: str, field: str
) -> None:
    n = WORDS[name, field]
    fresh = together(platform, "Nia", "Max")
    mine = {"mail": fresh.one.words["mail"], "password": PASSWORD} if name.endswith("CreateSession") else {}
    good = {**EXAMPLES[name](Ids() if name == SIGN_UP else fresh.ids), **mine}
    for letter in ("x", LAMP):
        request = over_http(METHODS[name], {**good, field: letter * n})
        reply = fresh.one.person.call(request.verb, request.path, request.body)
        assert reply.status_code == 200, reply.text
        said = problem(wrong(ours, name, {**mine, field: letter * (n + 1)}), 422)
        assert [(error["field"], error["rule"]) for error in said["errors"]] == [(field, "string.max_len")]


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "a\udfffb"], ids=["NUL", "high surrogate", "low surrogate"])
@pytest.mark.parametrize(("name", "field"), WORDS, ids=lambda value: value.rpartition(".")[2])
def test_what_is_no_text_is_refused(ours: Couple, name: str, field: str, text: str) -> None:
    said = problem(wrong(ours, name, {field: text * 12}), 400)
    assert (said["reason"], said["errors"][0]["field"]) == ("not_text", field)


@pytest.mark.parametrize("text", [
    "\u202eolleh\u202c", "שלום לך", "e\u0301" * 50, LAMP * 30, "👩‍❤️‍💋‍👩",
    "<script>alert(1)</script>", "'; DROP TABLE invites; --", "%s%n{0}{{}}",
    "\ufeffBOM", "ﬁ",
])  # fmt: skip
def test_words_of_every_script_come_back_as_they_were_written(platform: RunningPlatform, text: str) -> None:
    person = together(platform, "Uma", "Vic").one.person
    made = person.done("POST", "/v1/invites", {"title": "A walk", "note": text, **TIMES})["invite"]
    assert person.done("GET", f"/v1/invites/{made['id']}")["invite"]["note"] == text
