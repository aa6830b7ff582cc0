"""Which screens and states are there? Walks through the app that stop at each; whoever walks along looks at the page.

Promises: a walk is lived by clicking, in English or in the pseudo-locale; a stop is settled, nothing on it still loads.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from urllib.parse import urlsplit
from uuid import uuid4

from playwright.async_api import Page, Route, expect

from tests.platform_process import RunningPlatform
from tests.web.acts import (
    button,
    dismiss,
    heading,
    labelled,
    link,
    make_code,
    open_tab,
    seal,
    settled,
    sheet,
    sign_in,
    type_code,
    unfold,
    words,
    write,
)  # fmt: skip
from tests.web.browser import Device
from tests.web.couples import ANSWERS, OWN, TITLES, just_connected, somebody, well_lived

STAND_STILL = """() => document.addEventListener("animationstart", () => {
  for (const each of document.getAnimations()) {
    each.pause();
    each.currentTime = 500;
  }
})"""
Stops = AsyncIterator[str]
Walk = Callable[[Device, RunningPlatform, list[str]], Stops]
"""A walk through a device's page; the list takes the words on it that are not the app's."""


async def nobody(device: Device, platform: RunningPlatform, own: list[str]) -> Stops:
    """Who is not signed in."""
    page = device.page
    own.extend(["findahelpline.com", "hotpeachpages.net"])
    await page.goto("/")
    await settled(page)
    yield "welcome"
    await link(page, "Light mine").click()
    await settled(page)
    yield "sign-up"
    await button(page, "Make my account").click()
    await expect(labelled(page, "Mail")).to_be_focused()
    yield "sign-up with errors"
    await link(page, "I have an account").click()
    await settled(page)
    yield "sign-in"
    await labelled(page, "Mail").fill(f"{uuid4().hex}@example.org")
    await labelled(page, "Password").fill("not-the-password")
    await button(page, "Sign in").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    yield "sign-in refused"
    await page.goto("/welcome")
    await link(page, "Your safety").click()
    await expect(heading(page, "Help")).to_be_visible()
    yield "safety"


async def alone(device: Device, platform: RunningPlatform, own: list[str]) -> Stops:
    """Who is with nobody yet."""
    page, me = device.page, somebody(platform, "Ada")
    own.extend([*OWN, me.mail])
    await sign_in(page, me)
    await expect(button(page, "Make a code")).to_be_visible()
    yield "pair"
    await make_code(page)
    yield "pair with a code"
    await type_code(page, "AAA-AAA-AAA")
    await expect(labelled(page, "The code you were told")).to_have_attribute("aria-invalid", "true")
    yield "pair with a wrong code"
    await link(page, "Your account").click()
    await settled(page)
    yield "us alone"
    for tab in ("Today", "Time", "Inbox"):
        await open_tab(page, tab)
        yield f"{tab.lower()} alone"
    await open_tab(page, "Us")
    await page.get_by_role("link", name=words("Connect a command line", start=True)).click()
    await settled(page)
    yield "device"
    await button(page, "Sign it in").click()
    await expect(labelled(page, "The code it shows")).to_have_attribute("aria-invalid", "true")
    yield "device with an error"
    async for stop in _without(device, "/device", fails=False):
        yield stop
    async for stop in _without(device, "/pair"):
        yield stop


async def meeting(device: Device, platform: RunningPlatform, own: list[str]) -> Stops:
    """Who connects with somebody, and begins."""
    page, me, other = device.page, somebody(platform, "Ada"), somebody(platform, "Sam", hours_behind=1)
    own.extend([*OWN, me.mail])
    await sign_in(page, me)
    code = await make_code(page)
    pairing = other.done("POST", "/v1/pairings:claim", {"code": code})["pairing"]["id"]
    await expect(heading(page, "Is this your person?")).to_be_visible()
    yield "pair, who it is"
    await button(page, "Yes, connect us").click()
    await expect(heading(page, "You said yes")).to_be_visible()
    yield "pair, waiting"
    other.done("POST", f"/v1/pairings/{pairing}:confirm", {})
    await expect(button(page, "Continue")).to_be_visible()
    yield "pair, what to share"
    await button(page, "Continue").click()
    await settled(page)
    await expect(button(page, "Seal my answer")).to_be_visible()
    own.extend(prompt["text"] for prompt in me.done("GET", "/v1/prompts/today")["prompts"])
    yield "today, open"
    await button(page, "Seal my answer").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    yield "today, nothing to seal"
    await write(page, ANSWERS["mine"], light=True)
    yield "today, written"
    await button(page, "Seal my answer").click()
    taking_back = button(page, "Take it back", start=True)
    await expect(taking_back).to_be_visible()
    yield "today, sealed"
    await taking_back.click()
    yield "today, taking it back"
    for tab in ("Time", "Inbox", "Us"):
        await open_tab(page, tab)
        yield f"{tab.lower()}, new"
    await button(page, "Change your shared calendar").click()
    await expect(sheet(page)).to_be_visible()
    yield "us, the calendar's sheet"
    await dismiss(page)
    await button(page, "Change what is said about you").click()
    await expect(sheet(page)).to_be_visible()
    yield "us, the profile's sheet"
    await dismiss(page)
    await button(page, "End this pairing").click()
    await expect(sheet(page)).to_be_visible()
    yield "us, the ending's sheet"
    await button(sheet(page), "End this pairing").click()
    await expect(heading(page, "You are no longer connected")).to_be_visible()
    yield "us, ended"
    await link(page, "What stayed yours").click()
    await settled(page)
    yield "today, ended"
    await unfold(page, "What stayed yours")
    await unfold(page, "Answers that did not open")
    await page.get_by_role("listitem").get_by_role("button").click()
    await expect(page.get_by_text(ANSWERS["mine"])).to_be_visible()
    yield "today, what stayed"


async def together(device: Device, platform: RunningPlatform, own: list[str]) -> Stops:
    """Who has lived with somebody for a while."""
    page, two = device.page, well_lived(platform)
    await device.follow(platform)
    own.extend(two.own)
    await sign_in(page, two.me)
    await expect(heading(page, "Two lights")).to_be_visible()
    yield "today, opened"
    await button(page, two.prompts[2]["text"], start=True).click()
    await expect(page.get_by_role("article")).to_be_visible()
    yield "today, a light left"
    await button(page, two.prompts[1]["text"], start=True).click()
    await expect(button(page, "Change")).to_be_visible()
    yield "today, sealed with a light"
    async for stop in _time(page):
        yield stop
    await open_tab(page, "Inbox")
    yield "inbox"
    await open_tab(page, "Us")
    yield "us"
    await button(page, "End: tablet", start=True).click()
    yield "us, ending a session"
    for path in ("/today", "/time", "/inbox", "/us"):
        async for stop in _without(device, path):
            yield stop


async def _time(page: Page) -> Stops:
    await open_tab(page, "Time")
    yield "time"
    await button(page, f"Another time: {TITLES['asked']}", start=True).click()
    await expect(sheet(page)).to_be_visible()
    yield "time, the sheet of another time"
    await dismiss(page)
    await button(page, "Propose a time").click()
    await button(sheet(page), "Other").click()
    await expect(sheet(page)).to_be_visible()
    yield "time, the sheet of an invite"
    await button(sheet(page), "Propose to Sam").click()
    await expect(labelled(sheet(page), "What")).to_be_focused()
    yield "time, the sheet of an invite with an error"
    await dismiss(page)
    await button(page, "My preferred times").click()
    await settled(page)
    await expect(sheet(page)).to_be_visible()
    yield "time, the sheet of preferred times"
    await dismiss(page)
    await button(page, f"Cancel: {TITLES['agreed']}", start=True).click()
    yield "time, calling it off"
    await button(page, "Earlier invites").click()
    yield "time, earlier invites"
    await button(page, "New reminder").click()
    await labelled(sheet(page), "How often").select_option("weekly")
    await expect(sheet(page)).to_be_visible()
    yield "time, the sheet of a new reminder"
    await dismiss(page)
    await button(page, f"Accept: {TITLES['offered']}", start=True).click()
    await expect(sheet(page)).to_be_visible()
    yield "time, the sheet of an offer"
    await dismiss(page)
    await button(page, f"Later: {TITLES['rings']}", start=True).click()
    await expect(sheet(page)).to_be_visible()
    yield "time, the sheet of later"
    await dismiss(page)
    await button(page, TITLES["daily"], start=True).click()
    await expect(sheet(page)).to_be_visible()
    yield "time, the sheet of a reminder"
    await dismiss(page)


async def _without(device: Device, path: str, *, fails: bool = True) -> Stops:
    """A screen without its answers, with an error where it can have one, and without a connection."""
    page, seen, name = device.page, asyncio.Event(), path.removeprefix("/")

    def asks_more(route: Route) -> bool:
        """Whether a call is the screen's own, not about who is there; where it has none, all wait."""
        return not fails or urlsplit(route.request.url).path not in ("/v1/me", "/v1/couple")

    async def hold(route: Route) -> None:
        """Let a call wait for as long as somebody looks."""
        if asks_more(route):
            await seen.wait()
        await route.continue_()

    async def refuse(route: Route) -> None:
        """Let a call fail."""
        refused = '{"reason": "internal", "status": 500}'
        await (route.fulfill(status=500, body=refused) if asks_more(route) else route.continue_())

    await page.route("**/v1/**", hold)
    await page.goto(path, wait_until="commit")
    await expect(page.locator(".loading").first).to_have_css("opacity", "1")
    yield f"{name}, loading"
    seen.set()
    await page.unroute_all(behavior="wait")
    if fails:
        await page.route("**/v1/**", refuse)
        await page.reload()
        await expect(page.get_by_role("alert").first).to_be_visible()
        yield f"{name}, with an error"
        await page.unroute_all()
        await page.reload()
    await settled(page)
    await device.goes_offline()
    await expect(page.locator("p.offline")).to_be_visible()
    yield f"{name}, offline"
    await device.context.set_offline(False)
    await expect(page.locator("p.offline")).to_have_count(0)


async def halfway(device: Device, platform: RunningPlatform, own: list[str]) -> Stops:
    """Who looks on while two lights meet; they stand still on their way."""
    page, two = device.page, just_connected(platform)
    own.extend(two.own)
    await page.emulate_media(reduced_motion="no-preference")
    two.answer(two.other, 0, ANSWERS["theirs"])
    await sign_in(page, two.me)
    await page.evaluate(STAND_STILL)
    await seal(page, ANSWERS["mine"])
    await expect(page.locator(".reveal-meeting")).to_be_visible()
    yield "today, two lights meet"


WALKS: dict[str, Walk] = {"nobody": nobody, "alone": alone, "meeting": meeting, "together": together}
