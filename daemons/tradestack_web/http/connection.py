"""One connection of a browser: uvicorn's HTTP/1.1, with a deadline for each request."""

import asyncio
from typing import Any, cast

from starlette.types import Scope
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

REQUEST_DEADLINE_S = 10.0  # from connecting, or from a request's first byte, to its last one
WRITE_BUFFER_BYTES = 64 * 1024  # above it, whoever sends has to wait


class Connection(H11Protocol):
    """A connection that is closed unless its requests come in time.

    origin: the local user or other host that has connected. began_s: loop time.
    """

    def __init__(self, config: Config, server_state: ServerState, origin: str) -> None:
        super().__init__(config, server_state, {"connection": self}, asyncio.get_running_loop())
        self.origin = origin
        self.began_s = self.loop.time()
        self._deadline: asyncio.TimerHandle | None = None

    @property
    def is_made(self) -> bool:
        """Whether it has a transport."""
        return cast("asyncio.Transport | None", self.transport) is not None

    @property
    def is_ending(self) -> bool:
        """Whether it was closed or aborted."""
        return self.is_made and self.transport.is_closing()

    @property
    def is_idle(self) -> bool:
        """Whether no request is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES)
        self._begin_deadline()

    def data_received(self, data: bytes) -> None:
        """Take bytes; what is not a whole request yet has to become one in time."""
        super().data_received(data)
        if self.is_idle or self.cycle.more_body:
            self._begin_deadline()
        else:
            self._end_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        self._end_deadline()
        super().connection_lost(exc)

    def abort(self) -> None:
        """Close at once, without waiting until the peer has read."""
        if self.cycle is not None:
            self.cycle.disconnected = True  # what is sent from now on is dropped
        self.transport.abort()

    def _begin_deadline(self) -> None:
        if self._deadline is None and not self.transport.is_closing():
            self._deadline = self.loop.call_later(REQUEST_DEADLINE_S, self.transport.abort)

    def _end_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def connection_of(scope: Scope) -> Connection:
    """Return the connection that a request came by."""
    state = cast("dict[str, Any]", scope["state"])
    return cast("Connection", state["connection"])
