"""Is every screen open to everybody, in every state? As axe, a narrow window, a desk and a design with one act see it."""

import pytest
from playwright.async_api import Browser, Page

from tests.platform_process import RunningPlatform
from tests.web.browser import DESK, NARROW, PHONE, new_device
from tests.web.examine import (
    CONTRAST,
    barriers,
    drawn,
    filled_buttons,
    not_marked,
    overflowing,
    small_targets,
    with_axe,
)
from tests.web.walks import WALKS

PSEUDO = "en-XA"


async def wrong(page: Page) -> list[str]:
    """What a look from all sides finds: on a phone in the light and in the dark, in a narrow window, at a desk."""
    found = {"barrier": await barriers(page), "lower than 44 pixels": await small_targets(page)}
    amber = await filled_buttons(page)
    found["more than one amber act"] = amber if len(amber) > 1 else []
    await page.emulate_media(color_scheme="dark")
    await drawn(page)
    found["barrier in the dark"] = await barriers(page, CONTRAST)  # nothing else of what axe sees has a colour
    await page.emulate_media(color_scheme="light")
    await resize(page, NARROW)
    found["scrolls sideways at 320 pixels"] = await overflowing(page)
    await resize(page, DESK)
    found["scrolls sideways at a desk"] = await overflowing(page)
    found["barrier at a desk"] = await barriers(page)
    await resize(page, PHONE)
    return [f"{kind}: {each}" for kind, all_of_it in found.items() for each in all_of_it]


async def resize(page: Page, size: tuple[int, int]) -> None:
    """Give the window another size, and wait until that is seen."""
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    await drawn(page)


@pytest.mark.parametrize("walk", WALKS)
async def test_every_stop_is_open_to_everybody_at_every_size_and_has_one_amber_act_at_most(
    browser: Browser, platform: RunningPlatform, walk: str
) -> None:
    device = await new_device(browser, platform, still=True)
    found: list[str] = []
    await with_axe(device.context)
    async for stop in WALKS[walk](device, platform, []):
        found += [f"{stop}: {each}" for each in await wrong(device.page)]
    await device.context.close()
    assert not found, "\n".join(found)
    assert device.faults == []


@pytest.mark.parametrize("walk", WALKS)
async def test_every_word_comes_from_the_words(browser: Browser, platform: RunningPlatform, walk: str) -> None:
    device = await new_device(browser, platform, locale=PSEUDO)
    own: list[str] = []
    found: list[str] = []
    async for stop in WALKS[walk](device, platform, own):
        found += [f"{stop}: {said}" for said in await not_marked(device.page, own)]
    await device.context.close()
    assert not found, "\n".join(found)
