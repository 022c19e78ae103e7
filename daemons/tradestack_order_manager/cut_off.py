"""An order manager that is cut off from its stream: another one may serve its clients.

From then on logins are refused, and after a while those who are logged in are disconnected, so that
they try the next address.
"""

import asyncio

from tradestack.net.server.refusal import Refusal, standing_by
from tradestack.net.server.session_server import SessionServer
from tradestack.wire.close_reason import Close, CloseReason
from tradestack_order_manager.replica import StreamWatch

INTERVAL_S = 1.0
WORDS = "this order manager does not reach its stream, and another one may have taken over"


class CutOff:
    """Turns clients away while the stream cannot be reached; stream: None if there is none."""

    def __init__(self, stream: StreamWatch | None, server: SessionServer) -> None:
        self._stream = stream
        self._server = server

    def refusal(self) -> Refusal | None:
        """Return the answer to a login; None: it may be accepted."""
        is_sure = self._stream is None or self._stream.is_confirmed
        return None if is_sure else standing_by(WORDS)

    async def run(self) -> None:
        """Disconnect everybody who is logged in for too long."""
        if self._stream is None:
            return
        was_cut_off = False  # a process that was stopped has to look at the stream again
        while True:
            await asyncio.sleep(INTERVAL_S)
            is_cut_off = self._stream.is_cut_off
            if is_cut_off and was_cut_off:
                for connection in tuple(self._server.connections):
                    connection.close(Close(CloseReason.STANDBY, WORDS))
            was_cut_off = is_cut_off
