"""Does a couple's first evening go as promised, in two browsers? From two accounts to the end, all by clicking."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import uuid4

import pytest_asyncio
from playwright.async_api import Page, expect

from tests.platform_process import RunningPlatform
from tests.web.acts import (
    button,
    heading,
    labelled,
    link,
    make_code,
    offer_reminder,
    open_tab,
    propose,
    seal,
    share,
    sheet,
    sign_up,
    type_code,
    words,
)  # fmt: skip
from tests.web.browser import DESK, PHONE, ZONES, Device, Open, midday_zone
from tests.web.conftest import GivenPlatform

MINE, THEIRS = "I miss the way you hum while you cook.", "That you never once said I told you so."
FREE = "Times you are both free"
HOUR_S = 3600.0


@dataclass
class Evening:
    """Ada with a phone in the dark, Ben at a desk in the light, an hour apart."""

    platform: RunningPlatform
    ada: Device
    ben: Device

    @property
    def pages(self) -> tuple[Page, Page]:
        """What each looks at."""
        return self.ada.page, self.ben.page

    async def pass_time(self, seconds: float) -> None:
        """Let time go by for everybody."""
        self.platform.move_clock(seconds)
        for device in (self.ada, self.ben):
            await device.follow(self.platform)


@pytest_asyncio.fixture(loop_scope="session")
async def evening(device: Open, platform: RunningPlatform) -> AsyncIterator[Evening]:
    """Both are at the first page."""
    here = midday_zone(platform)
    there = ZONES[(ZONES.index(here) + 1) % len(ZONES)]
    ada = await device(size=PHONE, dark=True, zone=here)
    ben = await device(size=DESK, dark=False, zone=there)
    for each in (ada, ben):
        await each.page.goto("/")
    yield Evening(platform, ada, ben)


async def test_the_first_evening_goes_as_promised_in_two_browsers(evening: Evening) -> None:
    await they_connect(evening)
    await they_answer_and_it_opens_for_both(evening)
    await they_agree_on_a_time(evening)
    await they_remind_each_other(evening)
    await news_comes_while_the_inbox_is_open(evening)
    await they_part(evening)
    for device in (evening.ada, evening.ben):
        assert [request.url for request in device.requests if not request.url.startswith(evening.platform.url)] == []


async def they_connect(evening: Evening) -> None:
    """Two accounts, a code, two yeses, two choices."""
    ada, ben = evening.pages
    await sign_up(ada, "Ada", f"{uuid4().hex}@example.org")
    await sign_up(ben, "Ben", f"{uuid4().hex}@example.org")
    await type_code(ben, await make_code(ada))
    for page, name in ((ada, "Ben"), (ben, "Ada")):
        await expect(heading(page, "Is this your person?")).to_be_visible()
        await expect(page.get_by_text(name, exact=True)).to_be_visible()
    await button(ada, "Yes, connect us").click()
    await expect(heading(ada, "You said yes")).to_be_visible()
    await expect(heading(ben, "Is this your person?")).to_be_visible()
    await button(ben, "Yes, connect us").click()
    for page, name in ((ada, "Ben"), (ben, "Ada")):
        await expect(heading(page, f"Connected with {name}")).to_be_visible()
        assert await page.get_by_role("switch", checked=True).count() == 0
        await share(page, [FREE])


async def they_answer_and_it_opens_for_both(evening: Evening) -> None:
    """Nothing is seen of a sealed answer; the second one opens both, in both browsers, at once."""
    ada, ben = evening.pages
    question = await ada.locator("#question").inner_text()
    await expect(ben.locator("#question")).to_have_text(question)
    await expect(button(ben, "Answers that did not open")).to_be_visible()
    before = await ben.locator("body").aria_snapshot()
    await seal(ada, MINE)
    await expect(ada.get_by_text(words("Your light is on.", start=True))).to_be_visible()
    assert await ben.locator("body").aria_snapshot() == before
    await seal(ben, THEIRS)
    for page in (ada, ben):
        await expect(heading(page, "Two lights")).to_be_visible()
        await expect(page.get_by_text(MINE, exact=True)).to_be_visible()
        await expect(page.get_by_text(THEIRS, exact=True)).to_be_visible()


async def they_agree_on_a_time(evening: Evening) -> None:
    """Proposed, countered, accepted; each sees the other's step without doing anything."""
    ada, ben = evening.pages
    for page in (ada, ben):
        await open_tab(page, "Time")
    await propose(ada, "Walk by the river")
    await expect(ada.get_by_text("Ben's turn to answer")).to_be_visible()
    await button(ben, "Another time: Walk by the river", start=True).click()
    await labelled(sheet(ben), "Time").fill("20:15")
    await button(sheet(ben), "Propose this time").click()
    await expect(ada.get_by_text("Your turn")).to_be_visible()
    await ada.get_by_role("button", name=re.compile("^Accept .*: Walk by the river")).click()
    for page, whose in ((ada, "Ben countered"), (ben, "You countered")):
        card = page.get_by_role("article")
        await expect(card.get_by_text("Both in", exact=True)).to_be_visible()
        await expect(card.get_by_text(words(whose, start=True))).to_be_visible()


async def they_remind_each_other(evening: Evening) -> None:
    """An offer rings once it is accepted, and for whom it was made; then it is done. A clock that is not ours is not waited
    for: there it ends with the acceptance."""
    ada, ben = evening.pages
    await offer_reminder(ada, "Water the tomatoes")
    await button(ben, "Accept: Water the tomatoes", start=True).click()
    await button(sheet(ben), "Accept").click()
    await expect(sheet(ben)).to_have_count(0)
    await expect(button(ben, "Done: Water the tomatoes", start=True)).to_have_count(0)
    if isinstance(evening.platform, GivenPlatform):
        return
    await evening.pass_time(2 * HOUR_S)
    await button(ben, "Done: Water the tomatoes", start=True).click()
    await expect(button(ben, "Done: Water the tomatoes", start=True)).to_have_count(0)
    await expect(button(ada, "Done: Water the tomatoes", start=True)).to_have_count(0)


async def news_comes_while_the_inbox_is_open(evening: Evening) -> None:
    """What the other does is told at once, and by the app's words."""
    ada, ben = evening.pages
    await open_tab(ben, "Inbox")
    await expect(ben.get_by_text(words("Live", start=True))).to_be_visible()
    proposed = ben.get_by_role("listitem").filter(has_text="Ada proposed a time for you two")
    await expect(proposed).to_have_count(1)
    await propose(ada, "Pancakes")
    await expect(proposed).to_have_count(2)
    await expect(ben.get_by_text(words("“Pancakes”", start=True))).to_be_visible()
    await button(ben, "Mark all read").click()
    await expect(ben.get_by_text(words("Live · all caught up"))).to_be_visible()


async def they_part(evening: Evening) -> None:
    """One ends it: on the other's open page the words close, and nothing says who did it."""
    ada, ben = evening.pages
    await open_tab(ben, "Today")
    await expect(ben.get_by_text(MINE, exact=True)).to_be_visible()
    await open_tab(ada, "Us")
    await button(ada, "End this pairing").click()
    await button(sheet(ada), "End this pairing").click()
    await expect(heading(ada, "You are no longer connected")).to_be_visible()
    await expect(link(ben, "Find each other")).to_be_visible()
    for page, theirs in ((ada, THEIRS), (ben, MINE)):
        await open_tab(page, "Today")
        await button(page, "What stayed yours").click()
        await expect(page.get_by_text(theirs, exact=True)).to_have_count(0)
        assert theirs not in await page.content()
