"""Does the recipe of docs/phone.md do what it says? Its own blocks are run: certificate, proxy, a browser's calls through it."""

import json
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import httpx
import pytest

from standalone.demo.own_platform import free_ports, own_platform, stop
from twolamps_client import Twolamps
from twolamps_testkit.plugin import lacking

RECIPE = (Path(__file__).parents[4] / "docs" / "phone.md").read_text()
NAME, PASSWORD = "lamps.local", "a lamp for the phone"
OURS = {"x-twolamps": "1"}


@dataclass(frozen=True, slots=True)
class Proxied:
    """The platform behind nginx: where a browser finds it, and where it is itself."""

    origin: str
    port: int
    trusted: ssl.SSLContext
    direct: str

    def browser(self) -> httpx.AsyncClient:
        """A client that finds the name on this machine and trusts the recipe's authority alone."""
        found = {"host": f"{NAME}:{self.port}"}
        return httpx.AsyncClient(
            base_url=f"https://127.0.0.1:{self.port}", headers=found, verify=self.trusted, timeout=10, trust_env=False
        )


@pytest.fixture(scope="module", autouse=True)
def tools() -> None:
    """What the recipe takes."""
    if not (shutil.which("nginx") and shutil.which("openssl")):
        lacking("needs nginx and openssl: apt install nginx-light openssl")


def block(kind: str, number: int = 0) -> str:
    """A block of the recipe, as it is written there."""
    found: list[str] = re.findall(rf"```{kind}\n(.*?)```", RECIPE, re.DOTALL)
    return found[number]


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    """The recipe, followed, on free ports."""
    folder, (port,) = tmp_path_factory.mktemp("phone"), free_ports(1)
    origin = f"https://{NAME}:{port}"
    settings = dict(re.findall(r"(TWOLAMPS_[A-Z_]+)='([^']*)'", RECIPE))
    settings["TWOLAMPS_WEB_ORIGINS"] = settings["TWOLAMPS_WEB_ORIGINS"].replace("8443", str(port))
    subprocess.run(["sh", "-e", "-c", block("sh")], cwd=folder, check=True, capture_output=True)
    with own_platform(settings) as platform:
        direct = platform.where.url
        proxy = block("nginx").replace("http://127.0.0.1:8400", direct).replace("8443", str(port))
        (folder / "nginx.conf").write_text(proxy)
        nginx = subprocess.Popen(["sh", "-c", f"exec {block('sh', 1)}"], cwd=folder)
        try:
            yield Proxied(origin, port, ssl.create_default_context(cafile=str(folder / "ca.crt")), direct)
        finally:
            stop(nginx)


@pytest.fixture
async def signed_in(proxied: Proxied) -> AsyncIterator[httpx.AsyncClient]:
    """A browser with the cookie that it got through the proxy."""
    mail = f"{token_hex(8)}@example.org"
    async with Twolamps(proxied.direct) as client:
        await client.sign_up(mail=mail, password=PASSWORD, display_name="Noor", zone="Europe/Amsterdam", adult=True)
    async with proxied.browser() as browser:
        await until_there(browser)
        given = {"mail": mail, "password": PASSWORD}
        answer = await post(browser, "/web/session", given, proxied.origin)
        assert answer.status_code == 200, answer.text
        cookie = answer.headers["set-cookie"]
        assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
        browser.headers["cookie"] = cookie.partition(";")[0]
        yield browser


async def post(browser: httpx.AsyncClient, path: str, body: object, origin: str, verb: str = "POST") -> httpx.Response:
    """A write, as a page of `origin` sends it."""
    headers = {"origin": origin, **OURS}
    return await browser.request(verb, path, json=body, headers=headers, extensions={"sni_hostname": NAME})


async def until_there(browser: httpx.AsyncClient) -> None:
    """Wait until nginx listens."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with suppress(httpx.ConnectError):
            assert (await browser.get("/healthz", extensions={"sni_hostname": NAME})).is_success
            return
    pytest.fail("nginx does not listen")


async def test_a_browser_signs_in_reads_and_writes_through_the_proxy(
    proxied: Proxied, signed_in: httpx.AsyncClient
) -> None:
    me = await signed_in.get("/v1/me", extensions={"sni_hostname": NAME})
    assert me.json()["me"]["displayName"] == "Noor"
    written = await post(signed_in, "/v1/windows", {"zone": "Europe/Amsterdam"}, proxied.origin, "PUT")
    assert written.status_code == 200


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "http://127.0.0.1:8400", "null"])
async def test_a_page_of_another_origin_writes_nothing(signed_in: httpx.AsyncClient, origin: str) -> None:
    refused = await post(signed_in, "/v1/windows", {"zone": "Europe/Amsterdam"}, origin, "PUT")
    assert (refused.status_code, refused.json()["reason"]) == (403, "not_our_page")


async def test_the_stream_is_not_held_back(signed_in: httpx.AsyncClient) -> None:
    begun = time.monotonic()
    async with signed_in.stream("GET", "/v1/inbox/stream", extensions={"sni_hostname": NAME}) as stream:
        async for line in stream.aiter_lines():
            if line.startswith("data:"):
                assert "ready" in json.loads(line.removeprefix("data:"))
                break
    assert time.monotonic() - begun < 5


def test_the_authority_can_vouch_for_nothing_else(tmp_path: Path) -> None:
    authority, cut, certificate = block("sh").partition("openssl req -newkey")
    for name, vouched in ((NAME, True), ("elsewhere.example", False)):
        commands = authority + cut + certificate.replace(NAME, name)
        subprocess.run(["sh", "-e", "-c", commands], cwd=tmp_path, check=True, capture_output=True)
        verify = ["openssl", "verify", "-CAfile", "ca.crt", "lamps.crt"]
        said = subprocess.run(verify, cwd=tmp_path, check=False, capture_output=True, text=True)
        assert (said.returncode == 0) is vouched, said.stderr
    assert "permitted subtree" in said.stderr
