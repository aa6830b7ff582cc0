"""Is the site of the documents whole, and does a reader's browser get all of it from one place?

Promises: the build is strict, so a link that leads nowhere fails it; of what was built every address that a page loads or
leads to within the site is there, and none that is loaded is elsewhere.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit
from xml.etree import ElementTree

import pytest

from standalone.site import LINK, repository_path, resolved, site_uri

ROOT = Path(__file__).parents[2]
LOADS = {("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("video", "src"), ("embed", "src"),
         ("object", "data"), ("img", "srcset"), ("source", "srcset"), ("use", "href"), ("form", "action")}  # fmt: skip
PAGES_OF_NAVIGATION = ("tutorial", "api", "events", "errors", "limits", "security", "operations", "performance", "map")
DIAGRAMS = sorted((ROOT / "docs" / "diagrams").glob("*.svg"))
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make site` does, into a folder of its own."""
    folder = tmp_path_factory.mktemp("site")
    command = [str(Path(sys.executable).with_name("mkdocs")), "build", "--strict", "--quiet", "--site-dir", str(folder)]
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


class Addresses(HTMLParser):
    """What a page loads, where it leads, which anchors it has, and what its own styles and scripts say."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded, self.led, self.anchors, self.inline = set[str](), set[str](), set[str](), ""
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag in ("script", "style")
        for name, value in attrs:
            if (tag == "link" and name == "href") or (tag, name) in LOADS:
                self.loaded.add(value or "")
            elif tag == "a" and name == "href":
                self.led.add(value or "")
            elif name in ("id", "name"):
                self.anchors.add(value or "")
            elif name == "style":
                self.inline += value or ""

    def handle_data(self, data: str) -> None:
        self.inline += data if self._inside else ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = False


def pages(site: Path) -> Iterator[tuple[Path, Addresses]]:
    """Every page, as a browser would read it."""
    for path in sorted(site.rglob("*.html")):
        yield path, Addresses(path.read_text())


def elsewhere(addresses: Iterator[str] | set[str]) -> set[str]:
    """Those that are not of the site itself."""
    return {each for each in addresses if urlsplit(each).netloc or urlsplit(each).scheme not in ("", "data")}


def test_nothing_that_a_page_loads_comes_from_elsewhere(site: Path) -> None:
    for path, page in pages(site):
        assert elsewhere(page.loaded) == set(), path
        assert not re.search(r"(?:@import|url\(|import\(|fetch\()\s*[\"']?(?:https?:)?//", page.inline), path
        assert "mermaid" not in path.read_text(), "its drawings would be fetched from elsewhere"
    for sheet in site.rglob("*.css"):
        named = re.findall(r"(?:url\(|@import\s)\s*[\"']?([^\"')\s;]+)", sheet.read_text())
        assert elsewhere(set(named)) == set(), sheet
    for picture in site.rglob("*.svg"):
        assert not re.search(r"(?:href|src)\s*=\s*[\"'](?:https?:)?//", picture.read_text()), picture


def test_all_that_a_page_loads_or_leads_to_is_there(site: Path) -> None:
    read = {path: page for path, page in pages(site) if path.name != "404.html"}
    for path, page in read.items():
        for address in (page.loaded | page.led) - elsewhere(page.loaded | page.led):
            place, anchor = urldefrag(address)
            target = (path.parent / unquote(place)).resolve() if place else path
            target = target / "index.html" if target.is_dir() else target
            assert target.is_file(), (path, address)
            assert not anchor or target not in read or unquote(anchor) in read[target].anchors, (path, address)


def test_the_navigation_leads_to_every_guide_and_every_decision(site: Path) -> None:
    home = Addresses((site / "index.html").read_text())
    assert {f"{name}.html" for name in PAGES_OF_NAVIGATION} <= home.led
    decisions = {f"decisions/{path.stem}.html" for path in (ROOT / "docs" / "decisions").glob("*.md")}
    assert decisions <= home.led


def test_a_reader_without_the_code_gets_no_link_to_it(site: Path) -> None:
    for path, page in pages(site):
        assert {each for each in page.led if each.endswith((".py", ".proto", "/examples"))} == set(), path


def test_a_page_elsewhere_in_the_repository_keeps_its_path() -> None:
    assert repository_path("operations.md") == "docs/operations.md"
    assert repository_path("deploy/README.md") == "deploy/README.md"
    assert resolved("../deploy/README.md", "docs/operations.md") == "deploy/README.md"
    assert site_uri(resolved("../../docs/invite-states.md", "services/scheduling/README.md")) == "invite-states.md"
    assert LINK.findall("![a](b.svg) [c](d.md#e) [f](https://g.example) [h](#i)") == [("c", "d.md", "#e")]


@pytest.mark.parametrize("diagram", DIAGRAMS, ids=lambda path: path.stem)
def test_a_diagram_says_what_it_shows_in_both_colours_and_needs_nothing_else(diagram: Path) -> None:
    text = diagram.read_text()
    drawn = ElementTree.fromstring(text)
    assert drawn.get("role") == "img"
    assert all((drawn.findtext(f"{SVG}{name}") or "").strip() for name in ("title", "desc"))
    assert "prefers-color-scheme: dark" in text
    assert not re.search(r"(?:href|src)=|@import|https?://(?!www\.w3\.org/2000/svg)", text)
    assert re.search(rf"!\[[^\]]{{30,}}\]\(diagrams/{diagram.name}\)", (ROOT / "docs" / "index.md").read_text())


def test_there_are_diagrams() -> None:
    assert {path.stem for path in DIAGRAMS} >= {"overview", "life-of-an-answer"}
