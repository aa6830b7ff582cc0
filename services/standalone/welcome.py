"""What is said when the platform is up? One link, the web app's; of a demo, who its two people are. The rest has no links, so
that nobody has to choose."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.markup import escape
from rich.panel import Panel

from gateway.web.cookie import LOOPBACK
from standalone.databases import kept_in
from standalone.demo_couple.people import NOOR, SAM
from twolamps_chassis.settings import Settings

ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""A host that means every address of this machine, and one of them."""
NAMES = ("127.0.0.1", "localhost")
"""Two names of one address: a browser keeps the cookies of each apart."""

NEXT_LINE = f"\n{' ' * 15}"
"""Where a fact of the panel goes on."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where a platform of one process listens."""

    http: int
    grpc: int
    admin: int


def host_of(settings: Settings) -> str:
    """The host under which this machine reaches its own platform, as it stands in a URL."""
    host = _one_host(settings)
    return f"[{host}]" if ":" in host else host


def welcome(settings: Settings, ports: Ports, *, demo: bool = False) -> Panel:
    """The panel that a start ends with."""
    host = host_of(settings)
    url = f"http://{host}:{ports.http}"
    lines = [f"[bold]Twolamps is up.[/bold] Open [bold]{escape(_web_app(settings, url))}[/bold]\n"]
    lines += _two_people(settings) if demo else []
    if not settings.web_origins and _one_host(settings) not in LOOPBACK:
        lines.append("On this address the web app cannot sign in: it needs HTTPS, see docs/phone.md\n")
    rest = (
        "API            the same address, /docs",
        f"gRPC           {host}:{ports.grpc}",
        f"Operators      .venv/bin/twolamps status   (port {ports.admin})",
        f"Kept in        {NEXT_LINE.join(map(str, kept_in(settings)))}\n",
        *(() if demo else ("A couple to look at: make run DEMO=1",)),
        "Every promise, played step by step: make demo",
        "Ctrl-C stops the platform; the next start goes on where it was.",
    )
    return Panel(
        "\n".join([*lines, *(f"[dim]{escape(line)}[/dim]" for line in rest)]), expand=False, border_style="yellow"
    )


def _one_host(settings: Settings) -> str:
    return ANY.get(settings.host, settings.host)


def _web_app(settings: Settings, url: str) -> str:
    """Where the web app is opened: under the first origin that the operator names, else under this machine's address."""
    return f"{next(iter(settings.web_origins), url)}/"


def _two_people(settings: Settings) -> Sequence[str]:
    """Their mails and passwords, and how one browser can be both."""
    both = "127.0.0.1 and localhost keep their cookies apart: with one at each, one browser can be both."
    if settings.web_origins or _one_host(settings) not in NAMES:
        both = "To be both at once, take two browsers, or a private window for one of them."
    return [
        *(f"{who.name:<5} {who.mail:<17} [bold]{who.password}[/bold]" for who in (NOOR, SAM)),
        f"{both}\nEverybody knows these passwords; they are for this demo alone.\n",
    ]
