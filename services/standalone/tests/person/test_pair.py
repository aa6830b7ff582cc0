"""Do two people become connected at two command lines, and only with a yes of both?"""

import json

import pytest

from standalone.tests.person.conftest import Someone, line_with, signed_up


def is_pairing_code(line: str) -> bool:
    return len(line) == len("K7QM-3XPTA") and line[4] == "-"


@pytest.fixture(scope="module")
def three(url: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Someone, Someone, Someone]:
    """Three who do not know each other, signed in."""
    ada, ben, cleo = (signed_up(url, name, tmp_path_factory.mktemp(name)) for name in ("Ada", "Ben", "Cleo"))
    for person in (ada, ben, cleo):
        person.log_in()
    return ada, ben, cleo


def test_a_code_that_is_none_is_told_with_the_next_step(three: tuple[Someone, Someone, Someone]) -> None:
    told = three[0].says("pair", "ZZZZ-ZZZZZ")
    assert told.exit_code == 1
    assert told.stderr.strip().endswith("Next: let the other show a new one with: twolamps pair")


def test_without_a_yes_nobody_is_connected(three: tuple[Someone, Someone, Someone]) -> None:
    _, ben, cleo = three
    code = cleo.elsewhere(lambda client: client.pairing.create_pairing_code()).code
    for words, typed in (([code], "n\n"), ([], "\n"), ([], "")):
        told = ben.says("pair", *words, typed=typed)
        assert told.exit_code == 1
        assert "connected with Cleo?" in told.stdout
    assert "You are not connected" in ben.says("today").stderr
    (pairing,) = cleo.elsewhere(lambda client: client.pairing.list_pairings()).pairings
    assert (pairing.other.display_name, pairing.couple_id) == ("Ben", "")


def test_one_shows_a_code_the_other_types_it_and_both_say_yes(three: tuple[Someone, Someone, Someone]) -> None:
    ada, ben, _ = three
    with ada.starts("pair", "--json") as shows:
        code = line_with(shows.err, is_pairing_code)
        with ben.starts("pair", code.lower()) as types:
            types.answers("y")
            shows.answers("y")
            ended, said, _ = types.ends()
            assert ended == 0
            assert "On the other side is Ada. Do you want to be connected with Ada?" in said
            assert said.splitlines()[-1] == "You and Ada are connected. Next: twolamps today"
        ended, said, complained = shows.ends()
    told = json.loads(said)
    assert (ended, told["state"], told["other"]["displayName"]) == (0, "PAIRING_STATE_PAIRED", "Ben")
    assert "connected with Ben?" in complained
    again = ada.says("pair")
    assert (again.exit_code, "Next: twolamps today" in again.stderr) == (1, True)
