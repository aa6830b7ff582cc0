"""How does a browser carry its secret? In one cookie that scripts cannot read and other sites cannot send.

`__Host-` ties it to this host, to HTTPS (or loopback, which browsers trust alike) and to the whole site (RFC 6265bis 4.1.3).
"""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from gateway.problems import refused

NAME = "__Host-twolamps"
ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Strict"
LASTS_S = 90 * 24 * 3600
"""As long as pairing keeps an unused session."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SECRET = re.compile(r"[A-Za-z0-9_-]{20,200}")


def read_secret(headers: Headers) -> str | None:
    """The secret that a request carries; None where there is none that could be one, or two that differ.

    Read as RFC 6265 5.4 writes it, at semicolons alone: another cookie of this host, which any of its ports can set, must
    neither hide ours nor pass for it.
    """
    pairs = (pair.strip().partition("=") for line in headers.getlist("cookie") for pair in line.split(";"))
    found = {value for name, _, value in pairs if name == NAME}
    secret = found.pop() if len(found) == 1 else ""
    return secret if _SECRET.fullmatch(secret) else None


def keep(secret: str) -> str:
    """The `Set-Cookie` that gives a browser its secret."""
    return f"{NAME}={secret}; Max-Age={LASTS_S}; {ATTRIBUTES}"


FORGET = f"{NAME}=; Max-Age=0; {ATTRIBUTES}"
"""The `Set-Cookie` that takes it away."""


def check_own_page(headers: Headers, origins: Sequence[str]) -> None:
    """A write by cookie comes from a page of ours: raises Problem `not_our_page`.

    Without `origins` it is the page of this very address, and the address is this machine's own.
    """
    origin = headers.get("origin", "")
    own = origin == f"http://{headers.get('host', '')}" and _is_loopback(origin)
    if headers.get("x-twolamps") != "1" or not (origin in origins if origins else own):
        raise refused("not_our_page")


def _is_loopback(origin: str) -> bool:
    try:
        return urlsplit(origin).hostname in LOOPBACK
    except ValueError:
        return False
