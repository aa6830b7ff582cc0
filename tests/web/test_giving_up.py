"""What becomes of what somebody gives up, or began before they were gone? It is not sent any more, and touches nobody else."""

import asyncio
import json
import re

import pytest
from playwright.async_api import Page, Route, expect

from tests.people import PASSWORD, Person
from tests.platform_process import RunningPlatform
from tests.web.acts import button, dismiss, heading, labelled, link, open_tab, seal, settled, sheet, sign_in, words
from tests.web.browser import Device, Open
from tests.web.couples import ANSWERS, just_connected
from twolamps_testkit.stage import eventually

LATE = "That was on its way already, and may still go through. What you see here is how it stands."
WAITS = "Waits for the connection …"


class Held:
    """A write whose answer waits until it is let go; with `early` it waits on its way to the server."""

    def __init__(self, *, early: bool = False) -> None:
        self._early = early
        self.sent, self.answered, self._let_go = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.instead: tuple[int, dict[str, object]] | None = None

    async def __call__(self, route: Route) -> None:
        """Hold a write; what is read goes on."""
        if route.request.method == "GET":
            return await route.fallback()
        if self._early:
            self.sent.set()
            await self._let_go.wait()
        answer = await route.fetch()
        self.sent.set()
        await self._let_go.wait()
        if self.instead is None:
            await route.fulfill(response=answer)
        else:
            await route.fulfill(status=self.instead[0], body=json.dumps(self.instead[1]))
        self.answered.set()

    async def let_go(self) -> None:
        """Let the answer come, and be heard."""
        self._let_go.set()
        await self.answered.wait()


def titles(person: Person) -> list[str]:
    """What somebody's invites are, at the server."""
    return [invite["title"] for invite in person.done("GET", "/v1/invites")["invites"]]


async def back(device: Device) -> None:
    """Have the connection again, and be live."""
    await device.context.set_offline(False)
    await expect(device.page.locator("p.offline")).to_have_count(0)


async def begin_to_end(page: Page) -> None:
    """Open the sheet that ends it, and choose to."""
    await open_tab(page, "Us")
    await button(page, "End this pairing").click()
    await button(sheet(page), "End this pairing").click()


async def begin_to_propose(page: Page, title: str) -> None:
    """Open the sheet of an invite, and send it."""
    await button(page, "Propose a time").click()
    await labelled(sheet(page), "What").fill(title)
    await button(sheet(page), "Propose to Sam").click()


@pytest.mark.parametrize("way", ["Stay connected", "Close", "Escape"])
async def test_an_end_that_waits_is_given_up_with_its_sheet(device: Open, platform: RunningPlatform, way: str) -> None:
    two, mine = just_connected(platform), await device()
    await sign_in(mine.page, two.me)
    await mine.listens(1)
    await open_tab(mine.page, "Us")
    await mine.context.set_offline(True)
    await begin_to_end(mine.page)
    await expect(sheet(mine.page).get_by_text(WAITS)).to_be_visible()
    await (mine.page.keyboard.press(way) if way == "Escape" else button(sheet(mine.page), way).click())
    await expect(sheet(mine.page)).to_have_count(0)
    tried = len(mine.asked("/v1/couple:end", "POST"))
    await back(mine)
    await expect(mine.page.get_by_text(LATE)).to_have_count(0)
    await expect(button(mine.page, "End this pairing")).to_be_visible()
    assert len(mine.asked("/v1/couple:end", "POST")) == tried
    assert two.other.done("GET", "/v1/couple")["couple"]


async def test_an_end_that_was_sent_cannot_be_called_back_and_that_is_said(
    device: Open, platform: RunningPlatform
) -> None:
    two, mine, end = just_connected(platform), await device(), Held(early=True)
    await sign_in(mine.page, two.me)
    await mine.page.route("**/v1/couple:end", end)
    await begin_to_end(mine.page)
    await end.sent.wait()
    await button(sheet(mine.page), "Stay connected").click()
    await expect(mine.page.get_by_text(LATE)).to_be_visible()
    await end.let_go()
    await expect(heading(mine.page, "You are no longer connected")).to_be_visible()
    await expect(mine.page.get_by_text(LATE)).to_have_count(0)


