"""Does a code that the command line shows sign it in, once its owner types it into the app?"""

import asyncio
import os
import re
from asyncio.subprocess import PIPE
from pathlib import Path

from playwright.async_api import expect

from tests.people import PASSWORD
from tests.platform_process import COMMAND, RunningPlatform
from tests.web.acts import button, labelled, sign_in, words
from tests.web.browser import Open
from tests.web.couples import somebody

NAME = "the kitchen table"
CODE = re.compile(r"^\s*([A-Z]{4}-[A-Z]{4})\s*$")
WITHIN_S = 60


async def test_the_command_line_is_signed_in_by_the_code_that_its_owner_types(
    device: Open, platform: RunningPlatform, tmp_path: Path
) -> None:
    me, mine = somebody(platform, "Ada"), await device()
    page = mine.page
    await sign_in(page, me)
    env = {name: value for name, value in os.environ.items() if not name.startswith("TWOLAMPS_")}
    env |= {"XDG_CONFIG_HOME": str(tmp_path), "TERM": "dumb", "COLUMNS": "200", "PYTHONUNBUFFERED": "1"}
    login = await asyncio.create_subprocess_exec(
        COMMAND, "login", "--url", platform.url, "--name", NAME, env=env, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    try:
        async with asyncio.timeout(WITHIN_S):
            assert login.stdout is not None
            while (found := CODE.match((await login.stdout.readline()).decode())) is None:
                assert not login.stdout.at_eof()
            await page.goto("/device")
            code = labelled(page, "The code it shows")
            await code.press_sequentially(found[1].replace("-", "").lower())
            await expect(code).to_have_value(found[1])
            await labelled(page, "Your password").fill("not-the-password")
            await button(page, "Sign it in").click()
            await expect(page.get_by_text("This is not your password.")).to_be_visible()
            await labelled(page, "Your password").fill(PASSWORD)
            await button(page, "Sign it in").click()
            await expect(page.get_by_text(words(f"{NAME} is signed in.", start=True))).to_be_visible()
            said, complained = await login.communicate()
        assert (login.returncode, complained) == (0, b"")
        assert "You are signed in as Ada." in said.decode()
    finally:
        if login.returncode is None:
            login.kill()
    assert NAME in [each["clientName"] for each in me.done("GET", "/v1/sessions")["sessions"]]
    assert PASSWORD not in page.url
