"""How does the app look? Every screen and state, on a phone and on a desk, in the light and in the dark.

python -m tests.web.screenshots: a scripted couple lives on a platform of its own; pictures and a contact sheet, index.html,
are written to build/screenshots, over those that were there. A picture is as long as its page.
"""

import asyncio
import html
import re
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.platform_process import PlatformProcess, RunningPlatform
from tests.web.browser import DESK, HOW_TO_GET_CHROMIUM, PHONE, find_chromium, new_device, opened
from tests.web.examine import drawn
from tests.web.walks import WALKS, halfway

FOLDER = Path(__file__).parents[2] / "build" / "screenshots"
SIZES = {"phone": PHONE, "desk": DESK}
COLOURS = ("light", "dark")
ABOUT = 65  # stops of all walks, for the bar
SHEET = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Twolamps: every screen</title><style>
body { margin: 24px; font: 15px/1.4 system-ui, sans-serif; color: #17202f; background: #dfe7f0; }
figure { margin: 0 0 36px; } figcaption { margin-bottom: 8px; font-weight: 600; }
.row { display: flex; flex-wrap: wrap; gap: 14px; align-items: flex-start; }
img[src*=phone] { width: 195px; } img[src*=desk] { width: 640px; }
img { border-radius: 10px; box-shadow: 0 2px 12px rgb(23 32 47 / 25%%); }
</style></head><body><h1>Every screen and state</h1>
%s
</body></html>
"""


async def shoot(page: Page, name: str) -> list[str]:
    """The page from all sides; the names of the files."""
    files = []
    for size, (width, height) in SIZES.items():
        await page.set_viewport_size({"width": width, "height": height})
        await drawn(page)
        whole = await page.evaluate("document.documentElement.scrollHeight")
        await page.set_viewport_size({"width": width, "height": max(height, whole)})  # so that the tabs cover nothing
        for colour in COLOURS:
            await page.emulate_media(color_scheme="dark" if colour == "dark" else "light")
            await drawn(page)
            files.append(f"{name}-{size}-{colour}.png")
            await page.screenshot(path=FOLDER / files[-1])
    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    return files


async def walk_through(browser: Browser, platform: RunningPlatform, progress: Progress) -> list[tuple[str, list[str]]]:
    """All walks with a camera: what is on the pictures, and their files."""
    bar, taken = progress.add_task("", total=ABOUT), list[tuple[str, list[str]]]()
    for name, walk in {**WALKS, "halfway": halfway}.items():
        device = await new_device(browser, platform, still=True)
        async for stop in walk(device, platform, []):
            progress.update(bar, advance=1, description=stop)
            slug = re.sub("[^a-z0-9]+", "-", stop)
            taken.append((stop, await shoot(device.page, f"{len(taken) + 1:02}-{name}-{slug}")))
        await device.context.close()
    progress.update(bar, total=len(taken), description="done")
    return taken


def contact_sheet(taken: list[tuple[str, list[str]]]) -> str:
    """One page with all pictures."""
    return SHEET % "\n".join(
        f'<figure><figcaption>{html.escape(stop)}</figcaption><div class="row">'
        + "".join(f'<a href="{file}"><img src="{file}" alt="{file}" loading="lazy"></a>' for file in files)
        + "</div></figure>"
        for stop, files in taken
    )


async def main() -> int:
    """Take all pictures on a platform of its own."""
    console = Console()
    if (program := find_chromium()) is None:
        console.print(HOW_TO_GET_CHROMIUM)
        return 1
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    columns = (TextColumn("{task.description:40}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with tempfile.TemporaryDirectory(prefix="twolamps-screenshots-") as folder:
        platform = PlatformProcess(Path(folder))
        console.print("Starting a platform ...")
        platform.start()
        try:
            with Progress(*columns, console=console) as progress:
                async with opened(program) as browser:
                    taken = await walk_through(browser, platform, progress)
        finally:
            platform.stop()
    (FOLDER / "index.html").write_text(contact_sheet(taken))
    console.print(f"{sum(len(files) for _, files in taken)} pictures: {FOLDER / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
