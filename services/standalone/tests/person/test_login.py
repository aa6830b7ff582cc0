"""Is somebody signed in at the command line without typing a password there, and out again?"""

import json
from pathlib import Path

import pytest

from standalone.tests.person.conftest import Someone, is_code, line_with, signed_up


@pytest.fixture
def ann(url: str, tmp_path: Path) -> Someone:
    """Somebody who has never been here."""
    return signed_up(url, "Ann", tmp_path)


def sessions(person: Someone) -> list[str]:
    listed = person.elsewhere(lambda client: client.pairing.list_sessions()).sessions
    return [session.client_name for session in listed if session.client_name != "elsewhere"]


def test_signing_in_by_a_code_and_out_again(ann: Someone) -> None:
    with ann.starts("login", "--url", ann.url + "/", "--name", "the kitchen table") as waiting:
        assert f"{ann.url}/device" in line_with(waiting.out, lambda line: "Open" in line)
        ann.approve(line_with(waiting.out, is_code))
        code, said, complained = waiting.ends()
    assert (code, complained) == (0, "")
    assert "the kitchen table" in said
    assert "You are signed in as Ann. Next: twolamps today" in said
    assert sessions(ann) == ["the kitchen table"]
    (kept,) = ann.folder.rglob("*.session")
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert ann.password not in kept.read_text()
    again = ann.says("login")
    assert (again.exit_code, "signed in already" in again.stdout) == (0, True)
    assert ann.says("logout").stdout == "You are signed out.\n"
    assert (sessions(ann), list(ann.folder.rglob("*.session"))) == ([], [])
    assert ann.says("logout").stdout == "You were not signed in.\n"


def test_json_is_all_that_stdout_has(ann: Someone) -> None:
    with ann.starts("login", "--url", ann.url, "--json") as waiting:
        ann.approve(line_with(waiting.err, is_code))
        code, said, complained = waiting.ends()
    told = json.loads(said)
    assert (code, told["url"], told["me"]["displayName"], told["me"]["mail"]) == (0, ann.url, "Ann", ann.mail)
    assert "signed in as Ann" in complained
    assert json.loads(ann.says("logout", "--json").stdout) == {"signedOut": True}


def test_who_was_signed_out_elsewhere_is_told_the_next_step(ann: Someone) -> None:
    ann.log_in()
    ann.elsewhere(lambda client: client.pairing.delete_sessions())
    told = ann.says("today")
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr.strip() == f"You are not signed in at {ann.url}. Next: twolamps login --url {ann.url}"


def test_each_address_has_a_session_of_its_own(ann: Someone) -> None:
    ann.log_in()
    elsewhere = ann.says("today", "--url", ann.url.replace("127.0.0.1", "localhost"))
    assert "You are not signed in at http://localhost" in elsewhere.stderr
    assert "You are not connected with anybody. Next: twolamps pair" in ann.says("today").stderr


@pytest.mark.parametrize("given", ["127.0.0.1:8400", "ftp://there", "http://", "https://a:b", "8400"])
def test_what_is_no_address_is_shown_one(tmp_path: Path, given: str) -> None:
    told = Someone("", "Ann", "UTC", tmp_path).says("login", "--url", given)
    assert (told.exit_code, "http://127.0.0.1:8400" in told.stderr) == (1, True)


def test_a_platform_that_does_not_answer_is_named(tmp_path: Path) -> None:
    told = Someone("", "Ann", "UTC", tmp_path).says("login", "--url", "http://127.0.0.1:9")
    assert (told.exit_code, len(told.stderr.strip().splitlines())) == (1, 1)
    assert "http://127.0.0.1:9 does not answer" in told.stderr


def test_a_session_that_cannot_be_read_is_told_where_it_lies(ann: Someone) -> None:
    ann.log_in()
    (kept,) = ann.folder.rglob("*.session")
    kept.write_text("torn")
    told = ann.says("today")
    assert (told.exit_code, str(kept.parent) in told.stderr.replace("\n", "")) == (1, True)
