"""What can a page, a stranger's page or somebody at the same browser get at? No secret, no stored words, no other host."""

import asyncio
import re
from collections.abc import Callable
from functools import partial
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.async_api import Page, Route, expect

from gateway.web import PAGES
from tests.people import PASSWORD, Person
from tests.platform_process import RunningPlatform
from tests.web.acts import button, heading, link, open_tab, propose, seal, sign_in, words
from tests.web.browser import Open
from tests.web.couples import ANSWERS, just_connected, somebody
from twolamps_testkit.stage import eventually

COOKIE = "__Host-twolamps"
KEPT = """async () => {
  const stored = (storage) => Object.entries(storage).flat();
  const answers = [];
  for (const name of await caches.keys()) {
    const kept = await caches.open(name);
    for (const request of await kept.keys()) answers.push(request.url, await (await kept.match(request)).text());
  }
  const databases = (await indexedDB.databases()).map((each) => each.name);
  return [document.cookie, location.href, JSON.stringify(history.state), document.title, ...stored(localStorage),
    ...stored(sessionStorage), ...databases, ...answers].join("\\n");
}"""

POLICY = (
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "font-src 'self'", "img-src 'self'",
    "connect-src 'self'", "manifest-src 'self'", "worker-src 'self'", "base-uri 'none'", "form-action 'none'",
    "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types twolamps",
)  # fmt: skip
HEAR_REFUSALS = """() => {
  globalThis.refused = [];
  document.addEventListener("securitypolicyviolation", (event) => refused.push(event.effectiveDirective));
}"""
PLANT = """(host) => {
  const plant = (name, given) => document.body.append(Object.assign(document.createElement(name), given));
  fetch(`http://${host}/fetch`).catch(() => {});
  new EventSource(`http://${host}/events`);
  new WebSocket(`ws://${host}/socket`);
  plant("img", { src: `http://${host}/picture` });
  plant("link", { rel: "stylesheet", href: `http://${host}/style` });
  plant("iframe", { src: `http://${host}/frame` });
  plant("form", { action: `http://${host}/form`, method: "post" });
  document.body.lastChild.submit();
}"""
REFUSED = ["connect-src", "connect-src", "connect-src", "form-action", "frame-src", "img-src", "style-src-elem"]


def browser_session(platform: RunningPlatform, person: Person) -> httpx.Response:
    """Sign in as the app does."""
    body = {"mail": person.mail, "password": PASSWORD, "clientName": "a browser"}
    return httpx.post(f"{platform.url}/web/session", json=body, headers={"origin": platform.url, "x-twolamps": "1"})


async def test_the_secret_is_in_a_cookie_that_no_script_and_no_other_site_has(
    device: Open, platform: RunningPlatform
) -> None:
    me, mine = somebody(platform, "Ada"), await device()
    await sign_in(mine.page, me)
    (cookie,) = await mine.context.cookies()
    assert cookie["name"] == COOKIE
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"], cookie["path"]) == (True, True, "Strict", "/")
    assert not cookie["domain"].startswith(".")
    assert await mine.page.evaluate("document.cookie") == ""
    assert cookie["value"] not in await mine.page.content()
    assert cookie["value"] not in await mine.page.evaluate(KEPT)
    assert cookie["value"] not in platform.log()


def test_the_cookie_that_is_set_is_tied_to_this_host(platform: RunningPlatform) -> None:
    said = browser_session(platform, somebody(platform, "Ada")).headers["set-cookie"]
    ((name, morsel),) = SimpleCookie(said).items()
    assert name == COOKIE
    assert (morsel["httponly"], morsel["secure"], morsel["samesite"], morsel["path"]) == (True, True, "Strict", "/")
    assert morsel["domain"] == ""


FORGED: dict[str, Callable[[str], dict[str, str]]] = {
    "without the app's header": lambda own: {"origin": own},
    "from another site": lambda own: {"origin": "https://evil.example", "x-twolamps": "1"},
    "from another port": lambda own: {"origin": "http://127.0.0.1:1", "x-twolamps": "1"},
    "from nowhere": lambda own: {"x-twolamps": "1"},
    "from a sandbox": lambda own: {"origin": "null", "x-twolamps": "1"},
}


