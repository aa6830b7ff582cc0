"""Can somebody live here with a keyboard alone? Everything is reached by Tab, seen when it has the focus, and left again."""

import re
from functools import partial

from playwright.async_api import Locator, Page, expect

from tests.people import PASSWORD, Person, soon
from tests.platform_process import RunningPlatform
from tests.web.acts import button, heading, labelled, link, open_tab, settled, sheet, sign_in, words
from tests.web.browser import Open
from tests.web.couples import ANSWERS, just_connected, somebody
from twolamps_testkit.stage import eventually

RING = """() => {
  const focused = document.activeElement;
  const shown = focused.matches("input[role=switch]") ? focused.nextElementSibling : focused;
  const part = focused.matches(".row-open") ? "::after" : undefined; // the row around it
  const { outlineStyle, outlineWidth } = getComputedStyle(shown, part);
  const within = focused.matches("[type=date], [type=time]") && !focused.matches(":focus-visible");
  return within || (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2); // of its parts the browser shows which
}"""
# Nothing has the focus, or a screen that came meanwhile gave it to its title, which no Tab reaches.
GIVEN = "document.activeElement === document.body || document.activeElement.matches('h1')"
WITHIN = "() => document.activeElement === document.body || Boolean(document.activeElement.closest('dialog[open]'))"
IN_CONTENT = "document.getElementById('content').contains(document.activeElement)"
TWELVE_HOURS = "Intl.DateTimeFormat(undefined, { hour: 'numeric' }).resolvedOptions().hour12"
MOST = 60


async def tab_to(page: Page, wished: Locator, *, key: str = "Tab") -> None:
    """Press Tab until something has the focus; whatever has it on the way shows that."""
    for _ in range(MOST):
        await page.keyboard.press(key)
        if await page.evaluate(GIVEN):
            continue
        focused = await page.evaluate("document.activeElement.outerHTML.slice(0, 120)")
        assert await page.evaluate(RING), f"no ring around {focused}"
        if await wished.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"not reached by {MOST} tabs: {wished}")


async def press(page: Page, wished: Locator, key: str = "Enter") -> None:
    """Go to something that is there, by Tab, and press it."""
    await expect(wished).to_be_visible()
    await tab_to(page, wished)
    await page.keyboard.press(key)


async def test_two_connect_share_and_part_by_keyboard(device: Open, platform: RunningPlatform) -> None:
    me, other, mine = somebody(platform, "Ada"), somebody(platform, "Sam", hours_behind=1), await device()
    page = mine.page
    await sign_in(page, me)
    code = other.done("POST", "/v1/pairing-codes", {})["code"]
    await press(page, button(page, "I have a code"))
    await expect(labelled(page, "The code you were told")).to_be_focused()
    await page.keyboard.type(code)
    await page.keyboard.press("Enter")
    await expect(heading(page, "Is this your person?")).to_be_focused()
    await press(page, button(page, "Yes, connect us"))
    await expect(heading(page, "You said yes")).to_be_focused()
    pairing = me.done("GET", "/v1/pairings")["pairings"][0]["id"]
    other.done("POST", f"/v1/pairings/{pairing}:confirm", {})
    await expect(heading(page, "Connected with Sam")).to_be_focused()
    await press(page, page.get_by_role("switch", name=words("Facts about you", start=True)), "Space")
    await press(page, button(page, "Continue"))
    await expect(page).to_have_url(re.compile("/today$"))
    await press(page, page.get_by_role("navigation").get_by_role("link", name=words("Us")))
    await settled(page)
    titles = page.get_by_role("switch", name=words("Titles you write", start=True))
    await press(page, titles, "Space")
    await expect(titles).to_be_checked()
    await eventually(partial(granted, me), until=lambda shares: shares == ["SHARE_TITLES", "SHARE_FACTS"])
    await press(page, button(page, "End this pairing"))
    await expect(sheet(page)).to_be_visible()
    await press(page, sheet(page).get_by_role("radio", checked=True), "ArrowDown")
    await press(page, button(sheet(page), "End this pairing"))
    await expect(heading(page, "You are no longer connected")).to_be_focused()
    assert other.call("GET", "/v1/couple").status_code != 200
    soon(lambda: other.done("GET", "/v1/inbox")["items"][0]["kind"] == "couple_ended")


async def granted(person: Person) -> list[str]:
    """What somebody shares."""
    shares = person.done("GET", "/v1/couple")["couple"]["shares"]
    return [each["share"] for each in shares if each["grantedByMe"]]


async def test_invites_are_countered_and_accepted_by_keyboard(device: Open, platform: RunningPlatform) -> None:
    two, mine = just_connected(platform), await device()
    page = mine.page
    two.invite(two.other, "Pancakes", days=2)
    two.invite(two.other, "Cinema", days=3)
    await sign_in(page, two.me)
    await open_tab(page, "Time")
    await press(page, button(page, "Another time: Pancakes", start=True))
    await tab_to(page, labelled(sheet(page), "Time"))
    await page.keyboard.type("0815PM" if await page.evaluate(TWELVE_HOURS) else "2015")
    await press(page, button(sheet(page), "Propose this time"))
    await expect(sheet(page)).to_have_count(0)
    await press(page, page.get_by_role("button", name=re.compile("^Accept .*: Cinema")))
    await expect(
        page.get_by_role("article").filter(has_text="Cinema").get_by_text("Both in", exact=True)
    ).to_be_visible()
    await expect(page.get_by_role("heading", name="Cinema")).to_be_focused()
    states = {each["title"]: each for each in two.me.done("GET", "/v1/invites")["invites"]}
    assert (states["Pancakes"]["turn"], len(states["Pancakes"]["history"])) == ("PARTY_PARTNER", 2)
    assert states["Cinema"]["state"] == "INVITE_STATE_ACCEPTED"


