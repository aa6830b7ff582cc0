"""What does /docs show? The vendored viewer of this platform's OpenAPI document; nothing comes from elsewhere.

Promises: only the files named here are served; the page's content security policy allows no other host and no inline
script.
"""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from gateway.problems import refused

FOLDER = Path(__file__).parent
FILES = {
    "page.js": "text/javascript",
    "page.css": "text/css",
    "swagger-ui/swagger-ui-bundle.js": "text/javascript",
    "swagger-ui/swagger-ui.css": "text/css",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


async def page(request: Request) -> Response:
    """The page itself."""
    return FileResponse(FOLDER / "index.html", media_type="text/html", headers={"content-security-policy": POLICY})


async def file(request: Request) -> Response:
    """One of its files; raises Problem `no_such_path`."""
    name = request.path_params["name"]
    if name not in FILES:
        raise refused("no_such_path")
    kept = "max-age=3600" if name.startswith("swagger-ui/") else "no-cache"
    return FileResponse(FOLDER / name, media_type=FILES[name], headers={"cache-control": kept})


ROUTES = [Route("/docs", page), Route("/docs/{name:path}", file)]
