"""The keyring: a wrapping key that is not this database's is refused, before anything is written with it."""

from pathlib import Path
from uuid import uuid4

import pytest

from pairing.main import compose
from twolamps_chassis.keyring import Keyring, WrongWrappingKey
from twolamps_testkit.stage import Stage


async def test_another_wrapping_key_does_not_open_a_database_that_holds_keys(stage: Stage, tmp_path: Path) -> None:
    await stage.start(pairing=compose)
    await stage.node.keyring.load([uuid4()])
    other = tmp_path / "other.key"
    other.write_bytes(bytes(32))
    other.chmod(0o600)
    with pytest.raises(WrongWrappingKey, match=r"other\.key"):
        await Keyring.connect(stage._dsn("pairing", "twolamps_keys"), other)
