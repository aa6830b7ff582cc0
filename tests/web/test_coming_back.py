"""What is there when a connection, a person or an answer comes back? All that was missed, by itself, where it was wanted."""

import asyncio
import re

from playwright.async_api import Route, expect

from tests.people import PASSWORD, pair
from tests.platform_process import RunningPlatform
from tests.web.acts import button, heading, labelled, link, make_code, open_tab, settled, sign_in, words
from tests.web.browser import Device, Open
from tests.web.couples import just_connected, somebody
from twolamps_testkit.stage import eventually

FAILED = "This did not work."
AWAY = "Twolamps is out of reach at the moment. It tries again by itself; what you write stays here."
ALONE = "Find each other"


async def away(route: Route) -> None:
    """Answer nothing, as a server that is away."""
    await route.abort()


async def has_all_files(device: Device) -> None:
    """Wait until every screen is here."""

    async def is_so() -> bool:
        asked = device.asked("/app/screens/time_windows.js")
        return bool(asked) and asked[0] in device.over

    await eventually(is_so)


async def test_who_comes_while_the_server_fails_is_told_and_led_on_by_itself(
    device: Open, platform: RunningPlatform
) -> None:
    two, mine = just_connected(platform), await device()
    await sign_in(mine.page, two.me)
    await mine.page.route("**/v1/couple", away)
    for path in ("/", "/welcome", "/sign-in"):
        await mine.page.goto(path)
        await expect(mine.page.get_by_text(FAILED)).to_be_visible()
    await mine.page.unroute("**/v1/couple")
    await expect(mine.page).to_have_url("/today")
    await expect(mine.page.get_by_role("article")).to_be_visible()


async def test_whoever_signs_in_goes_on_where_they_wanted_to_be_once(device: Open, platform: RunningPlatform) -> None:
    two, mine = just_connected(platform), await device()
    page = mine.page
    for path, person in (("/device", two.me), ("/today", two.other)):
        if person is two.me:
            await page.goto(path)
        await expect(page).to_have_url("/welcome")
        await link(page, "Sign in").click()
        await labelled(page, "Mail").fill(person.mail)
        await labelled(page, "Password").fill(PASSWORD)
        await button(page, "Sign in").click()
        await expect(page).to_have_url(path)
        await settled(page)
        if person is two.me:
            await link(page, "Not now").click()
            await open_tab(page, "Us")
            await button(page, "Sign out").click()


async def test_who_is_paired_while_today_fails_is_not_taken_for_alone(device: Open, platform: RunningPlatform) -> None:
    me, other = somebody(platform, "Ada"), somebody(platform, "Sam")
    mine = await device()
    await sign_in(mine.page, me)
    await mine.listens(1)
    await mine.page.goto("/today")
    await expect(link(mine.page, ALONE)).to_be_visible()
    await mine.page.route("**/v1/prompts/today", away)
    before = len(mine.asked("/v1/couple"))
    pair(me, other)
    await expect(mine.page.get_by_text(FAILED)).to_be_visible()
    await expect(link(mine.page, ALONE)).to_have_count(0)
    await open_tab(mine.page, "Us")
    await open_tab(mine.page, "Today")
    await expect(mine.page.get_by_text(FAILED)).to_be_visible()
    assert len(mine.asked("/v1/couple")) - before < 10
    await mine.page.unroute("**/v1/prompts/today")
    await button(mine.page, "Try again").click()
    await expect(mine.page.get_by_text(FAILED)).to_have_count(0)
    await expect(link(mine.page, ALONE)).to_have_count(0)


async def test_a_screen_that_was_opened_offline_is_there_when_the_connection_is(
    device: Open, platform: RunningPlatform
) -> None:
    two, mine = just_connected(platform), await device()
    two.invite(two.other, "Pancakes", days=2)
    await sign_in(mine.page, two.me)
    await mine.listens(1)
    await has_all_files(mine)
    await mine.context.set_offline(True)
    await open_tab(mine.page, "Time")
    await expect(mine.page.get_by_text(FAILED).first).to_be_visible()
    await mine.context.set_offline(False)
    await expect(mine.page.get_by_text(FAILED)).to_have_count(0)
    await expect(mine.page.get_by_role("article", name="Pancakes")).to_be_visible()


async def test_a_server_that_is_away_is_told_on_every_screen_until_it_is_back(
    device: Open, platform: RunningPlatform
) -> None:
    two, mine = just_connected(platform), await device()
    await mine.page.route("**/v1/inbox/stream*", away)
    await sign_in(mine.page, two.me)
    for tab in ("Time", "Inbox", "Us", "Today"):
        await open_tab(mine.page, tab)
        await expect(mine.page.get_by_text(AWAY)).to_be_visible()
    await mine.page.unroute("**/v1/inbox/stream*")
    await expect(mine.page.get_by_text(AWAY)).to_have_count(0)
    await open_tab(mine.page, "Inbox")
    await expect(mine.page.get_by_text(words("Live", start=True))).to_be_visible()


async def test_news_that_comes_while_a_second_tab_loads_is_not_lost(device: Open, platform: RunningPlatform) -> None:
    two, mine = just_connected(platform), await device()
    old, come = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        """Let what the inbox was come late, the first time."""
        if old.is_set():
            return await route.fallback()
        answer = await route.fetch()
        old.set()
        await come.wait()
        await route.fulfill(response=answer)

    await sign_in(mine.page, two.me)
    await mine.listens(1)
    second = await mine.context.new_page()
    await second.route("**/v1/inbox?*", late)
    await second.goto("/inbox")
    await old.wait()
    await expect(second.get_by_role("navigation")).to_be_visible()
    two.invite(two.other, "Pancakes", days=2)
    await open_tab(mine.page, "Inbox")
    proposed = "Sam proposed a time for you two"
    await expect(mine.page.get_by_role("listitem").filter(has_text=proposed)).to_have_count(1)
    come.set()
    await expect(second.get_by_role("listitem").filter(has_text=proposed)).to_have_count(1)


async def test_a_code_that_is_used_while_no_news_comes_is_seen_all_the_same(
    device: Open, platform: RunningPlatform
) -> None:
    me, other = somebody(platform, "Ada"), somebody(platform, "Sam")
    mine = await device()
    await mine.page.route("**/v1/inbox/stream*", away)
    await sign_in(mine.page, me)
    other.done("POST", "/v1/pairings:claim", {"code": await make_code(mine.page)})
    await expect(heading(mine.page, "Is this your person?")).to_be_visible()


async def test_every_screen_has_its_title_and_none_holds_what_people_wrote(
    device: Open, platform: RunningPlatform
) -> None:
    two, mine = just_connected(platform), await device()
    await mine.page.goto("/welcome")
    await expect(mine.page).to_have_title("Twolamps")
    await link(mine.page, "Your safety").click()
    await expect(mine.page).to_have_title("Help")
    await sign_in(mine.page, two.me)
    for tab in ("Today", "Time", "Inbox", "Us"):
        await open_tab(mine.page, tab)
        await expect(mine.page).to_have_title(f"{tab} - Twolamps")
    await link(mine.page, "If you do not feel safe A plain page; nobody is told that you open it").click()
    await expect(mine.page).to_have_title(re.compile("^Help$"))
