"""Does the layout hold? Nothing moves when data comes, nothing is too long, many things stay quick, and motion is asked for."""

import asyncio
import time
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.platform_process import RunningPlatform
from tests.web.acts import (
    button,
    dismiss,
    heading,
    make_code,
    open_tab,
    seal,
    settled,
    sheet,
    sign_in,
    words,
)  # fmt: skip
from tests.web.browser import DESK, NARROW, PHONE, Device, Open
from tests.web.couples import ANSWERS, just_connected, many, somebody, well_lived
from tests.web.examine import barriers, drawn, layout_shift, overflowing, with_axe
from tests.web.weigh import SHIFT, first_loads
from twolamps_testkit.stage import eventually

OUTSIDE = ("/welcome", "/sign-up", "/sign-in", "/safety")
INSIDE = ("/today", "/time", "/inbox", "/us", "/device")
SLOW_MS = {"today": 500, "invites": 700, "reminders": 300, "slots": 900, "couple": 200, "reveals": 1000}
"""Answers come late, and in no order."""
LONGEST_NAME = "Maximiliane-Alexandra von Hohenlohe-Öhrn"
assert len(LONGEST_NAME) == 40
LONG_TITLE = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft " + "x" * 38
LONG_ANSWER = "w" * 300 + " and then " * 369
QUICK_S = 6.0  # also where others work on the same two cores
MEETING_MS, STILL_MS = 1000, 250
SHEETS = {
    "Time": ("Propose a time", "Offer one to", "New reminder"),
    "Us": ("Change your shared calendar", "Change what is said about you", "End this pairing"),
}
"""What opens a sheet, by tab."""
WATCH_MOTION = """() => {
  globalThis.longest = 0;
  document.addEventListener("animationstart", ({ target }) => {
    const ends = target.getAnimations({ subtree: true }).map((each) => each.effect.getComputedTiming().endTime);
    globalThis.longest = Math.max(globalThis.longest, ...ends);
  });
}"""


async def slowly(route: Route) -> None:
    """Let an answer come late."""
    late = next((ms for part, ms in SLOW_MS.items() if part in route.request.url), 100)
    await asyncio.sleep(late / 1000)
    await route.continue_()


async def moved(device: Device, paths: tuple[str, ...]) -> list[str]:
    """What moved too far at the first load of each address, with slow answers."""
    await device.page.route("**/v1/**", slowly)
    found: list[str] = []
    for path in paths:
        await device.page.goto(path)
        await settled(device.page)
        if path == "/today":
            await expect(button(device.page, "Answers that did not open")).to_be_visible()
        shift, parts = await layout_shift(device.page)
        found += [f"{path} {part}" for part in parts if shift >= SHIFT]
    return found


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
async def test_nothing_moves_when_what_is_outside_is_loaded(device: Open, size: tuple[int, int]) -> None:
    found = await moved(await device(size=size), OUTSIDE)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
async def test_nothing_moves_when_slow_answers_come(
    device: Open, platform: RunningPlatform, size: tuple[int, int]
) -> None:
    two, mine = well_lived(platform), await device(size=size)
    await sign_in(mine.page, two.me)
    found = await moved(mine, INSIDE)
    assert not found, "\n".join(found)


async def test_nothing_moves_for_somebody_who_is_alone(device: Open, platform: RunningPlatform) -> None:
    mine = await device()
    await sign_in(mine.page, somebody(platform, "Ada"))
    found = await moved(mine, ("/pair", "/time", "/inbox", "/us"))
    assert not found, "\n".join(found)


async def wide(page: Page, sizes: tuple[tuple[int, int], ...]) -> list[str]:
    """What is too wide on the four screens, at each size, and with text twice as large."""
    found: list[str] = []
    for tab in ("Today", "Time", "Inbox", "Us"):
        await open_tab(page, tab)
        for width, height in sizes:
            await page.set_viewport_size({"width": width, "height": height})
            found += [f"{tab} at {width}: {each}" for each in await overflowing(page)]
        await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        await page.evaluate("document.documentElement.style.fontSize = '200%'")
        await drawn(page)
        found += [f"{tab} at 200 %: {each}" for each in await overflowing(page)]
        await page.evaluate("document.documentElement.style.fontSize = ''")
    return found


async def test_long_names_titles_and_answers_stay_within_the_page(device: Open, platform: RunningPlatform) -> None:
    two, mine = just_connected(platform, LONGEST_NAME, LONGEST_NAME), await device()
    for invite_by, other in ((two.me, two.other), (two.other, two.me)):
        invite = two.invite(invite_by, LONG_TITLE[:120], LONG_ANSWER[:1000], days=2)
        later = f"{two.ahead(days=3):%Y-%m-%dT%H:00:00Z}"
        two.respond(other, invite, "counter", startsAt=later, duration="5400s")
        two.remind(invite_by, LONG_TITLE[:120], "YOU", two.local(invite_by, days=1), "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR")
        two.answer(invite_by, 0, LONG_ANSWER[:4000])
    await sign_in(mine.page, two.me)
    await expect(heading(mine.page, "Two lights")).to_be_visible()
    assert await wide(mine.page, (NARROW, PHONE, DESK)) == []


