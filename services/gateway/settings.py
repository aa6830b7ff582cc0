"""What can be set at the edge? Where it listens, who may call it from a browser, and its limits.

Promises: a number that no operator sets has its one place here; a flood limit that cannot be read stops the start.
"""

from dataclasses import dataclass
from datetime import timedelta

from limits import parse


@dataclass(frozen=True, slots=True)
class EdgeSettings:
    """Settings of the gateway. What an operator can set is given by whoever starts it."""

    host: str
    port: int
    flood_limit: str
    """Requests an address (IPv6: its /64 network) may make, as `limits` reads it."""
    cors_origins: tuple[str, ...] = ()
    """Origins of browser apps that may call the API; none unless named."""
    web_origins: tuple[str, ...] = ()
    """Origins that the web app is opened under; unless named, this machine's own addresses alone."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses of reverse proxies whose X-Forwarded-For is believed; none unless named."""
    deadline: timedelta = timedelta(seconds=10)
    """How long a service may take to answer, and a client to send its body."""
    body_bytes: int = 64 * 1024
    """The largest request body."""

    def __post_init__(self) -> None:
        """Raises ValueError for a flood limit that cannot be read."""
        parse(self.flood_limit)
