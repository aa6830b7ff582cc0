"""What does somebody hear who does not see the screen? The heading that has the focus, then one sentence in one polite region."""

from playwright.async_api import Page, expect

from tests.platform_process import RunningPlatform
from tests.web.acts import button, heading, open_tab, seal, sign_in, words
from tests.web.browser import Open
from tests.web.couples import ANSWERS, just_connected

REGION = "[data-announcer]"
OPENED = "Both answers are open. Sam wrote: {theirs} You wrote: {mine}"


async def is_read_out(page: Page, theirs: str, mine: str) -> None:
    """Assert that an opening is heard: where one is, then what both wrote; and that it can be read again."""
    await expect(heading(page, "Two lights")).to_be_focused()
    await expect(page.locator(REGION)).to_have_text(OPENED.format(theirs=theirs, mine=mine))
    await expect(page.locator(REGION)).to_have_attribute("aria-live", "polite")
    await expect(page.locator(f"{REGION}, [aria-live]")).to_have_count(1)
    read = await page.get_by_role("region").filter(has_text=theirs).aria_snapshot()
    assert read.index("Sam") < read.index(theirs) < read.index("You") < read.index(mine)


async def test_the_reveal_is_heard_by_who_seals_last_and_by_who_waits(device: Open, platform: RunningPlatform) -> None:
    two, mine = just_connected(platform), await device()
    page = mine.page
    two.answer(two.other, 0, ANSWERS["theirs"])
    await sign_in(page, two.me)
    await seal(page, ANSWERS["mine"])
    await is_read_out(page, ANSWERS["theirs"], ANSWERS["mine"])

    await button(page, two.prompts[1]["text"], start=True).click()
    await expect(page.locator("#question")).to_be_focused()
    await seal(page, ANSWERS["sealed"])
    await expect(page.locator(REGION)).to_have_text("Sealed. Your light is on.")
    await expect(page.locator("#question")).to_be_focused()
    two.answer(two.other, 1, ANSWERS["light"])
    await is_read_out(page, ANSWERS["light"], ANSWERS["sealed"])


async def test_what_opens_while_i_write_is_told_and_takes_nothing_from_my_hands(
    device: Open, platform: RunningPlatform
) -> None:
    two, mine = just_connected(platform), await device()
    page, question = mine.page, two.prompts[0]["text"]
    two.answer(two.me, 0, ANSWERS["mine"])
    await sign_in(page, two.me)
    await button(page, two.prompts[1]["text"], start=True).click()
    writing = page.get_by_role("article").get_by_role("textbox")
    await writing.press_sequentially("Somewhere")
    two.answer(two.other, 0, ANSWERS["theirs"])
    await expect(page.locator(REGION)).to_have_text(f"“{question}” has opened for you both.")
    await expect(writing).to_be_focused()
    await expect(writing).to_have_value("Somewhere")
    assert ANSWERS["theirs"] not in await page.locator(REGION).inner_text()


async def test_news_is_heard_once_while_the_inbox_is_open(device: Open, platform: RunningPlatform) -> None:
    two, mine = just_connected(platform), await device()
    await sign_in(mine.page, two.me)
    await open_tab(mine.page, "Inbox")
    await expect(mine.page.get_by_text(words("Live", start=True))).to_be_visible()
    await expect(mine.page.locator(REGION)).to_have_text("")
    two.invite(two.other, "Pancakes", days=2)
    await expect(mine.page.locator(REGION)).to_have_text("Sam proposed a time for you two")
