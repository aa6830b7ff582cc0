"""What is in the files, and who may read them?"""

import stat
from pathlib import Path

import pytest

from twolamps.pairing.v1.pairing_pb2 import Tokens
from twolamps_client import FileCursor, TokenFile


def test_only_its_owner_may_read_a_token_file(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    path.write_text("{}")
    path.chmod(0o644)
    TokenFile(path).save(Tokens(refresh_token="secret"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_tokens_come_back_as_they_were_saved(tmp_path: Path) -> None:
    store, tokens = TokenFile(tmp_path / "tokens.json"), Tokens(access_token="a", refresh_token="r", session_id="s")
    tokens.access_expires_at.FromJsonString("2026-01-01T10:00:00Z")
    assert store.load() is None
    store.save(tokens)
    assert store.load() == tokens
    store.save(None)
    assert store.load() is None


def test_a_save_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FileCursor(tmp_path / "cursor")
    assert store.load() == ""
    store.save("c1")

    def full_disk(descriptor: int) -> None:
        raise OSError

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError):  # noqa: PT011
        store.save("c2")
    assert store.load() == "c1"
    assert [path.name for path in tmp_path.iterdir()] == ["cursor"]
