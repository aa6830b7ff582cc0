"""Do the guides tell the truth? Every command of the tutorial and of the API guide is run, and what it prints is compared."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from tests.docs.guide import NotAsSaid, blocks, follow, is_as_said
from tests.people import Someone, nobody
from tests.platform_process import PlatformProcess
from tests.web.browser import HOW_TO_GET_CHROMIUM, find_chromium, opened
from twolamps_testkit.plugin import lacking
from twolamps_testkit.ports import free_port

ROOT = Path(__file__).parents[2]
TUTORIAL, API = (ROOT / "docs" / name for name in ("tutorial.md", "api.md"))
INVITE = "An invite needs an answer."
TOLD_SAM = (
    "You are connected.", "Today's prompts are here.", *["Your answers are open to both of you."] * 2, INVITE,
)  # fmt: skip
"""What the tutorial brings into Sam's inbox."""
DAY_STARTS, CLOSE = 4, 10  # o'clock where Ann lives; minutes before it, in which new prompts would come into a guide


@pytest.fixture(scope="module")
def page_port() -> int:
    """Where the tutorial's page is served."""
    return free_port()


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, page_port: int) -> Iterator[PlatformProcess]:
    """A platform that has just been started, as the tutorial starts it."""
    origins = f'["http://127.0.0.1:{page_port}"]'
    running = PlatformProcess(tmp_path_factory.mktemp("platform"), changed={"TWOLAMPS_CORS_ORIGINS": origins})
    now = datetime.now(ZoneInfo("Europe/Berlin"))
    if now.hour == DAY_STARTS - 1 and now.minute >= 60 - CLOSE:
        running.move_clock(CLOSE * 60)
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder that looks to a reader's commands like a clone that has been set up."""
    folder = tmp_path / "clone"
    folder.mkdir()
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return folder


def own(platform: PlatformProcess, page_port: int = 8500) -> Mapping[str, str]:
    """The addresses of this platform in place of the guide's."""
    return {"http://127.0.0.1:8400": platform.url, "http://127.0.0.1:8500": f"http://127.0.0.1:{page_port}"}


async def test_the_tutorial_goes_as_it_says(platform: PlatformProcess, clone: Path, page_port: int) -> None:
    follow(TUTORIAL.read_text(), clone, own(platform, page_port))
    if (program := find_chromium()) is None:
        lacking(HOW_TO_GET_CHROMIUM)
    with served(clone, page_port) as page_url:
        async with opened(program) as browser:
            lines = (page := await browser.new_page()).locator("li")
            await page.goto(f"{page_url}/page.html")
            await expect(lines).to_have_count(len(TOLD_SAM))
            assert sorted(await lines.all_inner_texts()) == sorted(TOLD_SAM)
            propose_an_hour(platform)
            await expect(lines).to_have_count(len(TOLD_SAM) + 1)
            await expect(lines.first).to_have_text(INVITE)


def propose_an_hour(platform: PlatformProcess) -> None:
    """Ann does in one call what the last command of the tutorial does."""
    http = nobody(platform)
    sign_in = {"mail": "ann@example.org", "password": "a long enough one"}
    token = http.done("POST", "/v1/sessions", sign_in)["tokens"]["accessToken"]
    starts_at = (datetime.now(UTC) + timedelta(days=5)).isoformat()
    invite = {"title": "Breakfast", "startsAt": starts_at, "duration": "3600s"}
    Someone(http.http, lambda: str(token)).done("POST", "/v1/invites", invite)


@contextmanager
def served(folder: Path, port: int) -> Iterator[str]:
    """The files of a folder, as `python -m http.server` serves them."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{port}"
        server.shutdown()


def test_the_api_guide_goes_as_it_says(platform: PlatformProcess, clone: Path) -> None:
    follow(API.read_text(), clone, own(platform))


def test_nearly_every_block_of_a_guide_is_run() -> None:
    for guide in (TUTORIAL, API):
        fences = guide.read_text().count("\n```") // 2
        assert fences - len(blocks(guide.read_text())) <= 2, guide


def test_a_command_that_fails_and_an_output_that_differs_are_noticed(tmp_path: Path) -> None:
    follow("<!-- run -->\n```sh\necho 1; echo 2\n```\n\n<!-- says -->\n```text\n1\n...\n```\n", tmp_path, {})
    with pytest.raises(NotAsSaid, match="line 7"):
        follow("<!-- run -->\n```sh\necho 1\n```\n\n<!-- says -->\n```text\n2\n```\n", tmp_path, {})
    with pytest.raises(NotAsSaid, match="ended with 3"):
        follow("<!-- run -->\n```sh\necho 1\n```\n<!-- run -->\n```sh\n(exit 3)\n```\n", tmp_path, {})
    with pytest.raises(ValueError, match="right above"):
        blocks("<!-- run -->\n\n```sh\necho 1\n```\n")


def test_dots_stand_for_what_differs_and_for_nothing_else() -> None:
    assert is_as_said('{"id": "7f", "n": 1}\n', '{"id": "...", "n": 1}')
    assert not is_as_said('{"id": "7f", "n": 2}\n', '{"id": "...", "n": 1}')
    assert is_as_said("b\na\n", "a\nb", in_any_order=True)
    assert not is_as_said("b\na\n", "a\nb")
    assert is_as_said('{"a":1,"b":2}', '{"a":1,\n  "b":2}')
