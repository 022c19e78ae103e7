"""The parts of the server that the handlers of the routes work with."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request

from tradestack.configs.web import WebConfig
from tradestack_web.http.errors import ApiError
from tradestack_web.http.rules import BODY_BYTES_MAX, too_large
from tradestack_web.live.daemons import Daemons
from tradestack_web.live.hub import Hub
from tradestack_web.logins.gate import Gate
from tradestack_web.routes.commands import Commands

COUNT_DEFAULT = 50
COUNT_MAX = 1_000

T = TypeVar("T", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Site:
    """The parts of the server; stack: the directory that has the sessions."""

    config: Callable[[], WebConfig]
    stack: Path
    gate: Gate
    hub: Hub
    daemons: Daemons
    commands: Commands


async def read_body(request: Request, form: type[T]) -> T:
    """Read and check the body of a request. Raises ApiError."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_BYTES_MAX:
                raise too_large()
        return msgspec.json.decode(bytes(body), type=form)
    except ClientDisconnect:
        raise ApiError(400, "invalid_request", "the body ends too early") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise ApiError(400, "invalid_request", f"the body: {error}") from None


def count_of(request: Request, *, default: int = COUNT_DEFAULT, maximum: int = COUNT_MAX) -> int:
    """Return the parameter `count`. Raises ApiError."""
    text = request.query_params.get("count", str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= maximum):
        raise ApiError(400, "invalid_request", f"count is a number from 1 to {maximum:,}")
    return int(text)
