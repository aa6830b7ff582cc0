"""What does the first load cost? What a browser that was never here takes over the wire, against what is promised.

python -m tests.web.weigh: at whichever address, 60 kB of HTML, CSS and JS and 80 kB of fonts at most, as they are
compressed, and a layout that stands still. Ends with 1 where one of them is not kept.
"""

import asyncio
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from playwright.async_api import Browser, Route, expect
from rich.console import Console
from rich.table import Table

from gateway.web import FOLDER, PAGES
from tests.people import PASSWORD, Person
from tests.platform_process import PlatformProcess, RunningPlatform
from tests.web.acts import settled
from tests.web.browser import HOW_TO_GET_CHROMIUM, find_chromium, new_device, opened
from tests.web.couples import somebody
from tests.web.examine import layout_shift

CODE_BYTES, FONT_BYTES, SHIFT = 60_000, 80_000, 0.001
FONT = ".woff2"
OUTSIDE = ("/", "/welcome", "/sign-up", "/sign-in", "/safety")


@dataclass(frozen=True)
class Load:
    """A first load: bytes by path, and how much moved."""

    files: Mapping[str, int]
    shift: float

    @property
    def fonts(self) -> int:
        """Bytes of fonts."""
        return sum(size for path, size in self.files.items() if path.endswith(FONT))

    @property
    def code(self) -> int:
        """Bytes of HTML, CSS and JS."""
        return sum(self.files.values()) - self.fonts

    @property
    def fits(self) -> bool:
        """Whether all is kept."""
        return self.code <= CODE_BYTES and self.fonts <= FONT_BYTES and self.shift < SHIFT


async def first_load(browser: Browser, platform: RunningPlatform, path: str, person: Person | None = None) -> Load:
    """The load of an address by somebody who was never here, signed in where a person is: bytes until its screen is drawn,
    and what moved until all that it shows has come."""
    device, weighed = await new_device(browser, platform), asyncio.Event()

    async def hold(route: Route) -> None:
        """Let it wait: the other screens come after this answer, and are no part of a first load."""
        await weighed.wait()
        await route.continue_()

    try:
        if person is not None:
            body = {"mail": person.mail, "password": PASSWORD, "clientName": "scales"}
            headers = {"origin": platform.url, "x-twolamps": "1"}
            await device.context.request.post("/web/session", data=body, headers=headers)
            await device.page.route("**/v1/couple", hold)
        await device.page.goto(path)
        await expect(device.page.locator(".loading-page")).to_have_count(0)
        await expect(device.page.locator("h1")).to_be_visible()
        await device.page.evaluate("document.fonts.ready.then(() => {})")
        files = {}
        for request in device.requests:
            name = urlsplit(request.url).path
            if name == path or name.endswith((".css", ".js", FONT)):
                files[name] = (await request.sizes())["responseBodySize"]
        weighed.set()
        await settled(device.page)
        return Load(files, (await layout_shift(device.page))[0])
    finally:
        weighed.set()
        await device.page.unroute_all(behavior="wait")
        await device.context.close()


async def first_loads(browser: Browser, platform: RunningPlatform) -> dict[str, Load]:
    """The first load of each address."""
    me = somebody(platform, "Ada")
    return {path: await first_load(browser, platform, path, None if path in OUTSIDE else me) for path in PAGES}


def all_code(platform: RunningPlatform) -> int:
    """Bytes of every script and style sheet: what somebody who is signed in has taken in the end, screen by screen."""
    wire = 0
    with httpx.Client(base_url=platform.url, headers={"accept-encoding": "gzip"}, trust_env=False) as http:
        for file in FOLDER.rglob("*.*"):
            if file.suffix in (".js", ".css") and file != FOLDER / "worker.js":
                with http.stream("GET", f"/app/{file.relative_to(FOLDER)}") as answer:
                    wire += sum(map(len, answer.iter_raw()))
    return wire


def told(loads: Mapping[str, Load], in_all: int) -> Table:
    """The files of the first address, and the sums of all."""
    table = Table("first load of", "HTML, CSS, JS", "fonts", "layout shift")
    for column in table.columns[1:]:
        column.justify = "right"
    for path, size in sorted(loads["/"].files.items(), key=lambda each: -each[1]):
        code, font = ("", f"{size:,}") if path.endswith(FONT) else (f"{size:,}", "")
        table.add_row(f"  {path}", code, font, style="dim")
    for path, load in loads.items():
        marked = "" if load.fits else "red"
        table.add_row(path, f"{load.code:,}", f"{load.fonts:,}", f"{load.shift:.3f}", style=marked)
    table.add_section()
    table.add_row("at most", f"{CODE_BYTES:,}", f"{FONT_BYTES:,}", str(SHIFT))
    table.add_row("all screens, fetched after signing in", f"{in_all:,}", "", "", style="dim")
    return table


async def main() -> int:
    """Weigh the app on a platform of its own."""
    console = Console()
    if (program := find_chromium()) is None:
        console.print(HOW_TO_GET_CHROMIUM)
        return 1
    with tempfile.TemporaryDirectory(prefix="twolamps-weigh-") as folder:
        platform = PlatformProcess(Path(folder))
        platform.start()
        try:
            async with opened(program) as browser:
                loads = await first_loads(browser, platform)
            in_all = all_code(platform)
        finally:
            platform.stop()
    console.print(told(loads, in_all))
    return 0 if all(load.fits for load in loads.values()) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
