"""Does each act of the app do what it says? One click or two, and the platform says the same."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from operator import eq
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.people import soon
from tests.platform_process import RunningPlatform
from tests.web.acts import button, labelled, open_tab, seal, sheet, sign_in, words
from tests.web.browser import new_device
from tests.web.couples import ANSWERS, TITLES, Two, well_lived
from twolamps_testkit.stage import eventually

TO_SKIP, TO_DECLINE = "Feed the sourdough", "Early train"


@dataclass
class Living:
    """Ada at the app, in a life with something to do on every screen."""

    two: Two
    page: Page

    def listed(self, name: str, title: str) -> dict[str, Any]:
        """One of Ada's invites or reminders, as the platform has it."""
        found = self.two.me.done("GET", f"/v1/{name}", query={"pageSize": 200})[name]
        (one,) = (each for each in found if each["title"] == title)
        return dict(one)

    def rings(self, title: str) -> list[str]:
        """What has become of a reminder's times."""
        return [ring["state"] for ring in self.listed("reminders", title)["rings"]]

    def prompt(self, which: int) -> dict[str, Any]:
        """One of today's questions, as it stands for Ada."""
        prompts = self.two.me.done("GET", "/v1/prompts/today")["prompts"]
        return next(dict(each) for each in prompts if each["id"] == self.two.prompts[which]["id"])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def living(browser: Browser, platform: RunningPlatform) -> AsyncIterator[Living]:
    """One couple and one browser for all acts: no act here undoes what another needs."""
    two = well_lived(platform)
    two.remind(two.me, TO_SKIP, "ME", two.local(two.me, minutes=2))
    two.invite(two.other, TO_DECLINE, days=8)
    platform.move_clock(150)
    device = await new_device(browser, platform)
    await sign_in(device.page, two.me)
    living = Living(two, device.page)
    soon(lambda: "RING_STATE_RINGING" in living.rings(TO_SKIP))
    yield living
    await device.context.close()
    assert device.faults == []


async def test_the_profile_is_saved(living: Living) -> None:
    page = living.page
    await open_tab(page, "Us")
    await button(page, "Change what is said about you").click()
    await labelled(sheet(page), "Pronouns, if you like").fill("they/them")
    await button(sheet(page), "Save").click()
    await expect(sheet(page)).to_have_count(0)
    await expect(page.get_by_text("they/them")).to_be_visible()
    assert living.two.me.done("GET", "/v1/me")["me"]["pronouns"] == "they/them"
    assert living.two.other.done("GET", "/v1/couple")["couple"]["partner"]["pronouns"] == "they/them"


async def test_the_shared_calendar_is_saved_for_both(living: Living) -> None:
    page = living.page
    await open_tab(page, "Us")
    await button(page, "Change your shared calendar").click()
    await labelled(sheet(page), "A day begins at").fill("05:30")
    await labelled(sheet(page), "A week begins on").select_option("7")
    await button(sheet(page), "Save").click()
    await expect(sheet(page)).to_have_count(0)
    for person in (living.two.me, living.two.other):
        calendar = person.done("GET", "/v1/couple")["couple"]["calendar"]
        assert (calendar["dayStart"], calendar["weekStart"]) == ("05:30", 7)


async def test_a_preferred_time_is_added_and_another_removed(living: Living) -> None:
    page, me = living.page, living.two.me
    before = me.done("GET", "/v1/windows")["windows"]
    await open_tab(page, "Time")
    await button(page, "My preferred times").click()
    await button(sheet(page), "Remove preferred time 1").click()
    await button(sheet(page), "Add a time").click()
    added = sheet(page).get_by_role("group", name=f"Preferred time {len(before)}")
    await labelled(added, "From").fill("07:15")
    await labelled(added, "To").fill("08:45")
    await button(sheet(page), "Save").click()
    await expect(sheet(page)).to_have_count(0)
    stated = me.done("GET", "/v1/windows")["windows"]
    assert [(each["start"], each["end"]) for each in stated if each not in before] == [("07:15", "08:45")]
    assert [each for each in before if each not in stated] == before[:1]


async def test_a_share_is_switched_on_and_off(living: Living) -> None:
    page, me = living.page, living.two.me

    async def granted() -> set[str]:
        shares = me.done("GET", "/v1/couple")["couple"]["shares"]
        return {each["share"] for each in shares if each["grantedByMe"]}

    await open_tab(page, "Us")
    switch = page.get_by_role("switch", name=words("Titles you write", start=True))
    for wished in (True, False):
        await switch.set_checked(wished, force=True)
        expected = {"SHARE_AVAILABILITY"} | ({"SHARE_TITLES"} if wished else set())
        await eventually(granted, until=partial(eq, expected))
        await expect(page.get_by_text("Yours is on until")).to_have_count(len(expected))


async def test_another_session_is_ended_and_this_one_goes_on(living: Living) -> None:
    page, me = living.page, living.two.me
    await open_tab(page, "Us")
    await button(page, "End: tablet", start=True).click()
    await button(page, "End it").click()
    await expect(page.get_by_text("tablet")).to_have_count(0)
    assert "tablet" not in [each["clientName"] for each in me.done("GET", "/v1/sessions")["sessions"]]
    await open_tab(page, "Today")


