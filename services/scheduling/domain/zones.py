"""Which time zones does Twolamps know?

Promise: those of the IANA database by their own names, the same on every machine.
"""

from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from scheduling.domain.errors import UnknownZone


def known_zone(name: str) -> ZoneInfo:
    """The zone of an IANA name such as Europe/Berlin. Raises UnknownZone."""
    if name not in _names():
        raise UnknownZone
    return ZoneInfo(name)


@cache
def _names() -> frozenset[str]:
    # Not the machine's own folder: its right/, posix/ and localtime are no IANA names.
    return frozenset(files("tzdata").joinpath("zones").read_text("ascii").split()) - {"Factory"}
