"""Where does the command line keep what outlives it? In the person's own folder for settings, readable by them alone.

Promises: one session an address, in a file of mode 0600; the address that was signed in to last is the one that is meant
when none is named; words that could not be sealed stay where nobody else reads them.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlsplit

from standalone.person.voice import Unmet
from twolamps_client import TokenFile

USUAL_URL = "http://127.0.0.1:8400"


class NoAddress(Unmet):
    """Something that is no address of a platform."""


def folder() -> Path:
    """$XDG_CONFIG_HOME/twolamps, else ~/.config/twolamps; made where it is missing."""
    named = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    place = (named if named.is_absolute() else Path.home() / ".config") / "twolamps"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def whole_url(given: str) -> str:
    """An address as it is kept; without one the last that was signed in to. Raises NoAddress."""
    url = (given or _last_url()).rstrip("/")
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if not fits:
        raise NoAddress(f"{url} is no address of a platform. Write it whole, such as {USUAL_URL}.")
    return url


def token_file(url: str) -> TokenFile:
    """The session at an address."""
    return TokenFile(folder() / f"{quote(url, safe='')}.session")


def remember(url: str) -> None:
    """From now on this address is meant when none is named."""
    (folder() / "address").write_text(url + "\n")


def draft(person_id: str, prompt_id: str) -> Path:
    """The file in which a person's answer to a prompt is written, in a folder of its own for what an editor leaves beside
    it: two partners may use one machine, and their prompts are the same."""
    place = folder() / "drafts" / person_id / prompt_id
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place / "answer.txt"


def forget_draft(person_id: str, prompt_id: str = "") -> None:
    """What was written is sealed, or nothing was written; without a prompt, nothing of this person stays."""
    mine = folder() / "drafts" / person_id
    shutil.rmtree(mine / prompt_id, ignore_errors=True)
    with suppress(OSError):  # others of this person's are still there, or none was
        mine.rmdir()


def _last_url() -> str:
    try:
        return (folder() / "address").read_text().strip() or USUAL_URL
    except FileNotFoundError:
        return USUAL_URL
