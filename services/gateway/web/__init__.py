"""Where is the web app? Static files under /app, one page that all its addresses answer with; its calls are the public API.

Promises: nothing comes from another host and no script stands in the page (the policy below forbids both); files are
revalidated by their ETag, so what was deployed last is what is seen. A browser that opens a page keeps its cookie anew, so
who comes now and then stays signed in. The page about safety shows no sign of the app, also before its script runs.
"""

from os import PathLike, stat_result
from pathlib import Path
from typing import Any

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from gateway.web.cookie import keep, read_secret
from gateway.web.shell import PLAIN, WORKER_POLICY, plain_page, worker_script

FOLDER = Path(__file__).parent / "app"
PAGES = (
    "/", "/welcome", "/sign-up", "/sign-in", "/pair", "/today", "/time", "/inbox", "/us", "/device", "/safety",
)  # fmt: skip
"""The app's addresses; screens/ has a file for each."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types twolamps"
)
HEADERS = {"cache-control": "no-cache"}
PAGE = {
    **HEADERS,
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class Files(StaticFiles):
    """The app's modules, styles, fonts and icons."""

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """A file, or 304; a browser asks again each time."""
        answer = super().file_response(full_path, stat_result, scope, status_code)
        answer.headers.update(HEADERS)
        return answer


async def page(request: Request) -> Response:
    """The one page; whose cookie it comes with lasts from now on."""
    secret = read_secret(request.headers)
    renewed = {} if secret is None else {"set-cookie": keep(secret), "cache-control": "private, no-cache"}
    if request.url.path == PLAIN:
        return HTMLResponse(plain_page((FOLDER / "index.html").read_text()), headers=PAGE | renewed)
    return FileResponse(FOLDER / "index.html", media_type="text/html", headers=PAGE | renewed)


async def worker(request: Request) -> Response:
    """The worker that keeps the page and its files for a time without a connection."""
    headers = {**HEADERS, "content-security-policy": WORKER_POLICY}
    return Response(worker_script(FOLDER, PAGES), media_type="text/javascript", headers=headers)


def _root_file(name: str, media_type: str, **headers: str) -> Route:
    """A file that has to lie at the root."""

    async def answer(request: Request) -> Response:
        return FileResponse(FOLDER / name, media_type=media_type, headers={**HEADERS, **headers})

    return Route(f"/{name}", answer)


GZIP = [Middleware(GZipMiddleware)]
ROUTES: list[Any] = [
    *(Route(path, page, middleware=GZIP) for path in PAGES),
    Route("/worker.js", worker),
    _root_file("manifest.webmanifest", "application/manifest+json"),
    _root_file("favicon.ico", "image/x-icon"),
    Mount("/app", Router([Mount("/", Files(directory=FOLDER))], middleware=GZIP)),
]
