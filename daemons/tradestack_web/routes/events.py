"""GET /api/snapshot and /api/events: the live view."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tradestack.wire.errors import ProtocolError
from tradestack_web.http.connection import connection_of
from tradestack_web.http.errors import ApiError, json_response
from tradestack_web.live.hub import Hub
from tradestack_web.live.position import parse_position
from tradestack_web.live.viewer import Viewer
from tradestack_web.routes.site import Site

RETRY = b"retry: 1000\n\n"  # ms after which a browser connects again
HEADERS = {"content-type": "text/event-stream", "x-accel-buffering": "no"}


def event_routes(site: Site) -> list[Route]:
    """Return the routes."""

    async def snapshot(request: Request) -> Response:
        site.gate.require_reader(request)
        try:
            return json_response(await site.hub.snapshot())
        except (OSError, ProtocolError) as error:
            raise _unreadable(error) from error

    async def events(request: Request) -> Response:
        site.gate.require_reader(request)
        if request.method == "HEAD":
            return Response(headers=HEADERS)
        owner = connection_of(request.scope).origin
        if site.hub.viewers >= site.config().viewers_max and not site.hub.make_room(owner):
            message, remedy = "too many pages are shown live", "close some, or raise viewers_max"
            raise ApiError(503, "busy", message, remedy, retry_after_s=1)
        after = request.headers.get("last-event-id") or request.query_params.get("after", "")
        try:
            viewer = site.hub.add(parse_position(after), owner)
        except (OSError, ProtocolError) as error:
            raise _unreadable(error) from error
        return EventResponse(site.hub, viewer)

    return [Route("/api/snapshot", snapshot), Route("/api/events", events)]


class EventResponse(Response):
    """Sends a viewer its frames, until either side ends."""

    def __init__(self, hub: Hub, viewer: Viewer) -> None:
        super().__init__(headers=HEADERS)
        del self.headers["content-length"]
        self._hub = hub
        self._viewer = viewer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the viewer is closed, dropped or gone."""
        watch = asyncio.create_task(self._close_when_gone(receive))
        try:
            await send(
                {
                    "type": "http.response.start",
                    "status": self.status_code,
                    "headers": self.raw_headers,
                }
            )
            frames: bytes | None = RETRY
            while frames is not None:
                await send({"type": "http.response.body", "body": frames, "more_body": True})
                frames = await self._viewer.next()
            if self._viewer.is_dropped:
                connection_of(scope).abort()
            else:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:  # the guard has ended the connection
            self._viewer.is_dropped = True
            raise
        finally:
            watch.cancel()
            self._hub.remove(self._viewer)

    async def _close_when_gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._viewer.close()


def _unreadable(error: Exception) -> ApiError:
    message, remedy = f"the sessions cannot be read: {error}", "see stack_directory in web.toml"
    return ApiError(502, "not_running", message, remedy)
