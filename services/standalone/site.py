"""How do the documents become a site? A hook of mkdocs (see mkdocs.yml): what they link to, in and outside of docs/, is there.

Promises: a README elsewhere in the repository that a page links to becomes a page of its own, under its own path; a link to code,
which no reader of the site has, becomes its text; a link that leads nowhere is left as it is, so that a strict build fails.
"""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"(?<!!)\[([^\]\n]+)\]\(([^)\s#:]+)(#[^)\s]*)?\)")
"""A link of Markdown to a file of the repository: its text, its path and its anchor. Neither a picture nor an address."""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Let a folder that the navigation names be all its pages, in order."""
    config.nav = _spelled_out(config.nav)
    return config


def _spelled_out(nav: Any) -> Any:
    """A navigation in which each folder is the list of its pages."""
    if isinstance(nav, list):
        return [_spelled_out(part) for part in nav]
    if isinstance(nav, dict):
        return {title: _spelled_out(part) for title, part in nav.items()}
    folder = ROOT / "docs" / str(nav)
    return [f"{nav}/{page.name}" for page in sorted(folder.glob("*.md"))] if folder.is_dir() else nav


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages outside of docs/ that the navigation names, or a page links to, and those that they link to."""
    waiting, seen = [*_named(config.nav), *(file.src_uri for file in files.documentation_pages())], set[str]()
    while waiting:
        place = repository_path(uri := waiting.pop())
        if uri in seen or not (ROOT / place).is_file():
            continue
        seen.add(uri)
        if files.get_file_from_path(uri) is None:
            files.append(File.generated(config, uri, abs_src_path=str(ROOT / place)))
        waiting += [site_uri(path) for path in linked((ROOT / place).read_text(), place) if path.endswith(".md")]
    return files


def _named(nav: Any) -> Iterator[str]:
    """Every page that a navigation names."""
    if isinstance(nav, str):
        yield nav
    for part in nav.values() if isinstance(nav, dict) else nav if isinstance(nav, list) else ():
        yield from _named(part)


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let each link lead where its target is in the site."""
    uri = page.file.src_uri
    place = repository_path(uri)

    def led(link: re.Match[str]) -> str:
        text, target, anchor = link[1], link[2], link[3] or ""
        path = resolved(target, place)
        if files.get_file_from_path(site_uri(path)) is not None:
            return f"[{text}]({relpath(site_uri(path), PurePosixPath(uri).parent)}{anchor})"
        return text if (ROOT / path).exists() else link[0]

    return LINK.sub(led, markdown)


def linked(markdown: str, place: str) -> Iterator[str]:
    """Where the links of a document at `place` lead, as paths of the repository."""
    for _, target, _ in LINK.findall(markdown):
        yield resolved(target, place)


def resolved(target: str, place: str) -> str:
    """A link's path, seen from the root of the repository."""
    return normpath(PurePosixPath(place).parent / target)


def repository_path(uri: str) -> str:
    """Where a page of the site lies in the repository: pages of docs/ are at the top of the site, others keep their path."""
    return f"docs/{uri}" if (ROOT / "docs" / uri).is_file() else uri


def site_uri(path: str) -> str:
    """Where a file of the repository lies in the site."""
    return path.removeprefix("docs/")
