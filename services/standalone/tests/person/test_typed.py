"""Is what people type read as they mean it, and what they wrote shown as text?"""

import os
import subprocess
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standalone.person.times import NoTime, read_duration, read_local, read_moment
from standalone.person.voice import plain
from standalone.tests.person.conftest import COMMAND

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(("typed", "minutes"), [
    ("45m", 45), ("45", 45), ("2h", 120), ("1h30m", 90), ("1h 30m", 90), ("1H30", 90), ("1d", 1440), ("1d2h", 1560),
])  # fmt: skip
def test_durations(typed: str, minutes: int) -> None:
    assert read_duration(typed) == timedelta(minutes=minutes)


@pytest.mark.parametrize("typed", ["", "h", "an hour", "-5m", "1.5h", "5s", "m30"])
def test_what_is_no_duration_is_refused(typed: str) -> None:
    with pytest.raises(NoTime):
        read_duration(typed)


@pytest.mark.parametrize("typed", [
    "2027-05-01 19:00", "2027-05-01T19:00", "2027-05-01T19:00:00", "2027-05-01T19:00+02:00", "2027-05-01T17:00Z",
])  # fmt: skip
def test_moments(typed: str) -> None:
    assert read_moment(typed, BERLIN) == datetime(2027, 5, 1, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed", ["", "19:00", "2027-05-01", "2027-05-01 7pm", "2027-02-30 10:00", "2027-05-01 25:00", "someday 10:00"]
)
def test_what_is_no_moment_is_refused(typed: str) -> None:
    with pytest.raises(NoTime):
        read_moment(typed, BERLIN)


def test_a_local_time_has_no_offset() -> None:
    with pytest.raises(NoTime):
        read_local("2027-05-01T19:00+02:00", BERLIN)


def test_tomorrow_is_that_of_the_zone() -> None:
    zone = ZoneInfo("Pacific/Kiritimati")
    assert read_local("Tomorrow 09:30", zone).date() == datetime.now(zone).date() + timedelta(days=1)


@given(st.text())
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    shown = plain(text)
    assert len(shown) == len(text)
    assert not any((letter < " " and letter not in "\n\t") or "\x7f" <= letter <= "\x9f" for letter in shown)


@pytest.mark.parametrize("text", ["\x1b[2J", "\x9b31m", "\u202eolleh", "a\rb", "\x07"])
def test_escapes_and_marks_that_turn_a_line_are_shown_as_such(text: str) -> None:
    assert plain(text) == "".join(
        "\N{REPLACEMENT CHARACTER}" if letter in "\x1b\x9b\u202e\r\x07" else letter for letter in text
    )


@pytest.mark.parametrize("text", ["שלום לך", "👩‍❤️‍💋‍👩", "e\u0301", "two\nlines"])
def test_words_of_every_script_stay_as_they_are(text: str) -> None:
    assert plain(text) == text


def test_the_shell_completes_commands() -> None:
    asked = {"_TWOLAMPS_COMPLETE": "complete_bash", "COMP_WORDS": "twolamps lo", "COMP_CWORD": "1"}
    done = subprocess.run([COMMAND], env=os.environ | asked, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.split() == ["login", "logout"]