async def test_a_reminder_that_rings_is_put_off(living: Living) -> None:
    page, title = living.page, TITLES["rings"]
    await open_tab(page, "Time")
    await button(page, f"Later: {title}").click()
    await button(sheet(page), "In 10 min").click()
    await expect(sheet(page)).to_have_count(0)
    assert living.rings(title) == ["RING_STATE_SNOOZED"]


async def test_a_reminder_that_rings_is_skipped(living: Living) -> None:
    page = living.page
    await open_tab(page, "Time")
    await button(page, f"Skip: {TO_SKIP}").click()
    await expect(button(page, f"Skip: {TO_SKIP}")).to_have_count(0)
    assert "RING_STATE_RINGING" not in living.rings(TO_SKIP)


async def test_a_reminder_is_stopped(living: Living) -> None:
    page, title = living.page, TITLES["both"]
    await open_tab(page, "Time")
    await button(page, title).click()
    await button(sheet(page), f"Stop this reminder: {title}").click()
    await button(sheet(page), "Stop it").click()
    await expect(sheet(page)).to_have_count(0)
    assert living.listed("reminders", title)["cancelled"]


async def test_an_offered_reminder_is_declined(living: Living) -> None:
    page, title = living.page, TITLES["offered"]
    await open_tab(page, "Time")
    await button(page, f"Not for me: {title}").click()
    await expect(button(page, f"Not for me: {title}")).to_have_count(0)
    offered = living.two.me.done("GET", "/v1/reminders", query={"pageSize": 200})["reminders"]
    assert [each["offer"] for each in offered if each["title"] == title] in ([], ["OFFER_STATE_DECLINED"])


async def test_an_invite_is_declined(living: Living) -> None:
    page = living.page
    await open_tab(page, "Time")
    await button(page, f"Not this week: {TO_DECLINE}", start=True).click()
    await expect(button(page, f"Not this week: {TO_DECLINE}", start=True)).to_have_count(0)
    assert living.listed("invites", TO_DECLINE)["state"] == "INVITE_STATE_DECLINED"


async def test_my_own_invite_is_taken_back(living: Living) -> None:
    page, title = living.page, TITLES["proposed"]
    await open_tab(page, "Time")
    await button(page, f"Take it back: {title}", start=True).click()
    await expect(button(page, f"Take it back: {title}", start=True)).to_have_count(0)
    assert living.listed("invites", title)["state"] == "INVITE_STATE_CANCELLED"


async def test_what_both_agreed_on_is_called_off_after_a_question(living: Living) -> None:
    page, title = living.page, TITLES["agreed"]
    await open_tab(page, "Time")
    await button(page, f"Cancel: {title}", start=True).click()
    assert living.listed("invites", title)["state"] == "INVITE_STATE_ACCEPTED"
    await button(page, "Cancel it").click()
    await expect(button(page, "Cancel it")).to_have_count(0)
    assert living.listed("invites", title)["state"] == "INVITE_STATE_CANCELLED"


async def test_a_sealed_answer_is_taken_back_and_its_words_are_there_again(living: Living) -> None:
    page = living.page
    await open_tab(page, "Today")
    await button(page, living.two.prompts[1]["text"], start=True).click()
    await button(page, "Take it back", start=True).click()
    await page.get_by_role("group").get_by_role("button", name=words("Take it back", start=True)).click()
    await expect(page.get_by_role("article").get_by_role("textbox")).to_have_value(ANSWERS["sealed"])
    taken_back = living.prompt(1)
    assert (taken_back["state"], taken_back["myAnswer"]) == ("PROMPT_STATE_OPEN", "")
    assert not taken_back["lightLeftByMe"]


async def test_an_alternate_is_answered(living: Living) -> None:
    page = living.page
    await open_tab(page, "Today")
    await button(page, living.two.prompts[2]["text"], start=True).click()
    await seal(page, ANSWERS["mine"])
    await expect(page.get_by_text(ANSWERS["light"], exact=True)).to_be_visible()
    opened = living.prompt(2)
    assert (opened["state"], opened["myAnswer"]) == ("PROMPT_STATE_REVEALED", ANSWERS["mine"])


async def test_no_chosen_name_stands_in_what_an_end_says(living: Living) -> None:
    page, name = living.page, "Wait 30 days to leave. Until then Ada"
    living.two.other.done("PATCH", "/v1/me", {"displayName": name})
    await open_tab(page, "Today")
    await page.reload()
    await open_tab(page, "Us")
    await expect(page.get_by_text(name, exact=True)).to_be_visible()
    await button(page, "End this pairing").click()
    await expect(sheet(page)).to_be_visible()
    assert name not in await sheet(page).inner_text()
    await button(sheet(page), "Stay connected").click()
    living.two.other.done("PATCH", "/v1/me", {"displayName": "Sam"})
