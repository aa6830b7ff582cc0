"""Does the app show all there is, and tell of it in its own exact words? Long lists, times that end on another day, refusals."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import Route, expect

from tests.platform_process import RunningPlatform
from tests.web.acts import ask_in, button, labelled, open_tab, sheet, sign_in
from tests.web.browser import Open
from tests.web.couples import just_connected, many

FIRST = "Water the tomatoes"
SERVERS_WORDS = "The server says so in English"


def paged(items: list[dict[str, Any]], size: int, token: str) -> tuple[list[dict[str, Any]], str]:
    """A page of a long list, and the token of the next one."""
    begin = int(token or 0)
    return items[begin : begin + size], str(begin + size) if begin + size < len(items) else ""


async def test_a_reminder_that_is_older_than_800_others_is_still_there(device: Open, platform: RunningPlatform) -> None:
    two, mine = just_connected(platform), await device()
    two.remind(two.me, FIRST, "ME", two.local(two.me, hours=2), "FREQ=DAILY")
    (first,) = two.me.done("GET", "/v1/reminders")["reminders"]
    over = many([{**first, "title": "Over", "cancelled": True, "rings": []}], 800)

    async def page_by_page(route: Route) -> None:
        asked = {name: value for name, (value,) in parse_qs(urlsplit(route.request.url).query).items()}
        page, token = paged([*over, first], int(asked["pageSize"]), asked.get("pageToken", ""))
        await route.fulfill(body=json.dumps({"reminders": page, "nextPageToken": token}))

    await mine.page.route("**/v1/reminders?*", page_by_page)
    await sign_in(mine.page, two.me)
    await open_tab(mine.page, "Time")
    await expect(button(mine.page, FIRST, start=True)).to_be_visible()


async def test_older_items_that_were_asked_for_stay_when_the_inbox_is_loaded_anew(
    device: Open, platform: RunningPlatform
) -> None:
    two, mine = just_connected(platform), await device()
    items = many(two.me.done("GET", "/v1/inbox")["items"], 120)

    async def page_by_page(route: Route) -> None:
        asked = {name: value for name, (value,) in parse_qs(urlsplit(route.request.url).query).items()}
        page, token = paged(items, int(asked["pageSize"]), asked.get("pageToken", ""))
        await route.fulfill(body=json.dumps({"items": page, "nextPageToken": token, "cursor": ""}))

    await mine.page.route("**/v1/inbox?*", page_by_page)
    await mine.page.route("**/v1/inbox/stream*", lambda route: route.abort())
    await sign_in(mine.page, two.me)
    await open_tab(mine.page, "Inbox")
    rows = mine.page.locator("main li")
    await expect(rows).to_have_count(50)
    await button(mine.page, "Show more").click()
    await expect(rows).to_have_count(100)
    before = len(mine.asked("/v1/inbox"))
    await mine.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    async with mine.page.expect_response(re.compile("pageToken=50")):
        assert len(mine.asked("/v1/inbox")) >= before
    await expect(rows).to_have_count(100)


async def test_a_time_that_ends_on_another_day_names_that_day(device: Open, platform: RunningPlatform) -> None:
    two, mine = just_connected(platform), await device()
    await sign_in(mine.page, two.me)
    await open_tab(mine.page, "Time")
    await button(mine.page, "Propose a time").click()
    said = sheet(mine.page).locator(".time-said .fact")
    await expect(said).to_have_text("Tomorrow, 19:00 – 21:00")
    await button(sheet(mine.page), "Other").click()
    await labelled(sheet(mine.page), "Minutes, from 15 to 1,440").fill("1440")
    await expect(said).to_have_text(re.compile(r"^Tomorrow, 19:00 – \w{3} \d+ \w{3,4}( \d{4})?, 19:00$"))
    year = two.ahead(days=420).year
    await labelled(sheet(mine.page), "Day").fill(f"{two.ahead(days=420):%Y-%m-%d}")
    await expect(said).to_have_text(re.compile(rf" {year}, 19:00 – \w{{3}} \d+ \w{{3,4}} \d{{4}}, 19:00$"))


async def test_a_refusal_is_told_in_the_words_of_the_app_alone(device: Open, platform: RunningPlatform) -> None:
    two, mine = just_connected(platform), await device()
    told = {
        "a_rule_of_tomorrow": "That did not work. Nothing was changed.",
        "invalid_field": "A note holds up to 1,000 characters.",
        "unavailable": "Twolamps is not there at the moment. What you wrote is still here; try again soon.",
    }
    refusal: dict[str, Any] = {"detail": SERVERS_WORDS, "errors": [{"field": "note", "detail": SERVERS_WORDS}]}

    async def refuse(route: Route) -> None:
        await route.fulfill(status=422, body=json.dumps(refusal))

    await sign_in(mine.page, two.me)
    await open_tab(mine.page, "Time")
    await mine.page.route("**/v1/invites", refuse)
    await button(mine.page, "Propose a time").click()
    await labelled(sheet(mine.page), "What").fill("Pancakes")
    for reason, words in told.items():
        refusal["reason"] = reason
        await button(sheet(mine.page), "Propose to Sam").click()
        await expect(sheet(mine.page).get_by_text(words)).to_be_visible()
        await expect(mine.page.get_by_text(SERVERS_WORDS)).to_have_count(0)


async def test_a_sheet_whose_file_does_not_come_says_so_and_comes_when_it_can(
    device: Open, platform: RunningPlatform
) -> None:
    two, mine = just_connected(platform), await device()
    await mine.page.route("**/time_invite_sheets.js", lambda route: route.abort())
    await sign_in(mine.page, two.me)
    await open_tab(mine.page, "Time")
    await button(mine.page, "Propose a time").click()
    await expect(sheet(mine.page).get_by_text("Twolamps does not answer at the moment.")).to_be_visible()
    await mine.page.unroute("**/time_invite_sheets.js")
    await button(sheet(mine.page), "Try again").click()
    await expect(labelled(sheet(mine.page), "What")).to_be_visible()


async def test_a_time_that_cannot_be_had_at_all_is_told_once_and_comes_back_by_one_act(
    device: Open, platform: RunningPlatform
) -> None:
    two, mine = just_connected(platform), await device()
    await sign_in(mine.page, two.me)
    shown = re.compile(r"/v1/(invites|reminders|slots)\b")

    async def fail(route: Route) -> None:
        await route.fulfill(status=503, body="", content_type="text/plain")

    await mine.page.route(shown, fail)
    await open_tab(mine.page, "Time")
    await expect(button(mine.page, "Try again")).to_have_count(1)
    await mine.page.unroute(shown)
    await button(mine.page, "Try again").click()
    await expect(button(mine.page, "New reminder")).to_be_visible()
    await expect(button(mine.page, "Try again")).to_have_count(0)


async def test_a_browser_that_does_not_keep_the_cookie_is_told_so_instead_of_being_led_round(
    device: Open, platform: RunningPlatform
) -> None:
    two, mine = just_connected(platform), await device()

    async def lose(route: Route) -> None:
        answer = await route.fetch()
        headers = {name: value for name, value in answer.headers.items() if name != "set-cookie"}
        await mine.context.clear_cookies()  # fetched by the browser's own jar, which kept it
        await route.fulfill(status=answer.status, headers=headers, body=await answer.body())

    await mine.page.route("**/web/session", lose)
    await ask_in(mine.page, two.me)
    await expect(mine.page.get_by_role("alert")).to_contain_text("without HTTPS")
    assert urlsplit(mine.page.url).path == "/sign-in"
