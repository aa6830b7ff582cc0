"""Does this machine have what Twolamps needs? Time zones, room on the disk, open files."""

import resource
import shutil
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from standalone.check.findings import Finding

LEAST_FREE_BYTES = 1 << 30
LEAST_FILES = 4_096


def look_at_machine(folder: Path | None, zone: str = "Europe/Berlin") -> Iterator[Finding]:
    """What is found on this machine; `folder` is where data is, or will be, if any is kept here."""
    try:
        ZoneInfo(zone)
        yield Finding("The time zones are there")
    except ZoneInfoNotFoundError:
        yield Finding("No time zones are installed", "install the system's tzdata, or the Python package tzdata")
    if folder is not None:
        yield _disk(folder.absolute())
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= hard < LEAST_FILES:
        step = "raise the limit of open files (ulimit -Hn, LimitNOFILE, or the container's nofile) to 65536"
        yield Finding(f"At most {hard} files may be open, and each stream of a client is one", step)
    else:
        yield Finding("Enough files may be open")


def _disk(folder: Path) -> Finding:
    place = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(place).free
    if free < LEAST_FREE_BYTES:
        return Finding(f"{free >> 20} MiB are free at {place}", "make room: nothing can be kept on a disk that is full")
    return Finding(f"{free >> 30} GiB are free at {place}")
