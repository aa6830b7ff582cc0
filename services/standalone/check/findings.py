"""What does a look at one thing find? That it is as it has to be, or what is wrong and what to do next."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Finding:
    """One line for an operator; without a next step all is well. Never holds a secret."""

    what: str
    following: str = ""

    @property
    def wrong(self) -> bool:
        """Whether somebody has to do something."""
        return bool(self.following)


def shown(url: str) -> str:
    """Where a URL leads, as an operator may see it: without login, password and options."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or parse_qs(parts.query).get("host", [""])[0] or "this machine"
        return f"{host}{f':{parts.port}' if parts.port else ''}{parts.path}"
    except ValueError:
        return "a URL that cannot be read"
