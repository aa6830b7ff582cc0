"""With which settings does a demo run? A data folder and a clock of its own, and on this machine alone.

Promises: a demo never reaches what another platform keeps; its passwords are known to everybody, so whoever lets it listen
beyond loopback says so.
"""

from ipaddress import ip_address
from pathlib import Path

from standalone.demo_couple.folder import CLOCK
from twolamps_chassis.settings import Settings

DATA = Path(".twolamps-demo")
FOREIGN = ("postgres", "kafka", "redis", "peers", "keys", "clock_file")
"""What would lead a demo to the data of another platform, or its clock."""
BEYOND = "--beyond-this-machine"


class DemoRefused(Exception):
    """A demo cannot be run with these settings; the text says which."""


def demo_settings(given: Settings, *, beyond_loopback: bool) -> Settings:
    """The settings of a demo. Raises DemoRefused."""
    named = given.model_fields_set
    if foreign := [f"TWOLAMPS_{name.upper()}" for name in FOREIGN if name in named]:
        raise DemoRefused(f"A demo has all of its own: unset {', '.join(foreign)}.")
    if "env" in named and given.env == "production":
        raise DemoRefused("TWOLAMPS_ENV says production, and a demo moves the clock: unset it.")
    hosts = {"TWOLAMPS_HOST": given.host, "TWOLAMPS_ADMIN_HOST": given.admin_host}
    if not beyond_loopback and (open_ := [f"{name} ({host})" for name, host in hosts.items() if not _is_own(host)]):
        raise DemoRefused(
            f"Everybody knows the passwords of a demo, so it listens on this machine alone: unset {', '.join(open_)}. "
            f"Where whoever reaches that address may be Noor and Sam: twolamps up --demo {BEYOND}"
        )
    data = given.data if "data" in named else DATA
    told = given.log_level if "log_level" in named else "warning"
    return given.model_copy(update={"env": "demo", "data": data, "clock_file": data / CLOCK, "log_level": told})


def _is_own(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
