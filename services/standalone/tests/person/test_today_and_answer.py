"""Are answers sealed from the command line, without a word of them where others look?"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from standalone.tests.person.conftest import Someone

EDITOR = """#!/bin/sh
cp "$1" "$SEEN.before"
{ printf '%s\\n' "$WORDS"; sed -n '/^------/,$p' "$SEEN.before"; } > "$1"
cat /proc/[0-9]*/cmdline | tr '\\0' ' ' > "$SEEN.processes"
stat -c '%a' "$1" "${1%/*}" > "$SEEN.modes"
"""


def today(person: Someone) -> Any:
    told = person.says("today", "--json")
    assert told.exit_code == 0, told.stderr
    return json.loads(told.stdout)


def states(person: Someone) -> list[str]:
    return [prompt["state"].removeprefix("PROMPT_STATE_") for prompt in today(person)["prompts"]]


def test_both_answer_and_both_read(couple: tuple[Someone, Someone]) -> None:
    ada, ben = couple
    shown = ada.says("today").stdout
    assert "with Ben" in shown
    assert all(prompt["text"] in shown for prompt in today(ada)["prompts"])
    sealed = ada.says("answer", typed="The \x1b[31mlighthouse\n")
    assert sealed.stdout.startswith("Sealed. It opens when both of you have answered")
    assert (states(ada)[0], states(ben)[0]) == ("SEALED", "OPEN")
    assert "your answer is sealed" in ada.says("today").stdout
    assert "lighthouse" not in ben.says("today").stdout
    opened = ben.says("answer", "1", "--text", "The harbour")
    assert "Ada: The \N{REPLACEMENT CHARACTER}[31mlighthouse" in opened.stdout
    assert "You: The harbour" in opened.stdout
    assert "Ben: The harbour" in ada.says("today").stdout
    again = ada.says("answer", typed="Another")
    assert (again.exit_code, "its answer stands" in again.stderr) == (1, True)


def test_words_come_from_an_editor_and_are_kept_until_they_are_sealed(
    couple: tuple[Someone, Someone], tmp_path: Path
) -> None:
    ada, _ = couple
    script, seen = tmp_path / "editor", tmp_path / "seen"
    script.write_text(EDITOR)
    script.chmod(0o700)
    question = today(ada)["prompts"][1]["text"]
    code, said, complained = edited(ada, str(script), seen, "lampoil " * 600)
    assert (code, "the next twolamps answer opens it again" in said, "text: " in complained) == (1, True, True)
    assert question in (tmp_path / "seen.before").read_text()
    code, said, complained = edited(ada, f"{script} ", seen, "Lampoil, again.", "--leave-light")
    assert (code, complained) == (0, "")
    assert "lampoil lampoil" in (tmp_path / "seen.before").read_text()
    prompt = today(ada)["prompts"][1]
    assert (prompt["state"], prompt["myAnswer"]) == ("PROMPT_STATE_SEALED", "Lampoil, again.")
    assert prompt["lightLeftByMe"]
    assert "ampoil" not in (tmp_path / "seen.processes").read_text()
    assert (tmp_path / "seen.modes").read_text().split() == ["600", "700"]
    assert list(ada.folder.rglob("drafts/*")) == []


def edited(person: Someone, editor: str, seen: Path, words: str, *more: str) -> tuple[int, str, str]:
    """Answer the second prompt on a terminal, in an editor that writes these words."""
    here, there = os.openpty()
    try:
        given = {"EDITOR": editor, "VISUAL": "", "SEEN": str(seen), "WORDS": words}
        with person.starts("answer", "2", *more, stdin=there, **given) as command:
            return command.ends()
    finally:
        os.close(here)
        os.close(there)


def test_a_light_stays_until_it_is_taken_back(couple: tuple[Someone, Someone]) -> None:
    ada, ben = couple
    for more, there in (("--leave-light", True), ("", True), ("--no-light", False)):
        assert ada.says("answer", "3", *filter(None, [more]), typed="Words").exit_code == 0
        assert today(ada)["prompts"][2]["lightLeftByMe"] is there
        assert today(ben)["prompts"][2]["lightLeftByPartner"] is there
        assert ("Ada left you something" in ben.says("today").stdout.partition("\n3 ")[2]) is there


@pytest.mark.parametrize(("words", "typed", "told"), [
    (["answer", "3"], " \n", "Nothing was written"),
    (["answer", "4"], "Words", "There is no such prompt today. Next: twolamps today"),
])  # fmt: skip
def test_what_cannot_be_sealed_is_told(
    couple: tuple[Someone, Someone], words: list[str], typed: str, told: str
) -> None:
    said = couple[0].says(*words, typed=typed)
    assert (said.exit_code != 0, told in said.stderr) == (True, True)
