"""What is there without a connection, and how does a new version come? As worker.js promises."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route

from gateway.web import FOLDER, PAGES, Files
from gateway.web.shell import WORKER_POLICY, worker_script
from tests.platform_process import RunningPlatform
from tests.web.browser import Device, Open
from twolamps_testkit.ports import free_port
from twolamps_testkit.stage import eventually

READY = "async () => (await navigator.serviceWorker.ready).active.state === 'activated'"
INSTALLING = "async () => Boolean((await navigator.serviceWorker.getRegistration()).installing)"
UPDATE = "async () => (await navigator.serviceWorker.getRegistration()).update().then(() => true, () => false)"
KEPT = """async () => {
  const kept = {};
  for (const name of await caches.keys())
    kept[name] = (await (await caches.open(name)).keys()).map((request) => new URL(request.url).pathname);
  return kept;
}"""
OFFLINE = "Twolamps does not answer at the moment. Nothing you wrote is lost."


async def ready(page: Page) -> None:
    """Wait until the worker serves."""
    await eventually(lambda: page.evaluate(READY))


async def test_without_a_connection_the_shell_comes_and_says_so(device: Open) -> None:
    mine = await device(worker=True)
    await mine.page.goto("/welcome")
    await ready(mine.page)
    await mine.context.set_offline(True)
    await mine.page.reload()
    await expect(mine.page.get_by_text(OFFLINE)).to_be_visible()
    await mine.page.goto("/today")
    await expect(mine.page.get_by_text(OFFLINE)).to_be_visible()
    await mine.context.set_offline(False)
    await expect(mine.page).to_have_url("/welcome")


async def test_the_safety_page_comes_without_a_connection(device: Open) -> None:
    mine = await device(worker=True)
    await mine.page.goto("/welcome")
    await ready(mine.page)
    await mine.page.goto("/safety")
    await expect(mine.page.get_by_role("heading", name="Help", exact=True)).to_be_visible()
    said = await mine.page.locator("main").inner_text()
    await mine.context.set_offline(True)
    page = await mine.page.evaluate("fetch('/safety').then((answer) => answer.text(), () => '')")
    assert page == "", "only whoever goes there is answered"
    await mine.page.reload()
    await expect(mine.page.locator("main")).to_have_text(said, use_inner_text=True)
    assert await mine.page.locator("head [rel=manifest], head [name=theme-color]").count() == 0


async def test_the_worker_keeps_the_apps_files_and_nothing_else(device: Open) -> None:
    mine = await device(worker=True)
    await mine.page.goto("/welcome")
    await ready(mine.page)
    await mine.page.evaluate(
        "Promise.all(['/v1/me', '/docs', '/openapi.json', '/app/fonts/VERSION'].map((path) => fetch(path)))"
    )
    ((_, kept),) = (await mine.page.evaluate(KEPT)).items()
    shell = shell_of(await (await mine.context.request.get("/worker.js")).text())
    assert sorted(kept) == sorted(["/", "/safety", *shell["files"]])
    assert {Path(path).suffix for path in kept} <= {"", ".js", ".css", ".svg", ".woff2"}
    assert not [path for path in kept if path.startswith(("/v1", "/web", "/docs"))]


async def test_answers_of_the_api_do_not_pass_through_the_worker(device: Open) -> None:
    mine = await device(worker=True)
    await mine.page.goto("/welcome")
    await ready(mine.page)
    await mine.page.reload()
    through_worker = {request.url for request in mine.requests if request.service_worker}
    assert not [url for url in through_worker if "/v1/" in url or "/web/" in url]
    answer = next(request for request in reversed(mine.requests) if request.url.endswith("/v1/me"))
    assert not (await answer.response()).from_service_worker  # type: ignore[union-attr]  # it was answered


def test_the_worker_may_connect_to_its_own_host_alone(platform: RunningPlatform) -> None:
    answer = httpx.get(f"{platform.url}/worker.js")
    assert answer.headers["content-security-policy"] == WORKER_POLICY
    assert answer.headers["cache-control"] == "no-cache"


def test_the_manifest_and_its_icons_make_the_app_installable(platform: RunningPlatform) -> None:
    manifest = httpx.get(f"{platform.url}/manifest.webmanifest").json()
    assert (manifest["start_url"], manifest["display"]) == ("/", "standalone")
    assert {icon.get("purpose", "any") for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        found = httpx.get(platform.url + icon["src"])
        assert found.headers["content-type"] == icon["type"]
        if icon["type"] == "image/png":
            side = int(icon["sizes"].split("x")[0])
            assert found.content[16:24] == side.to_bytes(4, "big") * 2
    assert httpx.get(f"{platform.url}/favicon.ico").content[:4] == b"\0\0\1\0"


@dataclass
class House:
    """A server of the app alone, whose files can be deployed anew."""

    folder: Path
    url: str
    speaks: asyncio.Event

    def deploy(self, word: str) -> None:
        """Let the app's name be another one."""
        words = self.folder / "words.en.js"
        words.write_text(
            (FOLDER / "words.en.js").read_text().replace('"app.name": "Twolamps"', f'"app.name": "{word}"')
        )
        worker_script.cache_clear()


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """The app's files, served from a copy; nobody is signed in."""
    folder = tmp_path / "app"
    shutil.copytree(FOLDER, folder)
    speaks = asyncio.Event()
    speaks.set()

    async def page(request: Request) -> Response:
        await speaks.wait()
        return FileResponse(folder / "index.html", headers={"cache-control": "no-cache"})

    async def worker(request: Request) -> Response:
        return Response(
            worker_script(folder, PAGES), media_type="text/javascript", headers={"cache-control": "no-cache"}
        )

    async def nobody(request: Request) -> Response:
        return JSONResponse({"reason": "unauthenticated"}, 401)

    routes = [Route("/v1/me", nobody), Route("/worker.js", worker), Mount("/app", Files(directory=folder))]
    port = free_port()
    app = Starlette(routes=[*routes, *(Route(path, page) for path in PAGES)])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    serving = asyncio.create_task(server.serve())
    yield House(folder, f"http://127.0.0.1:{port}", speaks)
    speaks.set()
    server.should_exit = True
    await serving


