"""Which browser shows the app to tests? A Chromium of this machine, headless; each visitor has a context of their own in it.

Promises: what a page loads, says on its console and breaks on is kept, so that a test can ask; a visitor's clock is the
platform's, wherever that was moved.
"""

import os
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from playwright.async_api import Browser, BrowserContext, Page, Request, async_playwright, expect

from tests.platform_process import RunningPlatform
from twolamps_testkit.stage import eventually

HOW_TO_GET_CHROMIUM = "needs Chromium: install it (Debian: apt install chromium), or name one in TWOLAMPS_TEST_CHROMIUM"
PATIENCE_MS = 30_000  # where others work on the same two cores
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PHONE, DESK, NARROW = (390, 844), (1280, 820), (320, 640)
ZONES = (
    "Pacific/Auckland", "Australia/Brisbane", "Asia/Tokyo", "Asia/Manila", "Asia/Bangkok", "Asia/Dhaka", "Asia/Karachi",
    "Asia/Dubai", "Africa/Nairobi", "Africa/Johannesburg", "Africa/Lagos", "Africa/Accra", "Atlantic/Cape_Verde",
    "America/Noronha", "America/Sao_Paulo", "America/Puerto_Rico", "America/Bogota", "America/Costa_Rica", "America/Phoenix",
    "America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu", "Pacific/Pago_Pago",
)  # fmt: skip
"""One for about every hour, so that it is always noon somewhere."""
HARMLESS = ("Failed to load resource", "Service Worker registration blocked by Playwright")
expect.set_options(timeout=PATIENCE_MS)
CLOCK = """
(() => {
  let ahead = 0;
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(Real.now() + ahead); }
    static now() { return Real.now() + ahead; }
  };
  globalThis.setAhead = (given) => { ahead = given; };
})();
"""
SHIFTS = """
globalThis.shifts = [];
new PerformanceObserver((list) => {
  const named = ({ node, previousRect, currentRect }) =>
    `${(node?.outerHTML ?? node?.data ?? "").slice(0, 70)} from ${previousRect.top} to ${currentRect.top}`;
  for (const { hadRecentInput, value, sources } of list.getEntries())
    if (!hadRecentInput) shifts.push({ value, moved: sources.map(named) });
}).observe({ type: "layout-shift", buffered: true });
"""

LIVE = """async () => {
  const { me } = await (await fetch("/v1/me")).json();
  const channel = new BroadcastChannel("twolamps");
  await new Promise((live) => {
    channel.onmessage = ({ data }) => data.connection === "live" && live();
    channel.postMessage({ ask: "connection", person: me.personId });
  });
  channel.close();
}"""
"""Wait until a page says, as pages do to one another, that its stream is live."""


def find_chromium() -> str | None:
    """The program, if there is one."""
    named = os.environ.get("TWOLAMPS_TEST_CHROMIUM")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


@asynccontextmanager
async def opened(program: str) -> AsyncIterator[Browser]:
    """The browser, running."""
    given = ["--disable-gpu"]  # one that is played by the processor costs more than none
    if os.geteuid() == 0:
        given.append("--no-sandbox")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=given)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass(eq=False)
class Device:
    """Somebody's browser with the app in it: its context, its first page, and what all its pages did."""

    context: BrowserContext
    page: Page
    requests: list[Request] = field(default_factory=list)
    over: list[Request] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def asked(self, path: str, method: str = "GET") -> list[Request]:
        """The requests to a path, oldest first."""
        return [each for each in self.requests if urlsplit(each.url).path.endswith(path) and each.method == method]

    @property
    def streams(self) -> list[Request]:
        """The event streams that were opened and have not ended."""
        return [request for request in self.asked("/v1/inbox/stream") if request not in self.over]

    async def listens(self, count: int) -> None:
        """Wait until it has so many event streams."""

        async def is_so() -> bool:
            return len(self.streams) == count

        await eventually(is_so)

    async def goes_offline(self) -> None:
        """Cut the connection once the stream is live: Chromium still lets in what was about to come."""
        await self.page.evaluate(LIVE)
        await self.context.set_offline(True)

    async def another_tab(self, path: str) -> Page:
        """A second page of the same browser."""
        page = await self.context.new_page()
        await page.goto(path)
        return page

    async def follow(self, platform: RunningPlatform) -> None:
        """Let its clock be the platform's, which was moved: of open pages and of those to come."""
        await self.context.add_init_script(f"setAhead({platform.ahead_s * 1000})")
        for page in self.context.pages:
            await page.evaluate("(ahead) => globalThis.setAhead?.(ahead)", platform.ahead_s * 1000)


Open = Callable[..., Coroutine[Any, Any, Device]]
"""Makes a browser of its own, as `new_device` does with a browser and a platform."""


async def new_device(
    browser: Browser,
    platform: RunningPlatform,
    *,
    size: tuple[int, int] = PHONE,
    dark: bool = False,
    still: bool = False,
    locale: str = "en-GB",
    zone: str | None = None,
    worker: bool = False,
) -> Device:
    """A browser of its own, without a page loaded; `still` asks for less motion, `worker` lets the service worker work."""
    context = await browser.new_context(
        base_url=platform.url,
        viewport={"width": size[0], "height": size[1]},
        has_touch=size != DESK,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce" if still else "no-preference",
        locale=locale,
        timezone_id=zone or midday_zone(platform),
        service_workers="allow" if worker else "block",
    )
    context.set_default_timeout(PATIENCE_MS)
    await context.add_init_script(CLOCK)
    await context.add_init_script(SHIFTS)
    device = Device(context, await context.new_page())
    await device.follow(platform)
    context.on("request", lambda request: device.requests.append(request))
    for event in ("requestfinished", "requestfailed"):
        context.on(event, lambda request: device.over.append(request))
    context.on("weberror", lambda fault: device.faults.append(str(fault.error)))
    context.on("console", lambda said: _hear(device, said.type, said.text))
    return device


def midday_zone(platform: RunningPlatform) -> str:
    """A zone with a city in which it is about noon, so that no day ends while a test runs."""
    now = datetime.now(UTC) + timedelta(seconds=platform.ahead_s)
    return min(ZONES, key=lambda zone: abs(now.astimezone(ZoneInfo(zone)).hour + now.minute / 60 - 12))


def _hear(device: Device, kind: str, text: str) -> None:
    """Keep what is a fault of the page: an answer that is an error is said on the console too."""
    if kind in ("error", "warning") and not any(harmless in text for harmless in HARMLESS):
        device.faults.append(text)
