"""clients' packets → batches, one for each pass of the loop.

What clients sent is decoded at once (a packet that is no JSON ends that session alone) and waits
until the pass is over; then all of it is settled together. A client that has as much waiting as it
may is not read from until then, so that what waits is bounded by clients × orders_in_flight_max.
All that one pass brought was received at one time, that of its first message.
"""

import asyncio
from collections import Counter
from collections.abc import Callable

import msgspec

from tradestack.domain.clock import Clock
from tradestack.domain.order import BusinessRejectReason
from tradestack.net.server.connection import Connection
from tradestack.trading.judge import Received
from tradestack.wire.order_messages import BusinessMessageReject, NewOrderSingle, Register
from tradestack.wire.orders import InvalidOrder, decode_client_message, encode_message


class Waiting(msgspec.Struct, frozen=True):
    """A message that is to be settled: from whom, and what."""

    client: Connection
    received: Received

    def refuse(self, text: str) -> None:
        """Tells the client that nothing is remembered of it and that it may be sent again."""
        message = self.received.message
        name, reference = _reference(message)
        reject = BusinessMessageReject(
            ref_msg_type=name,
            business_reject_ref_id=reference,
            business_reject_reason=BusinessRejectReason.APPLICATION_NOT_AVAILABLE,
            text=text,
        )
        self.client.send_unsequenced(encode_message(reject))


class Intake:
    """What waits to be settled.

    settle: called with everything that waits, at the end of a pass or by `settle_now`, and with the
      time of receipt by the monotonic clock.
    in_flight_max: messages of one client that may wait.
    """

    def __init__(
        self, settle: Callable[[list[Waiting], int], None], in_flight_max: int, clock: Clock
    ) -> None:
        self.in_flight_max = in_flight_max
        self._settle = settle
        self._clock = clock
        self._waiting: list[Waiting] = []
        self._received_ns = 0  # of what waits, by the monotonic clock
        self._time_ns = 0  # and by the wall clock
        self._in_flight: Counter[Connection] = Counter()
        self._paused: list[Connection] = []

    def receive(self, client: Connection, payload: bytes) -> None:
        """Takes one message. Raises ProtocolError for what is no JSON."""
        message: NewOrderSingle | Register | InvalidOrder
        try:
            message = decode_client_message(payload)
        except InvalidOrder as refusal:
            message = refusal
        if not self._waiting:
            self._received_ns = self._clock.monotonic_ns()
            self._time_ns = self._clock.wall_ns()
            asyncio.get_running_loop().call_soon(self.settle_now)
        self._waiting.append(Waiting(client, Received(client.user, self._time_ns, message)))
        self._in_flight[client] += 1
        if self._in_flight[client] == self.in_flight_max:
            client.pause_reading()
            self._paused.append(client)

    def settle_now(self) -> None:
        """Settles what waits without waiting for the end of the pass."""
        waiting, self._waiting = self._waiting, []
        paused, self._paused = self._paused, []
        self._in_flight.clear()
        if waiting:
            self._settle(waiting, self._received_ns)
        for client in paused:
            client.resume_reading()


def _reference(message: NewOrderSingle | Register | InvalidOrder) -> tuple[str, str]:
    """MsgType and id of a message, as a reject refers to it."""
    match message:
        case NewOrderSingle():
            return "NewOrderSingle", message.cl_ord_id
        case Register():
            return "Register", message.request_id
        case InvalidOrder():
            return "", message.cl_ord_id
