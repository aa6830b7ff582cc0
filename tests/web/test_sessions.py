"""What becomes of an open page when its session ends, wherever that happens? It shows the way in, and nobody's words."""

import re
import time
from functools import partial
from urllib.parse import urlsplit

from playwright.async_api import Page, Route, expect

from tests.people import PASSWORD, Person
from tests.platform_process import RunningPlatform
from tests.web.acts import button, labelled, link, open_tab, propose, settled, sign_in, words, write
from tests.web.browser import Open
from tests.web.couples import ANSWERS, just_connected, somebody
from twolamps_testkit.stage import eventually

LIFE_OF_A_TOKEN_S = 600
DAY_S = 24 * 3600
LIFE_OF_A_SESSION_S = 91 * DAY_S
WHO = "fetch('/v1/me').then((answer) => answer.json()).then(({ me }) => me?.mail)"


def browsers_session(person: Person) -> str:
    """The session of a browser: the newest one."""
    return str(person.done("GET", "/v1/sessions")["sessions"][0]["id"])


async def is_outside(page: Page, *words_of_people: str) -> None:
    """Assert that nobody is signed in on a page, and nothing of anybody's is on it."""
    await expect(page).to_have_url(re.compile("/(welcome|sign-in)$"))
    await expect(link(page, "Sign in")).to_be_visible()
    content = await page.content()
    assert [each for each in words_of_people if each in content] == []


async def test_a_session_ended_elsewhere_leaves_no_typed_words_on_the_open_page(
    device: Open, platform: RunningPlatform
) -> None:
    two, mine = just_connected(platform), await device()
    page = mine.page
    await sign_in(page, two.me)
    await write(page, ANSWERS["mine"])
    two.me.done("DELETE", f"/v1/sessions/{browsers_session(two.me)}")
    await is_outside(page, ANSWERS["mine"], two.prompts[0]["text"], "Sam")
    await mine.listens(0)
    await sign_in(page, two.other)
    assert await page.get_by_role("article").get_by_role("textbox").input_value() == ""
    assert ANSWERS["mine"] not in await page.content()


async def test_what_is_typed_stays_when_a_token_ends_and_the_session_goes_on(
    device: Open, platform: RunningPlatform
) -> None:
    two, mine = just_connected(platform), await device()
    await sign_in(mine.page, two.me)
    await write(mine.page, ANSWERS["mine"])
    platform.move_clock(LIFE_OF_A_TOKEN_S + 1)
    await mine.follow(platform)
    await button(mine.page, "Seal my answer").click()
    await expect(button(mine.page, "Take it back", start=True)).to_be_visible()
    await open_tab(mine.page, "Inbox")
    two.invite(two.other, "Pancakes", days=2)
    await expect(mine.page.get_by_role("listitem").filter(has_text="Sam proposed")).to_have_count(1)


async def test_a_token_that_ends_on_its_way_to_a_service_signs_nobody_out(
    device: Open, platform: RunningPlatform
) -> None:
    """The gateway took it for valid, the service does not any more; what the gateway has next is a new one."""
    two, mine = just_connected(platform), await device()
    late: dict[str, int] = {}

    async def ends_once(route: Route) -> None:
        """Refuse what is asked for the first time, as a service does."""
        path = urlsplit(route.request.url).path
        late[path] = late.get(path, 0) + 1
        refusal = {"reason": "unauthenticated", "status": 401}
        await (route.fulfill(status=401, json=refusal) if late[path] == 1 else route.continue_())

    await sign_in(mine.page, two.me)
    await mine.page.route(re.compile(r"/v1/(invites|slots)"), ends_once)
    await open_tab(mine.page, "Time")
    await propose(mine.page, "Pancakes")
    await expect(mine.page.locator("article", has_text="Pancakes")).to_have_count(1)
    assert len(two.me.done("GET", "/v1/invites")["invites"]) == 1
    assert min(late.values()) >= 2
    assert set(late) == {"/v1/invites", "/v1/slots"}


async def test_a_session_that_lapses_unused_leaves_the_open_page_at_the_way_in(
    device: Open, platform: RunningPlatform
) -> None:
    two, mine = just_connected(platform), await device()
    await sign_in(mine.page, two.me)
    await write(mine.page, ANSWERS["mine"])
    platform.move_clock(LIFE_OF_A_SESSION_S)
    await is_outside(mine.page, ANSWERS["mine"], "Sam")


async def test_signing_out_everywhere_closes_every_page_and_every_stream(
    device: Open, platform: RunningPlatform
) -> None:
    two = just_connected(platform)
    here, there = await device(), await device()
    for each in (here, there):
        await sign_in(each.page, two.me)
        await each.listens(1)
    second = await here.another_tab("/time")
    await open_tab(here.page, "Us")
    await button(here.page, "Sign out everywhere").click()
    await here.page.get_by_role("group").get_by_role("button", name=words("Sign out everywhere")).click()
    for page in (here.page, second, there.page):
        await is_outside(page, "Sam")
    for each in (here, there):
        await each.listens(0)
    assert await here.context.cookies() == []


async def test_signing_out_here_leaves_another_browser_signed_in(device: Open, platform: RunningPlatform) -> None:
    two = just_connected(platform)
    here, there = await device(), await device()
    for each in (here, there):
        await sign_in(each.page, two.me)
    await open_tab(here.page, "Us")
    await button(here.page, "Sign out").click()
    await is_outside(here.page, "Sam")
    assert await here.context.cookies() == []
    await here.page.go_back()
    await is_outside(here.page, "Sam")
    await open_tab(there.page, "Us")
    await expect(there.page.get_by_text("This one")).to_be_visible()


async def test_who_signs_in_in_a_second_window_stays_signed_in_and_the_first_shows_them(
    device: Open, platform: RunningPlatform
) -> None:
    two, mine = just_connected(platform), await device()
    first = mine.page
    second = await mine.another_tab("/sign-in")
    await sign_in(first, two.me)
    await write(first, ANSWERS["mine"])
    await mine.listens(1)
    await labelled(second, "Mail").fill(two.other.mail)
    await labelled(second, "Password").fill(PASSWORD)
    await button(second, "Sign in").click()
    for page in (second, first):
        await expect(page).to_have_url(re.compile("/today$"))
        await eventually(partial(page.evaluate, WHO), until=lambda mail: mail == two.other.mail)
        await settled(page)
        await expect(page.get_by_role("article").get_by_role("textbox")).to_have_value("")
        assert ANSWERS["mine"] not in await page.content()
    await mine.listens(1)
    replaced = [each["id"] for each in two.me.done("GET", "/v1/sessions")["sessions"] if not each["current"]]
    assert replaced == []


async def test_a_cookie_that_is_used_now_and_then_does_not_end(device: Open, platform: RunningPlatform) -> None:
    mine = await device()
    await sign_in(mine.page, somebody(platform, "Ada"))
    (cookie,) = await mine.context.cookies()
    soon = time.time() + DAY_S
    await mine.context.add_cookies([{**cookie, "expires": soon}])  # type: ignore[typeddict-item]  # as it was given
    await mine.page.reload()
    (renewed,) = await mine.context.cookies()
    assert renewed["value"] == cookie["value"]
    assert renewed["expires"] > soon + 80 * DAY_S
