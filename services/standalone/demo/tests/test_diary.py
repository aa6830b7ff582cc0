"""Does a diary hold each event once, wherever its writer was killed?"""

from pathlib import Path

import pytest

from standalone.demo.diary import Diary
from twolamps.notifications.v1.notifications_pb2 import OP_ADDED, Item
from twolamps_client import Change, Ready


def change(number: int) -> Change:
    return Change(f"cursor-{number}", OP_ADDED, Item(id=f"item-{number}", kind="invite_created"))


def test_a_fresh_diary_starts_from_now(tmp_path: Path) -> None:
    diary = Diary(tmp_path / "diary")
    assert (diary.load(), list(diary.lines())) == ("", [])


def test_it_goes_on_behind_the_last_event(tmp_path: Path) -> None:
    diary = Diary(tmp_path / "diary")
    for event in (Ready("cursor-0"), change(1), change(2)):
        diary.write(event)
    assert Diary(tmp_path / "diary").load() == "cursor-2"
    assert [line.what for line in diary.lines()] == ["ready", "added", "added"]


@pytest.mark.parametrize("torn_at", [1, 7, -1])
@pytest.mark.parametrize("whole_lines", [0, 1, 2])
def test_an_event_cut_off_while_written_was_not_handled(tmp_path: Path, torn_at: int, whole_lines: int) -> None:
    diary = Diary(tmp_path / "diary")
    for number in range(whole_lines + 1):
        diary.write(change(number))
    lines = diary.path.read_bytes().splitlines(keepends=True)
    diary.path.write_bytes(b"".join(lines[:-1]) + lines[-1][:torn_at])
    expected = f"cursor-{whole_lines - 1}" if whole_lines else ""
    assert diary.load() == expected
    diary.write(change(whole_lines))
    assert [line.id for line in diary.lines()] == [f"item-{number}" for number in range(whole_lines + 1)]
