"""What becomes of what is done without a connection, and of one stream between two tabs? It waits, goes through once, and
nothing is missed."""

import re

from playwright.async_api import Route, expect

from tests.people import Person
from tests.platform_process import RunningPlatform
from tests.web.acts import button, labelled, open_tab, propose, sheet, sign_in, words, write
from tests.web.browser import Open
from tests.web.couples import ANSWERS, just_connected

OFFLINE = "Not connected. What you write stays here until you are back."
PROPOSED = "Sam proposed a time for you two"


def titles(person: Person) -> list[str]:
    """What somebody's invites are, at the server."""
    return [invite["title"] for invite in person.done("GET", "/v1/invites")["invites"]]


async def test_an_answer_sealed_offline_waits_in_sight_and_goes_through_once(
    device: Open, platform: RunningPlatform
) -> None:
    two, mine = just_connected(platform), await device()
    page = mine.page
    await sign_in(page, two.me)
    await mine.context.set_offline(True)
    await expect(page.get_by_text(OFFLINE)).to_be_visible()
    await write(page, ANSWERS["mine"])
    await button(page, "Seal my answer").click()
    await expect(page.get_by_text("Your answer is sealed as soon as you are back.")).to_be_visible()
    await expect(page.get_by_role("article").get_by_role("textbox")).to_have_value(ANSWERS["mine"])
    await mine.context.set_offline(False)
    await expect(button(page, "Take it back", start=True)).to_be_visible()
    await expect(page.get_by_text(OFFLINE)).to_have_count(0)
    sealed = [request for request in mine.asked("/answer", "PUT") if await request.response()]
    assert len(sealed) == 1
    assert two.me.done("GET", "/v1/prompts/today")["prompts"][0]["myAnswer"] == ANSWERS["mine"]


async def test_an_invite_proposed_offline_is_there_once(device: Open, platform: RunningPlatform) -> None:
    two, mine = just_connected(platform), await device()
    await sign_in(mine.page, two.me)
    await open_tab(mine.page, "Time")
    await mine.context.set_offline(True)
    await button(mine.page, "Propose a time").click()
    await labelled(sheet(mine.page), "What").fill("Pancakes")
    await button(sheet(mine.page), "Propose to Sam").click()
    await expect(sheet(mine.page).get_by_text("Waits for the connection …")).to_be_visible()
    await mine.context.set_offline(False)
    await expect(mine.page.get_by_role("article", name="Pancakes")).to_be_visible()
    assert titles(two.me) == titles(two.other) == ["Pancakes"]


async def test_a_write_whose_answer_was_lost_is_not_doubled(device: Open, platform: RunningPlatform) -> None:
    two, mine = just_connected(platform), await device()
    lost: list[str] = []

    async def lose(route: Route) -> None:
        """Let it reach the server, and nothing come back."""
        if route.request.method != "POST" or lost:
            return await route.continue_()
        await route.fetch()
        lost.append(route.request.headers["idempotency-key"])
        await route.abort()

    await sign_in(mine.page, two.me)
    await open_tab(mine.page, "Time")
    await mine.page.route("**/v1/invites", lose)
    await propose(mine.page, "Pancakes")
    await expect(mine.page.get_by_role("article", name="Pancakes")).to_be_visible()
    keys = {request.headers["idempotency-key"] for request in mine.asked("/v1/invites", "POST")}
    assert keys == set(lost)
    assert titles(two.other) == ["Pancakes"]


async def test_what_came_while_offline_is_there_once_without_a_reload(device: Open, platform: RunningPlatform) -> None:
    two, mine = just_connected(platform), await device()
    await sign_in(mine.page, two.me)
    await open_tab(mine.page, "Inbox")
    await expect(mine.page.get_by_text(words("Live", start=True))).to_be_visible()
    await mine.context.set_offline(True)
    await expect(mine.page.get_by_text(words("Not connected", start=True)).first).to_be_visible()
    two.invite(two.other, "Pancakes", days=2)
    await mine.context.set_offline(False)
    proposed = mine.page.get_by_role("listitem").filter(has_text=PROPOSED)
    await expect(proposed).to_have_count(1)
    await expect(mine.page.get_by_text(words("Live", start=True))).to_be_visible()
    await expect(proposed).to_have_count(1)


async def test_two_tabs_share_one_stream_and_both_hear(device: Open, platform: RunningPlatform) -> None:
    two, mine = just_connected(platform), await device()
    await sign_in(mine.page, two.me)
    second = await mine.another_tab("/inbox")
    await open_tab(mine.page, "Inbox")
    for page in (mine.page, second):
        await expect(page.get_by_text(words("Live", start=True))).to_be_visible()
    two.invite(two.other, "Pancakes", days=2)
    for page in (mine.page, second):
        await expect(page.get_by_role("listitem").filter(has_text=PROPOSED)).to_have_count(1)
    assert len(mine.asked("/v1/inbox/stream")) == 1


async def test_when_the_tab_that_listens_closes_the_other_goes_on_without_a_hole(
    device: Open, platform: RunningPlatform
) -> None:
    two, mine = just_connected(platform), await device()
    await sign_in(mine.page, two.me)
    await mine.listens(1)
    second = await mine.another_tab("/inbox")
    await expect(second.get_by_text(words("Live", start=True))).to_be_visible()
    two.invite(two.other, "Before", days=2)
    await expect(second.get_by_role("listitem").filter(has_text=PROPOSED)).to_have_count(1)
    await mine.page.close()
    two.invite(two.other, "Between", days=3)
    await expect(second.get_by_role("listitem").filter(has_text=PROPOSED)).to_have_count(2)
    two.invite(two.other, "After", days=4)
    await expect(second.get_by_role("listitem").filter(has_text=PROPOSED)).to_have_count(3)
    first, after = mine.asked("/v1/inbox/stream")
    assert re.search("cursor=.+", after.url)
    assert first.url != after.url