async def test_a_new_version_takes_over_and_an_open_page_goes_on(browser: Browser, house: House) -> None:
    house.deploy("First")
    async with visiting(browser, house) as page:
        await ready(page)
        (first,) = await page.evaluate(KEPT)
        house.deploy("Second")
        assert await page.evaluate(UPDATE)
        await eventually(lambda: page.evaluate("caches.keys()"), until=lambda names: names and first not in names)
        await expect(page).to_have_title("First")
        await page.get_by_role("link").first.click()
        await page.context.set_offline(True)
        await page.reload()
        await expect(page).to_have_title("Second")
        assert len(await page.evaluate(KEPT)) == 1


async def test_a_new_version_that_does_not_arrive_whole_does_not_count(browser: Browser, house: House) -> None:
    house.deploy("First")
    async with visiting(browser, house) as page:
        await ready(page)
        kept = await page.evaluate(KEPT)
        house.deploy("Second")
        worker_script(house.folder, PAGES)
        (house.folder / "route.js").unlink()
        await page.evaluate(UPDATE)
        await eventually(lambda: page.evaluate(INSTALLING), until=lambda installing: not installing)
        assert {name: kept[name] for name in await page.evaluate("caches.keys()") if name in kept} == kept
        await page.context.set_offline(True)
        await page.reload()
        await expect(page).to_have_title("First")


async def test_a_network_that_says_nothing_leaves_nobody_before_a_blank_page(browser: Browser, house: House) -> None:
    house.deploy("First")
    async with visiting(browser, house) as page:
        await ready(page)
        house.speaks.clear()
        for path in ("/", "/safety"):
            await page.goto(path)  # answered, though the server is not
            await expect(page.locator("h1").first).to_be_attached()
        await expect(page).to_have_title("Help")


async def test_chromium_finds_nothing_that_keeps_the_app_from_being_installed(device: Open) -> None:
    mine = await device(worker=True)
    await mine.page.goto("/welcome")
    await ready(mine.page)
    session = await mine.context.new_cdp_session(mine.page)
    found = await session.send("Page.getInstallabilityErrors")
    assert [each["errorId"] for each in found["installabilityErrors"] if each["errorId"] != "in-incognito"] == []
    manifest = await session.send("Page.getAppManifest")
    assert (manifest["errors"], manifest["url"]) == (
        [],
        f"{await mine.page.evaluate('location.origin')}/manifest.webmanifest",
    )


@asynccontextmanager
async def visiting(browser: Browser, house: House) -> AsyncIterator[Page]:
    """A page of the app, loaded."""
    context = await browser.new_context(base_url=house.url)
    device = Device(context, await context.new_page())
    await device.page.goto("/")
    try:
        yield device.page
    finally:
        await context.close()


def shell_of(script: str) -> dict[str, list[str]]:
    """What stands in front of the worker."""
    found: dict[str, list[str]] = json.loads(script.split("\n")[0].removeprefix("const SHELL = ").removesuffix(";"))
    return found
