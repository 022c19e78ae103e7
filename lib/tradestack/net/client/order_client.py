"""A client of an order manager: its reports each once and in order, over any disconnects."""

import asyncio
import logging
from collections.abc import Sequence

from tradestack.domain.clock import Clock
from tradestack.net.addresses import Address
from tradestack.net.client.awaited.orders import AwaitedOrders
from tradestack.net.client.backoff import Backoff
from tradestack.net.client.connection import ConnectionLimits, SoupConnection
from tradestack.net.client.login import FIRST_LOGIN_TIMEOUT_S, Credentials, LoggedIn
from tradestack.net.client.order_listener import OrderListener
from tradestack.net.client.reconnector import Position, ReconnectingClient
from tradestack.wire import soup
from tradestack.wire.close_reason import Close, CloseReason
from tradestack.wire.orders import ClientMessage, decode_server_message, encode_message
from tradestack.wire.service import Service
from tradestack.wire.soup import PacketType

logger = logging.getLogger(__name__)


class OrderClient(ReconnectingClient):
    """Order entry that survives disconnects and restarts of the order manager.

    It reconnects by itself and continues at the next report. It has two forms: `run` calls an
    OrderListener in the loop pass in which messages arrive, beside `send`; and as a context
    manager it gives AwaitedOrders, which keeps an order until its report comes.

        me = Credentials("news", "secret")
        async with OrderClient(address, me, clock=SystemClock()) as orders:
            report = await orders.enter(
                Order(
                    cl_ord_id="first",
                    symbol="SPY",
                    side=Side.BUY,
                    quantity=10 * SCALE,
                    ord_type=OrdType.MARKET,
                    time_in_force=TimeInForce.IOC,
                )
            )
            print(report.ord_status, report.order_id)

    addresses: of the order manager, or several of order managers with the same order sessions (a
    primary and its standby): the next one is tried when one cannot be reached.

    Use one client for each user: the order manager keeps one connection of a user and closes the
    older one. Both forms raise LoginRejected for wrong credentials, WrongPort (which is one) at the
    port of a gateway, and SequenceHole when reports were lost. They wait for an order manager that
    cannot be reached, but for the first login only as long as first_login_timeout_s (None: for
    ever), and then raise NotReached.
    """

    def __init__(
        self,
        addresses: Address | Sequence[Address],
        credentials: Credentials,
        *,
        clock: Clock,
        limits: ConnectionLimits | None = None,
        backoff: Backoff | None = None,
        first_login_timeout_s: float | None = FIRST_LOGIN_TIMEOUT_S,
        session_id: str = "",
        sequence: int = 1,
    ) -> None:
        """Take the order session to follow first, "" for the current one, and the first report."""
        super().__init__(
            Service.ORDERS,
            addresses,
            credentials,
            clock=clock,
            session_id=session_id,
            sequence=sequence,
            limits=limits,
            backoff=backoff,
            first_login_timeout_s=first_login_timeout_s,
        )
        self._user = credentials.user
        self._task: asyncio.Task[None] | None = None

    # ---- the awaited form --------------------------------------------------------------------

    async def __aenter__(self) -> AwaitedOrders:
        """Wait until logged in. Raises LoginRejected, SequenceHole, NotReached."""
        orders = AwaitedOrders(self)
        self._task = asyncio.create_task(self.run(orders), name="order client")
        self._task.add_done_callback(orders.ended)
        try:
            await orders.connected()
        except BaseException:
            await self.close()
            raise
        return orders

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Log out and end the awaited form: orders without a report get OutcomeUnknown."""
        self.disconnect()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    # ---- the callback form -------------------------------------------------------------------

    @property
    def session_id(self) -> str:
        """The order session; "" before the first login."""
        return self._position.session_id

    @property
    def received(self) -> int:
        """How many sequenced messages of the order session the listener has handled."""
        return self._position.sequence - 1

    async def run(self, listener: OrderListener) -> None:
        """Call the listener until cancelled; one run at a time.

        Raises LoginRejected, SequenceHole, and what the listener raises. A later run continues at
        the first report that the listener has not handled, after a delay.
        """
        while True:
            logged_in = await self._reconnector.next_login(
                self._position, lambda: self.forget_session(listener)
            )
            await self._follow(logged_in, listener)

    def send(self, message: ClientMessage) -> None:
        """Send a message at once; while not connected it is discarded.

        Raises OutgoingFull when the order manager does not keep up; `on_room` follows.
        """
        if self._connection is not None:
            self._connection.send_unsequenced(encode_message(message))

    def forget_session(self, listener: OrderListener) -> None:
        """Follow the current order session from its first report on at the next login."""
        listener.on_session_lost(self._position.leave())

    def disconnect(self) -> None:
        """Log out; the listener is not called any more."""
        self._disconnect()

    async def _follow(self, logged_in: LoggedIn, listener: OrderListener) -> None:
        """Receive from one connection until it is lost or the session ends."""
        receiver = _OrderReceiver(logged_in, self._position, listener, self._clock, self._limits)
        self._use(receiver.connection)
        listener.on_connected()
        try:
            close = await receiver.closed
        finally:
            receiver.connection.close()
        self._reconnector.lost(logged_in.session_id, close)
        if close.reason is CloseReason.REPLACED:
            # The delay grows while two programs replace each other: each login costs a record.
            logger.error(
                "another program logs in as user %s: give each strategy a user of its own",
                self._user,
            )
        elif receiver.has_delivered:
            self._reconnector.backoff.reset()


class _OrderReceiver:
    """Decodes one connection and passes on its messages; sequenced ones from the position on."""

    def __init__(
        self,
        logged_in: LoggedIn,
        position: Position,
        listener: OrderListener,
        clock: Clock,
        limits: ConnectionLimits,
    ) -> None:
        self.closed: asyncio.Future[Close] = asyncio.get_running_loop().create_future()
        self.has_delivered = False
        self._position = position
        self._listener = listener
        self._decoder = soup.PacketDecoder()
        self._next_sequence = logged_in.next_sequence
        self.connection = SoupConnection(logged_in, self, clock=clock, limits=limits)

    def on_data(self, data: memoryview) -> None:
        self._decoder.receive_data(data)
        while self.connection.is_open:
            packet = self._decoder.next_packet()
            if packet is None:
                return
            match packet.type:
                case PacketType.SEQUENCED_DATA:
                    self._sequenced(packet.payload)
                case PacketType.UNSEQUENCED_DATA:
                    self._deliver(packet.payload)
                case _:
                    self.connection.control_packet(packet)

    def on_closed(self, close: Close) -> None:
        self._listener.on_disconnected(close)
        if close.reason is CloseReason.SESSION_ENDED:
            self._position.ended = self._position.leave()
            self._listener.on_session_ended(self._position.ended)
        if not self.closed.done():
            self.closed.set_result(close)

    def on_heartbeat(self) -> None:
        self._listener.on_heartbeat()

    def on_room(self) -> None:
        self._listener.on_room()

    def on_fault(self, fault: Exception) -> None:
        if not self.closed.done():
            self.closed.set_exception(fault)

    def _sequenced(self, payload: bytes) -> None:
        sequence = self._next_sequence
        self._next_sequence += 1
        if sequence >= self._position.sequence:
            self._deliver(payload)
            self._position.sequence = sequence + 1  # now: what was not delivered is asked for again
            self._listener.on_received(sequence)

    def _deliver(self, payload: bytes) -> None:
        message = decode_server_message(payload)
        self.has_delivered = True
        self._listener.on_message(message)
