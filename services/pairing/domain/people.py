"""What does Twolamps know of a person? A mail, what the partner sees, and where they are.

Promises: two spellings of one mail are one; a name is one line of visible text that turns no text round it; a zone is one of
the IANA database, the same on every machine.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from uuid import UUID

from pairing.domain.errors import NameUnreadable, UnknownZone

VISIBLE = frozenset("LNPS")
"""Unicode's letters, numbers, punctuation and symbols; not its spaces, marks and formats, which may show nothing."""
BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\U0001d159")
"""Letters and symbols by their category that show nothing: fillers of Hangul, the Braille cell without dots, a null note head."""
BREAKS = frozenset(("Cc", "Zl", "Zp"))
TURNS = frozenset(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))
"""The explicit controls of Unicode's bidirectional algorithm: a name with one may mirror the sentence it stands in."""


@dataclass(frozen=True, slots=True)
class Me:
    """A person's own profile. `zone` is an IANA name, `locale` a BCP 47 tag."""

    person_id: UUID
    mail: str
    display_name: str
    pronouns: str
    zone: str
    locale: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OtherSide:
    """What one sees of the other."""

    display_name: str
    pronouns: str


def normal_mail(mail: str) -> str:
    """The spelling under which a mail is looked up: NFKC, case-folded, trimmed."""
    return unicodedata.normalize("NFKC", mail).casefold().strip()


def checked_name(text: str) -> str:
    """A display name, trimmed and NFC. Raises NameUnreadable."""
    name = checked_line(text, "display_name")
    if not name:
        raise NameUnreadable("display_name")
    return name


def checked_line(text: str, field: str) -> str:
    """One line of text that is empty or visible, without bidi controls, trimmed and NFC. Raises NameUnreadable naming `field`."""
    line = unicodedata.normalize("NFC", text).strip()
    if any(unicodedata.category(each) in BREAKS or unicodedata.bidirectional(each) in TURNS for each in line):
        raise NameUnreadable(field)
    if line and not any(unicodedata.category(each)[0] in VISIBLE and each not in BLANK for each in line):
        raise NameUnreadable(field)
    return line


def checked_zone(name: str, field: str = "zone") -> str:
    """An IANA zone name. Raises UnknownZone naming `field`."""
    if name not in _zones():
        raise UnknownZone(field)
    return name


@cache
def _zones() -> frozenset[str]:
    # The package's own list: a machine's folder of zone files also holds right/, posix/ and localtime.
    return frozenset(files("tzdata").joinpath("zones").read_text("ascii").split()) - {"Factory"}
