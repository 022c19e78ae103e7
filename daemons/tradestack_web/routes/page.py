"""The page: its document, its scripts and styles, and the library that draws its charts."""

import importlib.resources
import mimetypes
import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tradestack_web.http.errors import ApiError

STATIC = Path(__file__).parents[1] / "static"
DOCUMENT = "index.html"
PATHS = ("/", "/orders", "/orders/{order_id}", "/strategies/{instance}", "/sessions")
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}", re.ASCII)
_TEXTS = {".css", ".html", ".js", ".svg"}


def page_routes() -> list[Route]:
    """Return the routes."""

    async def document(_request: Request) -> Response:
        return _file(STATIC, DOCUMENT)

    async def static(request: Request) -> Response:
        return _file(STATIC, request.path_params["name"])

    async def asset(request: Request) -> Response:
        return _file(_assets(), request.path_params["name"])

    return [
        *(Route(path, document) for path in PATHS),
        Route("/static/{name}", static),
        Route("/assets/{name}", asset),
    ]


def _assets() -> Path:
    """Return the directory of what the report and the page share."""
    return Path(str(importlib.resources.files("tradestack").joinpath("report", "assets")))


def _file(directory: Path, name: str) -> Response:
    """Answer with a file of a directory, which has no others in it. Raises ApiError."""
    try:
        if _NAME.fullmatch(name) is None:
            raise FileNotFoundError(name)
        content = (directory / name).read_bytes()
    except OSError as error:
        raise ApiError(404, "not_found", f"there is no file {name[:64]!r}") from error
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if Path(name).suffix in _TEXTS:
        media_type += "; charset=utf-8"
    return Response(content, media_type=media_type)
