"""The outermost layer of the application: the rules, the headers of each answer, the deadlines."""

import asyncio
import logging
from collections.abc import Callable, Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tradestack.net.line_limit import LineLimit
from tradestack_web.http.connection import connection_of
from tradestack_web.http.errors import ApiError
from tradestack_web.http.rules import check_request

SEND_DEADLINE_S = 10.0  # for the peer to take what it was sent
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}
CSP = "content-security-policy"

logger = logging.getLogger(__name__)


class Guard:
    """The application behind the rules; hosts: the names that the config adds.

    requests, refused: how many there were, and of them how many the rules refused.
    """

    def __init__(
        self, app: ASGIApp, hosts: Callable[[], Collection[str]], lines: LineLimit
    ) -> None:
        self.requests = 0
        self.refused = 0
        self._app = app
        self._hosts = hosts
        self._lines = lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        self.requests += 1
        guarded = _GuardedSend(scope, send)
        try:
            check_request(scope["method"], Headers(scope=scope), self._hosts())
        except ApiError as error:
            self.refused += 1
            await self._run(error.response(), scope, receive, guarded)
        else:
            await self._run(self._app, scope, receive, guarded)

    async def _run(
        self, app: ASGIApp, scope: Scope, receive: Receive, send: "_GuardedSend"
    ) -> None:
        try:
            await app(scope, receive, send)
        except Exception:
            if send.is_late:
                return
            if self._lines.take(""):
                logger.exception("fault in the answer to %s", scope["method"])
            connection_of(scope).abort()


class _GuardedSend:
    """Adds the headers, and ends the connection of a peer that does not read."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.is_late = False
        self._scope = scope
        self._send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(HEADERS)
            headers.setdefault(CSP, POLICY)
        try:
            async with asyncio.timeout(SEND_DEADLINE_S):
                await self._send(message)
        except TimeoutError:
            self.is_late = True
            connection_of(self._scope).abort()
            raise