async def test_what_rings_is_put_off_and_done_by_keyboard(device: Open, platform: RunningPlatform) -> None:
    two, mine = just_connected(platform), await device()
    page = mine.page
    for title in ("Tomatoes", "Sourdough"):
        two.remind(two.me, title, "ME", two.local(two.me, minutes=2))
    platform.move_clock(150)
    await mine.follow(platform)
    soon(lambda: [item["kind"] for item in two.me.done("GET", "/v1/inbox")["items"]].count("reminder_rang") == 2)
    await sign_in(page, two.me)
    await open_tab(page, "Time")
    await press(page, button(page, "Later: Tomatoes"))
    await press(page, button(sheet(page), "In 1 h"))
    await expect(sheet(page)).to_have_count(0)
    await expect(page.get_by_role("button", name="Tomatoes", exact=True)).to_be_focused()
    await press(page, button(page, "Done: Sourdough"))
    await expect(button(page, "Done: Sourdough")).to_have_count(0)
    await page.wait_for_function(IN_CONTENT)
    rings = {each["title"]: each["rings"] for each in two.me.done("GET", "/v1/reminders")["reminders"]}
    assert [ring["state"] for ring in rings["Tomatoes"]] == ["RING_STATE_SNOOZED"]
    assert "RING_STATE_RINGING" not in [ring["state"] for ring in rings.get("Sourdough", [])]


async def test_the_safety_page_is_found_and_left_by_keyboard(device: Open) -> None:
    mine = await device()
    page = mine.page
    await page.goto("/welcome")
    await expect(heading(page, "Twolamps")).to_be_focused()
    await press(page, link(page, "Your safety"))
    await expect(heading(page, "Help")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(button(page, "Leave this page now")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.wait_for_url("about:blank")


async def test_somebody_signs_in_answers_and_seals_by_keyboard(device: Open, platform: RunningPlatform) -> None:
    two, mine = just_connected(platform), await device()
    page = mine.page
    await page.goto("/")
    await expect(heading(page, "Twolamps")).to_be_focused()
    await tab_to(page, link(page, "Sign in"))
    await page.keyboard.press("Enter")
    await expect(heading(page, "Welcome back")).to_be_focused()
    await tab_to(page, labelled(page, "Mail"))
    await page.keyboard.type(two.me.mail)
    await tab_to(page, labelled(page, "Password"))
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/today$"))
    answer = page.get_by_role("article").get_by_role("textbox")
    await expect(answer).to_be_visible()
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    await tab_to(page, answer)
    await page.keyboard.type(ANSWERS["mine"])
    await tab_to(page, page.get_by_role("switch", name=words("Leave a light on")))
    await page.keyboard.press("Space")
    await tab_to(page, button(page, "Seal my answer"))
    await page.keyboard.press("Enter")
    await expect(button(page, "Take it back", start=True)).to_be_visible()
    assert await page.evaluate("document.activeElement.id") == "question"
    sealed = two.me.done("GET", "/v1/prompts/today")["prompts"][0]
    assert (sealed["myAnswer"], sealed["lightLeftByMe"]) == (ANSWERS["mine"], True)


async def test_a_sheet_holds_the_focus_and_gives_it_back(device: Open, platform: RunningPlatform) -> None:
    two, mine = just_connected(platform), await device()
    page = mine.page
    await sign_in(page, two.me)
    await open_tab(page, "Time")
    opener = button(page, "Propose a time")
    await tab_to(page, opener)
    await page.keyboard.press("Enter")
    await expect(sheet(page)).to_be_visible()
    for _ in range(30):
        await page.keyboard.press("Tab")
        assert await page.evaluate(WITHIN)
    await page.keyboard.press("Escape")
    await expect(sheet(page)).to_have_count(0)
    await expect(opener).to_be_focused()
    await page.keyboard.press("Enter")
    await button(sheet(page), "Close").click()
    await expect(opener).to_be_focused()


async def test_neither_the_first_tab_nor_the_skip_link_ends_in_the_navigation(
    device: Open, platform: RunningPlatform
) -> None:
    two, mine = just_connected(platform), await device()
    page = mine.page
    await sign_in(page, two.me)
    await page.goto("/today")
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    await expect(button(page, "Seal my answer")).to_be_visible()
    await page.keyboard.press("Tab")
    await page.wait_for_function(IN_CONTENT)
    skip = link(page, "Skip to the content")
    await tab_to(page, skip, key="Shift+Tab")
    await expect(skip).to_be_in_viewport(ratio=1)
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.wait_for_function(IN_CONTENT)


async def test_a_screen_begins_with_its_heading_and_a_mistake_with_its_field(
    device: Open, platform: RunningPlatform
) -> None:
    mine = await device()
    page = mine.page
    await sign_in(page, somebody(platform, "Ada"))
    for tab in ("Today", "Time", "Inbox", "Us"):
        if tab == "Today":
            await link(page, "Your account").click()
        await open_tab(page, tab)
        await expect(page.get_by_role("heading", level=1)).to_be_focused()
    await open_tab(page, "Time")
    await button(page, "New reminder").click()
    await button(sheet(page), "Remind me").click()
    what = labelled(sheet(page), "What")
    await expect(what).to_be_focused()
    await expect(what).to_have_attribute("aria-invalid", "true")
    told = await what.get_attribute("aria-describedby")
    assert told
    await expect(page.locator(f"#{told.split()[-1]}")).to_be_visible()
