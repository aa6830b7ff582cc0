"""What is the app before its script runs, and what does it need without a connection? Its page, plain where that has to
be; and for the worker the names of all files, and their version.

Promises: the worker's script changes whenever one of them does, which is how a browser notices a new version.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

KINDS = {".css", ".html", ".js", ".svg", ".woff2"}
WORKER_POLICY = "default-src 'none'; connect-src 'self'"
"""A worker obeys the policy of its own script."""
PLAIN = "/safety"
"""Whose page has nothing of the app about it: not in the tab, nor as something to install."""
_WORN = re.compile(r'\n *<(?:link rel="(?:manifest|icon|apple-touch-icon)"|meta name="theme-color")[^>]*>')
_NAMED = re.compile(r"<(title|noscript)>[^<]*</")
_UNNAMED = {
    "title": "Help",
    "noscript": "This page needs JavaScript. Help is also at findahelpline.com and hotpeachpages.net.",
}


def plain_page(page: str) -> str:
    """The app's page without its name, its icons, its colours and its manifest."""
    bare = _WORN.sub("", page).replace("<title>", '<link rel="icon" href="/app/icons/plain.svg">\n    <title>')
    return _NAMED.sub(lambda found: f"<{found[1]}>{_UNNAMED[found[1]]}</", bare)


@cache
def worker_script(folder: Path, pages: Sequence[str]) -> str:
    """worker.js, with the names of what it keeps in front. Read once: new files come with a new start."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in KINDS)
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in paths))
    served = [path for path in paths if path.suffix != ".html" and path != folder / "worker.js"]
    files = [f"/app/{path.relative_to(folder).as_posix()}" for path in served]
    shell = {"version": digest.hexdigest()[:16], "pages": pages, "plain": PLAIN, "files": files}
    return f"const SHELL = {json.dumps(shell)};\n{(folder / 'worker.js').read_text()}"