@pytest.mark.parametrize("forged", FORGED)
def test_a_write_by_cookie_that_is_not_from_our_page_is_refused(platform: RunningPlatform, forged: str) -> None:
    me = somebody(platform, "Ada")
    secret = browser_session(platform, me).cookies[COOKIE]
    headers = FORGED[forged](platform.url) | {"cookie": f"{COOKIE}={secret}"}
    answer = httpx.patch(f"{platform.url}/v1/me", json={"displayName": "Eve"}, headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (403, "not_our_page")
    answer = httpx.post(f"{platform.url}/v1/pairing-codes", json={}, headers=headers | {"idempotency-key": "k"})
    assert (answer.status_code, answer.json()["reason"]) == (403, "not_our_page")
    assert me.done("GET", "/v1/me")["me"]["displayName"] == "Ada"


@pytest.mark.parametrize("forged", FORGED)
def test_a_sign_in_that_is_not_from_our_page_is_refused(platform: RunningPlatform, forged: str) -> None:
    body = {"mail": somebody(platform, "Ada").mail, "password": PASSWORD, "clientName": "evil"}
    answer = httpx.post(f"{platform.url}/web/session", json=body, headers=FORGED[forged](platform.url))
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_comes_with_the_whole_policy_and_nothing_in_it_breaks_it(
    platform: RunningPlatform, path: str
) -> None:
    answer = httpx.get(platform.url + path)
    assert answer.headers.get_list("content-security-policy") == ["; ".join(POLICY)]
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["permissions-policy"] == "camera=(), geolocation=(), microphone=()"
    assert (answer.headers["x-content-type-options"], answer.headers["referrer-policy"]) == ("nosniff", "no-referrer")
    assert not re.search(r"<script(?! type=\"module\" src=\"/app/)|<style|\sstyle=|\son[a-z]+=|https?:", answer.text)


async def test_a_page_reaches_no_other_host_whatever_is_planted_in_it(device: Open) -> None:
    reached: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Note who comes."""
        reached.append((await reader.readline()).decode())
        writer.close()

    mine = await device()
    async with await asyncio.start_server(answer, "127.0.0.1") as elsewhere:
        host = f"127.0.0.1:{elsewhere.sockets[0].getsockname()[1]}"
        await mine.page.evaluate("(host) => fetch(`http://${host}/`, {mode: 'no-cors'}).catch(() => {})", host)
        await eventually(lambda: asyncio.sleep(0, reached))  # a page without the policy gets there
        reached.clear()
        await mine.page.goto("/welcome")
        await expect(link(mine.page, "Sign in")).to_be_visible()
        await mine.page.evaluate(HEAR_REFUSALS)
        await mine.page.evaluate(PLANT, host)
        await eventually(partial(mine.page.evaluate, "refused.toSorted()"), until=lambda refused: refused == REFUSED)
        assert reached == []
    with pytest.raises(Exception, match="createPolicy"):
        await mine.page.evaluate("() => void trustedTypes.createPolicy('mine', {})")
    assert all(re.search("Content Security Policy|Trusted", fault) for fault in mine.faults), mine.faults
    mine.faults.clear()


async def test_a_script_or_a_style_in_the_page_does_not_run(device: Open) -> None:
    mine = await device()

    async def planted(route: Route) -> None:
        """The page as it is served, with something in it."""
        answer = await route.fetch()
        bad = '<script>window.ran = 1</script><img src="/nowhere" onerror="window.ran = 2"><p id="p" style="color: red"></p>'
        await route.fulfill(response=answer, body=(await answer.text()).replace("<noscript>", f"{bad}<noscript>"))

    await mine.page.route("**/welcome", planted)
    await mine.page.goto("/welcome")
    await expect(link(mine.page, "Sign in")).to_be_visible()
    assert await mine.page.evaluate("window.ran") is None
    assert await mine.page.evaluate("getComputedStyle(document.getElementById('p')).color") != "rgb(255, 0, 0)"
    with pytest.raises(Exception, match="TrustedHTML"):
        await mine.page.evaluate("() => { document.body.innerHTML = '<b>words</b>' }")
    assert all("Content Security Policy" in fault or "TrustedHTML" in fault for fault in mine.faults)
    mine.faults.clear()


async def test_words_are_kept_nowhere_in_the_browser(device: Open, platform: RunningPlatform) -> None:
    two, mine = just_connected(platform, other="Isidora"), await device(worker=True)
    page = mine.page
    await sign_in(page, two.me)
    await seal(page, ANSWERS["mine"])
    two.answer(two.other, 0, ANSWERS["theirs"])
    await expect(heading(page, "Two lights")).to_be_visible()
    await open_tab(page, "Time")
    await propose(page, "Pancakes at ours")
    await open_tab(page, "Inbox")
    await open_tab(page, "Us")
    await page.evaluate("navigator.serviceWorker.ready.then(() => {})")
    kept = await page.evaluate(KEPT)
    private = [*ANSWERS.values(), "Pancakes at ours", two.prompts[0]["text"], two.me.mail, two.me.id, "Isidora"]
    assert [words for words in private if words in kept] == []
    assert [
        url for url in (request.url for request in mine.requests) for words in ("Pancakes", "porch") if words in url
    ] == []


@pytest.mark.parametrize("signed_in", [False, True], ids=["nobody", "signed in"])
async def test_leaving_the_safety_page_is_quick_and_no_way_back_leads_to_the_app(
    device: Open, platform: RunningPlatform, signed_in: bool
) -> None:
    me = somebody(platform, "Isidora")
    for leave in (by_button, by_escape):
        mine = await device()
        page = mine.page
        if signed_in:
            await sign_in(page, me)
            await link(page, "Your account").click()
            await page.get_by_role("link", name=words("If you do not feel safe", start=True)).click()
        else:
            await page.goto("/welcome")
            await link(page, "Your safety").click()
        await expect(page).to_have_title("Help")
        await leave(page)
        await page.wait_for_url("about:blank")
        async with page.expect_request("**/app/route.js"):
            await page.evaluate("setTimeout(() => history.back())")
        await expect(page).to_have_url("about:blank")
        await expect(page.locator("body")).to_have_text("")
        await page.goto("/")
        await expect(link(page, "Your account" if signed_in else "Sign in")).to_be_visible()
        await page.reload()
        await expect(link(page, "Your account" if signed_in else "Sign in")).to_be_visible()


async def by_button(page: Page) -> None:
    """The first thing on the page."""
    await button(page, "Leave this page now").click()


async def by_escape(page: Page) -> None:
    """Twice, wherever the focus is."""
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")


async def test_the_safety_page_bears_no_brand_keeps_nothing_and_asks_nothing_more_of_the_api(device: Open) -> None:
    mine = await device(worker=True)
    await mine.page.goto("/safety")
    await expect(heading(mine.page, "Help")).to_be_visible()
    assert await mine.page.title() == "Help"
    assert "Twolamps" not in await mine.page.locator("body").inner_text()
    assert {urlsplit(request.url).path for request in mine.requests if "/v1/" in request.url} <= {"/v1/me"}
    assert await mine.page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    assert await mine.page.evaluate("caches.keys()") == []


def test_the_safety_page_bears_no_brand_before_its_script_runs(platform: RunningPlatform) -> None:
    page = httpx.get(f"{platform.url}/safety").text
    assert "<title>Help</title>" in page
    assert "twolamps" not in page.lower()
    assert re.findall(r'rel="(?:[a-z-]*icon|manifest)" href="([^"]+)"', page) == ["/app/icons/plain.svg"]
    assert "theme-color" not in page
    noscript = re.findall("<noscript>(.*)</noscript>", page)
    assert len(noscript) == 1
    assert "findahelpline.com" in noscript[0]
