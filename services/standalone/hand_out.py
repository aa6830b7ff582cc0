"""What does each role of a platform get to keep? A folder with its own keys, everybody's public ones and its own URLs.

Promises: a role finds no other's private key and no other's login; what lies there stays, so a second run rotates
nothing; a file is there whole or not at all. For `twolamps run`, settings name these files: TWOLAMPS_KEYS is the folder,
TWOLAMPS_DATABASE_FILE and TWOLAMPS_KEY_DATABASE_FILE the two URLs in it.
"""

from collections.abc import Mapping
from pathlib import Path

from standalone.databases import DATABASE, KEYS, Databases
from standalone.roles import ROLES
from twolamps_chassis.auth import write_whole

PRIVATE: Mapping[str, tuple[str, ...]] = {
    "gateway": ("gateway.json",),
    **{role: (f"{role}.json", "wrapping.key") for role in ROLES},
    "pairing": ("token.json", "pairing.json", "mail-hash.key", "wrapping.key"),
}
"""The private keys that each role works with."""


class HandedOutOtherwise(Exception):
    """What was handed out before is of another keys folder."""


def hand_out(databases: Databases, keys: Path, folder: Path) -> None:
    """Write <folder>/<role>/ for every role and the gateway, from a keys folder; raises HandedOutOtherwise or OSError."""
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    for role, names in PRIVATE.items():
        own = folder / role
        for part in (own, own / "private", own / "public"):
            part.mkdir(mode=0o700, exist_ok=True)
        for name in names:
            _copy(keys / "private" / name, own / "private" / name, 0o600)
        for public in sorted((keys / "public").glob("*.json")):
            _copy(public, own / "public" / public.name, 0o644)
        if role in ROLES:
            write_whole(own / "database", databases.dsn(role, DATABASE), 0o600)
            write_whole(own / "key_database", databases.dsn(role, KEYS), 0o600)


def _copy(source: Path, target: Path, mode: int) -> None:
    content = source.read_bytes()
    if not target.exists():
        write_whole(target, content, mode)
    elif target.read_bytes() != content:
        raise HandedOutOtherwise(f"{target} is not the key in {source.parent}: put the right keys folder back.")
