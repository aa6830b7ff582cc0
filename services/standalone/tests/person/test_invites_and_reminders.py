"""Are invites and reminders made and answered from the command line, at the wall-clock times that were typed?"""

import json
from typing import Any

from standalone.tests.person.conftest import Someone

Couple = tuple[Someone, Someone]


def done(person: Someone, *words: str, typed: str = "") -> Any:
    """The JSON of a command that must succeed."""
    told = person.says(*words, "--json", typed=typed)
    assert told.exit_code == 0, told.stderr
    return json.loads(told.stdout)


def refused(person: Someone, *words: str) -> str:
    """The line of a command that must fail."""
    told = person.says(*words)
    assert told.exit_code == 1, told.stdout
    line = told.stderr.strip()
    assert "\n" not in line
    return line


def test_an_invite_is_proposed_countered_and_accepted(couple: Couple) -> None:
    ada, ben = couple
    made = done(ada, "invite", "new", "--title", "A walk", "--at", "2027-05-01 19:00", "--duration", "1h30m",
                "--zone", "Europe/Berlin")  # fmt: skip
    assert (made["startsAt"], made["endsAt"], made["zone"]) == (
        "2027-05-01T17:00:00Z", "2027-05-01T18:30:00Z", "Europe/Berlin",
    )  # fmt: skip
    which = made["id"][:8]
    assert f"{which}  A walk" in ben.says("invite", "list").stdout
    assert "waits for you" in ben.says("invite", "list").stdout
    assert "waits for the other" in ada.says("invite", "list").stdout
    assert "Your proposal stands" in refused(ada, "invite", "accept", which, "--yes")
    countered = done(ben, "invite", "counter", which, "--at", "2027-05-02T20:00+02:00")
    assert (countered["startsAt"], countered["endsAt"]) == ("2027-05-02T18:00:00Z", "2027-05-02T19:30:00Z")
    unanswered = ada.says("invite", "accept", which, typed="n\n")
    assert (" May 2027, " in unanswered.stdout, "Do you accept it?" in unanswered.stdout, unanswered.exit_code) == (
        True,
        True,
        1,
    )
    assert done(ada, "invite", "accept", which, typed="y\n")["state"] == "INVITE_STATE_ACCEPTED"
    assert "accepted" in ben.says("invite", "list").stdout
    assert done(ben, "invite", "cancel", made["id"])["state"] == "INVITE_STATE_CANCELLED"


def test_an_invite_is_declined(couple: Couple) -> None:
    ada, ben = couple
    made = done(ada, "invite", "new", "--title", "Dancing", "--at", "2027-06-01 19:00")
    assert ben.says("invite", "decline", made["id"][:8]).stdout.startswith("“Dancing”")
    assert {each["id"]: each["state"] for each in done(ada, "invite", "list")}[made["id"]] == "INVITE_STATE_DECLINED"


def test_what_is_meant_has_to_be_clear(couple: Couple) -> None:
    ada, _ = couple
    for title in ("One", "Two"):
        done(ada, "invite", "new", "--title", title, "--at", "2027-07-01 19:00")
    assert "None begins with “zzz”. Next: twolamps invite list" in refused(ada, "invite", "cancel", "zzz")
    assert "Several begin with “”" in refused(ada, "invite", "cancel", "")


def test_a_time_that_is_not_there_or_twice_is_refused(couple: Couple) -> None:
    ada, _ = couple
    new = ("invite", "new", "--title", "A walk", "--zone", "Europe/Berlin", "--at")
    assert "the clocks of Europe/Berlin go past 02:30" in refused(ada, *new, "2027-03-28 02:30")
    assert "is there twice that day; write the offset too" in refused(ada, *new, "2027-10-31 02:30")
    assert "2027-05-01 19:00, today 19:00" in refused(ada, *new, "soon")
    assert "startsAt: " in refused(ada, *new, "2020-05-01 19:00")
    assert "no time zone" in refused(
        ada, "invite", "new", "--title", "A", "--at", "tomorrow 12:00", "--zone", "Mars/Base"
    )
    assert "no duration" in refused(
        ada, "invite", "new", "--title", "A", "--at", "tomorrow 12:00", "--duration", "long"
    )


def test_a_reminder_for_both_rings_after_a_yes_and_is_snoozed_skipped_and_done(couple: Couple) -> None:
    ada, ben = couple
    made = done(ada, "remind", "new", "--title", "Water the lemon tree", "--at", "tomorrow 08:00", "--for", "both",
                "--repeat", "daily", "--lead", "10m", "--zone", "Asia/Tokyo")  # fmt: skip
    assert (made["rrule"], made["zone"], made["lead"]) == ("FREQ=DAILY", "Asia/Tokyo", "600s")
    which, first = made["id"][:8], made["first"].replace("T", " ")
    assert "waits for your yes" in ben.says("remind", "list").stdout
    assert done(ben, "remind", "accept", which)["offer"] == "OFFER_STATE_ACCEPTED"
    assert "Nothing is ringing" in refused(ben, "remind", "done", which)
    assert "cannot be snoozed" in refused(ben, "remind", "snooze", which, "--for", "1h", "--occurrence", first)
    skipped = done(ben, "remind", "skip", which, "--occurrence", first)
    assert made["first"] not in [
        ring["occurrence"] for ring in skipped["rings"] if ring["state"] == "RING_STATE_PENDING"
    ]
    completed = done(ada, "remind", "done", which, "--occurrence", first)
    assert completed["id"] == made["id"]
    assert done(ada, "remind", "cancel", which)["cancelled"] is True
    assert which not in ada.says("remind", "list").stdout
    assert which in ada.says("remind", "list", "--all").stdout


def test_an_offer_is_declined_and_looks_like_waiting(couple: Couple) -> None:
    ada, ben = couple
    made = done(ada, "remind", "new", "--title", "Call your mother", "--at", "tomorrow 09:00", "--for", "you")
    assert done(ben, "remind", "decline", made["id"])["offer"] == "OFFER_STATE_DECLINED"
    assert "waits for the other" in ada.says("remind", "list").stdout