async def test_a_change_that_waits_is_given_up_by_cancel(device: Open, platform: RunningPlatform) -> None:
    two, mine = just_connected(platform), await device()
    await sign_in(mine.page, two.me)
    await mine.listens(1)
    await open_tab(mine.page, "Us")
    await mine.context.set_offline(True)
    await button(mine.page, "Change what is said about you").click()
    await labelled(sheet(mine.page), "Your name here").fill("Nobody")
    await button(sheet(mine.page), "Save").click()
    await expect(sheet(mine.page).get_by_text(WAITS)).to_be_visible()
    await button(sheet(mine.page), "Cancel").click()
    tried = len(mine.asked("/v1/me", "PATCH"))
    await back(mine)
    assert len(mine.asked("/v1/me", "PATCH")) == tried
    assert two.me.done("GET", "/v1/me")["me"]["displayName"] == "Ada"
    await expect(mine.page.get_by_text("Nobody", exact=True)).to_have_count(0)


async def test_an_invite_that_was_given_up_neither_comes_nor_closes_the_next_sheet(
    device: Open, platform: RunningPlatform
) -> None:
    two, mine = just_connected(platform), await device()
    await sign_in(mine.page, two.me)
    await mine.listens(1)
    await open_tab(mine.page, "Time")
    await mine.context.set_offline(True)
    await begin_to_propose(mine.page, "Pancakes")
    await expect(sheet(mine.page).get_by_text(WAITS)).to_be_visible()
    await dismiss(mine.page)
    await button(mine.page, "Propose a time").click()
    await labelled(sheet(mine.page), "What").fill("Walk by the river")
    await back(mine)
    await expect(labelled(sheet(mine.page), "What")).to_have_value("Walk by the river")
    await button(sheet(mine.page), "Propose to Sam").click()
    await expect(mine.page.get_by_role("article", name="Walk by the river")).to_be_visible()
    assert titles(two.other) == ["Walk by the river"]


async def test_an_invite_that_was_sent_comes_and_leaves_the_next_sheet_open(
    device: Open, platform: RunningPlatform
) -> None:
    two, mine, first = just_connected(platform), await device(), Held()
    await sign_in(mine.page, two.me)
    await open_tab(mine.page, "Time")
    await mine.page.route("**/v1/invites", first)
    await begin_to_propose(mine.page, "Pancakes")
    await first.sent.wait()
    await dismiss(mine.page)
    await button(mine.page, "Propose a time").click()
    await labelled(sheet(mine.page), "What").fill("Walk by the river")
    await first.let_go()
    await expect(mine.page.locator("article", has_text="Pancakes")).to_have_count(1)
    await expect(labelled(sheet(mine.page), "What")).to_have_value("Walk by the river")


@pytest.mark.parametrize("late", ["answer", "refusal"])
async def test_what_comes_late_for_somebody_who_is_gone_touches_nothing_of_who_is_there(
    device: Open, platform: RunningPlatform, late: str
) -> None:
    two, mine, held = just_connected(platform), await device(), Held()
    page = mine.page
    await sign_in(page, two.me)
    await seal(page, ANSWERS["mine"])
    await page.route("**/answer", held)
    await button(page, "Take it back", start=True).click()
    await page.get_by_role("group").get_by_role("button", name=words("Take it back", start=True)).click()
    await held.sent.wait()
    if late == "refusal":
        held.instead = (401, {"reason": "unauthenticated", "status": 401})
    two.me.done("DELETE", f"/v1/sessions/{two.me.done('GET', '/v1/sessions')['sessions'][0]['id']}")
    await link(page, "Sign in").click()
    await labelled(page, "Mail").fill(two.other.mail)
    await labelled(page, "Password").fill(PASSWORD)
    await button(page, "Sign in").click()
    await expect(page).to_have_url(re.compile("/today$"))
    await settled(page)
    await held.let_go()
    for tab in ("Us", "Today"):
        await open_tab(page, tab)
    await expect(page.get_by_role("article").get_by_role("textbox")).to_have_value("")
    assert ANSWERS["mine"] not in await page.content()


