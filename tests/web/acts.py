"""What does somebody do in the app? They click and type, and find things by their role and their name.

Promises: a name is found in English and in the pseudo-locale en-XA alike; each act waits until what it does is seen.
"""

import re
from collections.abc import Sequence

from playwright.async_api import Locator, Page, expect

from tests.people import PASSWORD, Person

ACCENTED = {"a": "á", "e": "é", "i": "í", "o": "ó", "u": "ú"}


def words(text: str, *, start: bool = False) -> re.Pattern[str]:
    """A name as the app says it; with `start` it may go on."""
    letters = [f"[{each}{ACCENTED[each]}]" if each in ACCENTED else re.escape(each) for each in text]
    spaced = "".join("[⟦⟧]* [⟦⟧]*" if letter == r"\ " else letter for letter in letters)
    return re.compile(f"^[⟦⟧]*{spaced}" + ("" if start else "[⟦⟧]*$"))


def button(page: Page | Locator, name: str, *, start: bool = False) -> Locator:
    """A button; with `start` its name may go on, for example with a time."""
    return page.get_by_role("button", name=words(name, start=start))


def link(page: Page | Locator, name: str) -> Locator:
    """A link."""
    return page.get_by_role("link", name=words(name))


def labelled(page: Page | Locator, name: str) -> Locator:
    """A field."""
    return page.get_by_label(words(name))


def heading(page: Page | Locator, name: str) -> Locator:
    """A heading."""
    return page.get_by_role("heading", name=words(name))


def sheet(page: Page) -> Locator:
    """The dialog over the screen."""
    return page.get_by_role("dialog")


async def dismiss(page: Page) -> None:
    """Close the sheet with the keyboard."""
    await expect(sheet(page)).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(sheet(page)).to_have_count(0)


async def unfold(page: Page, name: str) -> None:
    """Open what a button shows and hides."""
    fold = button(page, name)
    await expect(fold).to_have_attribute("aria-expanded", "false")
    await fold.click()
    await expect(fold).to_have_attribute("aria-expanded", "true")


async def settled(page: Page) -> None:
    """Wait until nothing is loading."""
    await expect(page.locator("main h1, header h1")).to_be_visible()
    await expect(page.locator(".loading")).to_have_count(0)


async def open_tab(page: Page, name: str) -> None:
    """Go to one of the four screens by its tab."""
    tab = page.get_by_role("navigation").get_by_role("link", name=words(name, start=True))
    await tab.click()
    await expect(tab).to_have_attribute("aria-current", "page")
    await settled(page)


async def sign_up(page: Page, name: str, mail: str) -> None:
    """Make an account, from the first page; the way to pair follows."""
    await link(page, "Light mine").click()
    await labelled(page, "Mail").fill(mail)
    await labelled(page, "Password").fill(PASSWORD)
    await labelled(page, "Your name").fill(name)
    await labelled(page, "I am an adult.").check()
    await button(page, "Make my account").click()
    await expect(heading(page, "Invite your person")).to_be_visible()


async def sign_in(page: Page, person: Person) -> None:
    """Come back, from the first page."""
    await ask_in(page, person)
    await expect(page).to_have_url(re.compile("/(today|pair)$"))
    await settled(page)


async def ask_in(page: Page, person: Person) -> None:
    """Give mail and password, from the first page."""
    await page.goto("/")
    await link(page, "Sign in").click()
    await labelled(page, "Mail").fill(person.mail)
    await labelled(page, "Password").fill(PASSWORD)
    await button(page, "Sign in").click()


async def make_code(page: Page) -> str:
    """A code to tell the other."""
    await button(page, "Make a code").click()
    return "".join((await page.locator(".code-letters").inner_text()).split())


async def type_code(page: Page, code: str) -> None:
    """Type the code that the other told."""
    await button(page, "I have a code").click()
    await labelled(page, "The code you were told").fill(code)
    await button(page, "Use this code").click()


async def share(page: Page, names: Sequence[str]) -> None:
    """Choose what to share, and go on to the first day."""
    for name in names:
        await page.get_by_role("switch", name=words(name, start=True)).check(force=True)
    await button(page, "Continue").click()
    await expect(page).to_have_url("/today")
    await settled(page)


async def write(page: Page, text: str, *, light: bool = False) -> None:
    """Write an answer to the question in front."""
    await page.get_by_role("article").get_by_role("textbox").fill(text)
    if light:
        await page.get_by_role("switch", name=words("Leave a light on")).check(force=True)


async def seal(page: Page, text: str, *, light: bool = False) -> None:
    """Write an answer and seal it."""
    await write(page, text, light=light)
    await button(page, "Seal my answer").click()


async def propose(page: Page, title: str) -> None:
    """Propose a time together, on Time: tomorrow at 19:00, for two hours."""
    await button(page, "Propose a time").click()
    await labelled(sheet(page), "What").fill(title)
    await button(sheet(page), "Propose to", start=True).click()
    await expect(sheet(page)).to_have_count(0)


async def offer_reminder(page: Page, title: str) -> None:
    """Offer the other a reminder, on Time: it is for the next full hour or the one after."""
    await button(page, "Offer one to", start=True).click()
    await labelled(sheet(page), "What").fill(title)
    await button(sheet(page), "Offer it").click()
    await expect(sheet(page)).to_have_count(0)
