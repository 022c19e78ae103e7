"""The messages for one call of order entry, as they come from the order manager."""

import asyncio
from collections import deque

import grpc

from tradestack.net.client.order_client import OrderClient
from tradestack.net.client.order_listener import OrderListener
from tradestack.wire.close_reason import Close, CloseReason
from tradestack.wire.orders import ServerMessage
from tradestack_grpc.call_end import CallEnd
from tradestack_grpc.order_forms import InvalidMessage, value_to_message
from tradestack_grpc.protocol import tradestack_pb2 as pb
from tradestack_grpc.session_fields import session_end

# Messages that wait for a slow reader; one receive of the client adds some hundreds to them.
REPORTS_WAITING_MAX = 1_024


class Reports(OrderListener):
    """The messages in order; the order manager is not read while too many of them wait."""

    def __init__(self, client: OrderClient) -> None:
        self._client = client
        self._waiting: deque[pb.ReportMessage] = deque()
        self._changed = asyncio.Event()
        self._is_paused = False
        self._end: BaseException | None = None
        self._connected = asyncio.Event()
        self._has_room = asyncio.Event()

    # ---- for the call ------------------------------------------------------------------------

    async def next(self) -> pb.ReportMessage:
        """Return the next message; after the last one raise why the call ends."""
        while not self._waiting:
            if self._end is not None:
                raise self._end
            self._changed.clear()
            await self._changed.wait()
        message = self._waiting.popleft()
        if self._is_paused and len(self._waiting) <= REPORTS_WAITING_MAX // 2:
            self._is_paused = False
            self._client.resume_reading()
        return message

    async def connected(self) -> None:
        """Return when orders are taken."""
        await self._connected.wait()

    async def room(self) -> None:
        """Return when the order manager has taken what was sent."""
        self._has_room.clear()
        await self._has_room.wait()

    def end(self, fault: BaseException) -> None:
        """End the call; the first reason counts."""
        self._end = self._end or fault
        self._changed.set()

    def refuse(self, invalid: InvalidMessage) -> None:
        """Answer a message that was not passed on."""
        refusal = pb.BusinessMessageReject(
            ref_msg_type=invalid.kind,
            business_reject_ref_id=invalid.reference,
            business_reject_reason=pb.BUSINESS_REJECT_REASON_OTHER,
            text=invalid.text,
        )
        self._put(pb.ReportMessage(business_message_reject=refusal))

    # ---- from the order manager --------------------------------------------------------------

    def on_connected(self) -> None:
        """Pass on the session, and the number of the next report."""
        started = pb.OrderSessionStarted(
            order_session=self._client.session_id, next_sequence=self._client.received + 1
        )
        self._put(pb.ReportMessage(session_started=started))
        self._connected.set()
        self._has_room.set()  # what waited for room in an ended session is sent in this one

    def on_message(self, message: ServerMessage) -> None:
        """Queue the message; the order manager is read later if too many wait."""
        self._put(value_to_message(message))
        if len(self._waiting) >= REPORTS_WAITING_MAX and not self._is_paused:
            self._is_paused = True
            self._client.pause_reading()

    def on_received(self, sequence: int) -> None:
        """Number the message that has just been queued."""
        self._waiting[-1].sequence = sequence

    def on_room(self) -> None:
        """Let the call send more."""
        self._has_room.set()

    def on_disconnected(self, close: Close) -> None:
        """End the call: its client has to know that what it has sent may not have arrived."""
        self._connected.clear()
        if close.reason is CloseReason.REPLACED:
            text = "the user has logged in again"
            self.end(CallEnd(grpc.StatusCode.ABORTED, text))
        elif close.reason is not CloseReason.SESSION_ENDED:
            text = (
                f"the order manager is lost: {close}; call again, and go on after the last report"
            )
            self.end(CallEnd(grpc.StatusCode.UNAVAILABLE, text))

    def on_session_ended(self, session_id: str) -> None:
        """Pass on the end of the session: what was not reported was not taken."""
        self._put_end(session_id, session_end(is_complete=True))

    def on_session_lost(self, session_id: str) -> None:
        """Pass on the loss of the session: what was not reported stays unknown."""
        self._put_end(session_id, session_end(is_complete=False))

    def _put_end(self, session_id: str, reason: pb.SessionEnd) -> None:
        ended = pb.OrderSessionEnded(order_session=session_id, reason=reason)
        self._put(pb.ReportMessage(session_ended=ended))

    def _put(self, message: pb.ReportMessage) -> None:
        self._waiting.append(message)
        self._changed.set()