async def test_what_nothing_answers_waits_and_goes_through_once(device: Open, platform: RunningPlatform) -> None:
    """A minute is six seconds here: what may take long is not waited for longer than a test does."""
    two, mine = just_connected(platform), await device()
    await mine.context.add_init_script(
        "const inTime = AbortSignal.timeout; AbortSignal.timeout = (ms) => inTime.call(AbortSignal, ms / 10);"
    )
    swallowed: list[Route] = []
    await sign_in(mine.page, two.me)
    await open_tab(mine.page, "Time")

    async def swallow(route: Route) -> None:
        """Answer nothing, the first time."""
        if route.request.method != "POST" or swallowed:
            return await route.fallback()
        swallowed.append(route)

    await mine.page.route("**/v1/invites", swallow)
    await begin_to_propose(mine.page, "Pancakes")
    await expect(sheet(mine.page).get_by_text(WAITS)).to_be_visible()
    await expect(mine.page.get_by_role("article", name="Pancakes")).to_be_visible()
    assert len({each.headers["idempotency-key"] for each in mine.asked("/v1/invites", "POST")}) == 1
    assert titles(two.other) == ["Pancakes"]


async def test_a_reminder_that_is_being_typed_stays_when_the_pairing_ends(
    device: Open, platform: RunningPlatform
) -> None:
    two, mine = just_connected(platform), await device()
    page = mine.page
    await sign_in(page, two.me)
    await mine.listens(1)
    await open_tab(page, "Time")
    await button(page, "Offer one to Sam").click()
    await labelled(sheet(page), "What").fill("Water the tomatoes")
    two.other.done("POST", "/v1/couple:end", {"notice": "END_NOTICE_PLAINLY"})
    await expect(page.get_by_text("Time together shows up here once you are two.")).to_have_count(1)
    await expect(labelled(sheet(page), "What")).to_have_value("Water the tomatoes")
    await button(sheet(page), "Remind me").click()
    await expect(sheet(page)).to_have_count(0)

    async def is_mine() -> bool:
        (made,) = two.me.done("GET", "/v1/reminders")["reminders"]
        return (made["title"], made["audience"]) == ("Water the tomatoes", "AUDIENCE_ME")

    await eventually(is_mine)


async def test_what_was_typed_into_a_sheet_is_there_again_until_it_is_sent_or_somebody_else_comes(
    device: Open, platform: RunningPlatform
) -> None:
    two, mine = just_connected(platform), await device()
    page, what = mine.page, labelled(sheet(mine.page), "What")
    await sign_in(page, two.me)
    await open_tab(page, "Time")
    for opener, sent in (("Propose a time", "Propose to Sam"), ("New reminder", "Remind me")):
        await button(page, opener).click()
        await what.fill("Walk by the river")
        await page.keyboard.press("Escape")
        await button(page, opener).click()
        await expect(what).to_have_value("Walk by the river")
        await button(sheet(page), sent).click()
        await expect(sheet(page)).to_have_count(0)
        await button(page, opener).click()
        await expect(what).to_have_value("")
        await what.fill("For nobody else")
        await page.keyboard.press("Escape")
    two.me.done("DELETE", "/v1/sessions")
    await expect(link(page, "Sign in")).to_be_visible()
    await link(page, "Sign in").click()
    await labelled(page, "Mail").fill(two.other.mail)
    await labelled(page, "Password").fill(PASSWORD)
    await button(page, "Sign in").click()
    await settled(page)
    await open_tab(page, "Time")
    for opener in ("Propose a time", "New reminder"):
        await button(page, opener).click()
        await expect(what).to_have_value("")
        await dismiss(page)
