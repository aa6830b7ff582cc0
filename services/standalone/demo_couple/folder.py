"""Where does the demo keep its data? In a folder of its own, that says whether the three weeks were lived to their end.

Promises: only a folder that a demo made is ever emptied, and only one whose story was cut short; any other is refused.
"""

import json
import shutil
from pathlib import Path

from standalone.databases import make_data_folder
from twolamps_chassis.auth import write_whole
from twolamps_chassis.postgres_server import erase_cluster

MARKER, CLOCK = "demo-couple.json", "clock"


class NotADemo(Exception):
    """The folder holds something that no demo put there."""


def claim(folder: Path) -> bool:
    """Whether the story was lived here; else the folder is ready for it, without what one that was cut short left behind.

    Raises NotADemo, also where the folder does not say whose it is, or PostgresUnavailable where another process is at it.
    """
    marker = folder / MARKER
    if not marker.exists():
        make_data_folder(folder)
        if any(folder.iterdir()):
            raise NotADemo(
                f"{folder} was not made by a demo and stays as it is: name another folder with TWOLAMPS_DATA."
            )
    elif _was_lived(marker):
        return True
    else:
        _empty(folder)
    _write(marker, lived=False)
    return False


def keep(folder: Path) -> None:
    """The story was lived: from now on this folder is never emptied."""
    _write(folder / MARKER, lived=True)


def _was_lived(marker: Path) -> bool:
    try:
        return bool(json.loads(marker.read_text())["lived"])
    except (ValueError, KeyError, TypeError):
        raise NotADemo(
            f"{marker} is damaged: write {json.dumps({'lived': True})} into it to keep what was lived, "
            "or name another folder with TWOLAMPS_DATA."
        ) from None


def _empty(folder: Path) -> None:
    if (folder / "postgres").exists():
        erase_cluster(folder / "postgres")  # refuses while a server runs on it
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry.name != MARKER:
            entry.unlink()


def _write(marker: Path, *, lived: bool) -> None:
    write_whole(marker, json.dumps({"lived": lived}), 0o600)
