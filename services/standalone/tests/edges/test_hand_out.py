"""What does each role of a platform get to keep? Its own keys and URLs, once, and nothing of another's."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from standalone.databases import Databases
from standalone.hand_out import HandedOutOtherwise, hand_out
from standalone.roles import ROLES
from twolamps_chassis.auth import Signer, Verifier, make_keys

COMMAND = Path(sys.executable).with_name("twolamps")


def on_a_server(wrapping_key: Path, host: str = "database") -> Databases:
    return Databases(
        lambda name: f"postgresql://root@{host}/{name}",
        lambda login, name: f"postgresql://{login}:word@{host}/{name}",
        wrapping_key,
    )


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    make_keys(tmp_path / "keys", [*ROLES, "gateway"])
    return tmp_path / "keys"


def test_every_role_gets_its_own_keys_and_urls_and_no_others(keys: Path, tmp_path: Path) -> None:
    hand_out(on_a_server(keys), keys, tmp_path / "out")
    private = {
        role: {file.name for file in (tmp_path / "out" / role / "private").iterdir()}
        for role in os.listdir(tmp_path / "out")
    }
    assert private == {
        "pairing": {"token.json", "pairing.json", "mail-hash.key", "wrapping.key"},
        "prompts": {"prompts.json", "wrapping.key"},
        "scheduling": {"scheduling.json", "wrapping.key"},
        "notifications": {"notifications.json", "wrapping.key"},
        "gateway": {"gateway.json"},
    }  # fmt: skip
    prompts = tmp_path / "out" / "prompts"
    assert (prompts / "database").read_text() == "postgresql://twolamps_prompts:word@database/twolamps"
    assert (prompts / "key_database").read_text() == "postgresql://twolamps_prompts:word@database/twolamps_keys"
    assert not (tmp_path / "out" / "gateway" / "database").exists()
    token = Signer(tmp_path / "out" / "gateway" / "private" / "gateway.json").service_token("gateway")
    assert Verifier(prompts / "public").service(token).service == "gateway"


def test_what_is_secret_is_readable_by_its_owner_only(keys: Path, tmp_path: Path) -> None:
    hand_out(on_a_server(keys), keys, tmp_path / "out")
    secret = [*(tmp_path / "out").glob("*/private/*"), *(tmp_path / "out").glob("*/*database")]
    assert len(secret) == 11 + 8
    assert {file.stat().st_mode & 0o777 for file in secret} == {0o600}


def test_a_second_time_rotates_nothing_and_follows_a_server_that_moved(keys: Path, tmp_path: Path) -> None:
    hand_out(on_a_server(keys), keys, tmp_path / "out")
    before = {file: file.read_bytes() for file in (tmp_path / "out").glob("*/p*/*")}
    hand_out(on_a_server(keys, "elsewhere"), keys, tmp_path / "out")
    assert {file: file.read_bytes() for file in (tmp_path / "out").glob("*/p*/*")} == before
    assert "elsewhere" in (tmp_path / "out" / "pairing" / "database").read_text()


def test_another_keys_folder_is_refused(keys: Path, tmp_path: Path) -> None:
    hand_out(on_a_server(keys), keys, tmp_path / "out")
    make_keys(tmp_path / "others", [*ROLES, "gateway"])
    with pytest.raises(HandedOutOtherwise, match=r"gateway\.json"):
        hand_out(on_a_server(keys), tmp_path / "others", tmp_path / "out")


def test_without_a_server_of_its_own_a_platform_hands_nothing_out(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("TWOLAMPS_")}
    done = subprocess.run(
        [COMMAND, "migrate", "--hand-out", tmp_path / "out"],
        env=env | {"TWOLAMPS_DATA": str(tmp_path / "data")}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "TWOLAMPS_POSTGRES" in done.stderr
    assert not (tmp_path / "out").exists()