async def test_the_longest_names_stay_within_the_page_on_the_way_to_each_other_and_in_every_sheet(
    device: Open, platform: RunningPlatform
) -> None:
    me, other = (somebody(platform, LONGEST_NAME) for _ in range(2))
    mine, found = await device(), list[str]()
    page = mine.page

    async def look(stop: str) -> None:
        """Note what is too wide in a narrow window, and with text twice as large."""
        await page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
        found.extend(f"{stop}: {each}" for each in await overflowing(page))
        await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        await page.evaluate("document.documentElement.style.fontSize = '200%'")
        await drawn(page)
        found.extend(f"{stop} at 200 %: {each}" for each in await overflowing(page))
        await page.evaluate("document.documentElement.style.fontSize = ''")

    await sign_in(page, me)
    pairing = other.done("POST", "/v1/pairings:claim", {"code": await make_code(page)})["pairing"]["id"]
    await expect(heading(page, "Is this your person?")).to_be_visible()
    await look("confirm")
    await button(page, "Yes, connect us").click()
    await expect(heading(page, "You said yes")).to_be_visible()
    await look("waiting")
    other.done("POST", f"/v1/pairings/{pairing}:confirm", {})
    await expect(button(page, "Continue")).to_be_visible()
    await look("met")
    await button(page, "Continue").click()
    for tab, openers in SHEETS.items():
        await open_tab(page, tab)
        for opener in openers:
            await button(page, opener, start=True).click()
            await expect(sheet(page)).to_be_visible()
            await look(opener)
            await dismiss(page)
    assert found == []


async def test_an_account_with_500_of_everything_is_pleasant(device: Open, platform: RunningPlatform) -> None:
    two, mine = well_lived(platform), await device()
    page = mine.page
    await with_axe(mine.context)
    await sign_in(page, two.me)
    inbox = await _let_there_be(page, 500)
    for tab in ("Today", "Time", "Inbox", "Us"):
        await open_tab(page, "Us" if tab != "Us" else "Today")
        began = time.monotonic()
        await page.reload()
        await open_tab(page, tab)
        assert time.monotonic() - began < QUICK_S, tab
        assert await page.locator("main li").count() < 300, tab
        assert await overflowing(page) == []
    await open_tab(page, "Inbox")
    rows = page.get_by_role("main").get_by_role("listitem")
    await button(page, "Show more").click()
    await expect(rows).to_have_count(100)
    await button(page, "Mark all read").click()
    await expect(page.get_by_text(words("Live · all caught up"))).to_be_visible(timeout=60_000)
    await expect(rows).to_have_count(500)
    assert {item["state"] for item in inbox.values()} == {"ITEM_STATE_READ"}
    for tab, more in (("Inbox", ""), ("Time", "Show more: "), ("Us", "Show more")):
        await open_tab(page, tab)
        assert await barriers(page) == []  # of the first hundred: axe takes half a minute for all, and they are alike
        await _press_all(page, more)
        assert await overflowing(page) == []
    assert await rows.count() > 500


async def _press_all(page: Page, name: str) -> None:
    """Ask for more as long as there is more."""
    more = button(page, name, start=True)
    while name and await more.count():
        await more.first.click()


async def _let_there_be(page: Page, count: int) -> dict[str, dict[str, Any]]:
    """Answer each list page by page with so many things, like those that are really there; the inbox, by id."""
    inbox: dict[str, dict[str, Any]] = {}
    whole: dict[str, dict[str, Any]] = {}

    async def multiplied(route: Route) -> None:
        """The asked-for page of many."""
        url = urlsplit(route.request.url)
        asked = parse_qs(url.query)
        begin, size = int(asked.get("pageToken", ["0"])[0]), int(asked["pageSize"][0])
        if url.path not in whole:
            said = await (await route.fetch()).json()
            (name,) = {"invites", "reminders", "sessions", "items"} & set(said)
            whole[url.path] = {**said, name: many(said[name], count)}
            inbox.update({each["id"]: each for each in whole[url.path].get("items", [])})
            for each in inbox.values():
                each["state"] = "ITEM_STATE_UNREAD"
        page = {name: part[begin : begin + size] for name, part in whole[url.path].items() if isinstance(part, list)}
        token = str(begin + size) if begin + size < count else ""
        await route.fulfill(json={**whole[url.path], **page, "nextPageToken": token})

    async def read(route: Route) -> None:
        """Mark an item read."""
        item = inbox[route.request.url.rpartition("/")[2].partition(":")[0]]
        item["state"] = "ITEM_STATE_READ"
        await route.fulfill(json={"item": item})

    for path in ("invites", "reminders", "sessions", "inbox"):
        await page.route(f"**/v1/{path}?*", multiplied)
    await page.route("**/v1/inbox/*:read", read)
    return inbox


@pytest.mark.parametrize("late", ["prompts/today", "reveals"])
async def test_the_reveal_moves_for_a_moment_and_hardly_where_that_is_wished(
    device: Open, platform: RunningPlatform, late: str
) -> None:
    """Whichever of the two lists that tell of it comes last."""
    longest = {}
    for still in (False, True):
        two, mine = just_connected(platform), await device(still=still)
        await sign_in(mine.page, two.me)
        await seal(mine.page, ANSWERS["mine"])
        await expect(button(mine.page, "Take it back", start=True)).to_be_visible()
        await mine.page.evaluate(WATCH_MOTION)
        await mine.page.route(f"**/v1/{late}*", slowly)
        two.answer(two.other, 0, ANSWERS["theirs"])
        await expect(mine.page.get_by_text(ANSWERS["theirs"], exact=True)).to_be_visible()
        longest[still] = await eventually(partial(mine.page.evaluate, "longest"))
        await mine.page.unroute_all(behavior="wait")
        await expect(mine.page.locator(".reveal-meeting")).to_be_visible()
    assert longest[True] <= STILL_MS
    assert MEETING_MS <= longest[False] < 3 * MEETING_MS


async def test_the_first_load_of_every_address_is_as_light_as_promised(
    browser: Browser, platform: RunningPlatform
) -> None:
    loads = await first_loads(browser, platform)
    assert {path: (load.code, load.fonts, load.shift) for path, load in loads.items() if not load.fits} == {}
    assert all(load.files[path] for path, load in loads.items())
