"""A small gateway and a small order manager, which can be killed and started again."""

import itertools
import socket
from pathlib import Path

from tests.kit.batches import Row, batch_of
from tests.kit.net import MemoryStream
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import (
    BusinessRejectReason,
    ExecType,
    Order,
    OrdRejReason,
    OrdStatus,
)
from tradestack.domain.session_id import new_session_id
from tradestack.net.addresses import Address
from tradestack.net.server.connection import Connection
from tradestack.net.server.limits import SessionLimits
from tradestack.net.server.outbox import Stream
from tradestack.net.server.session_server import SessionHandler, SessionServer
from tradestack.net.server.users import Users
from tradestack.runtime.clock import SystemClock
from tradestack.store.feed_log import FeedLog
from tradestack.trading.session.registrations import Registration, Registrations, from_sequence
from tradestack.wire import soup
from tradestack.wire.close_reason import Close
from tradestack.wire.feed import TickRecords
from tradestack.wire.order_messages import BusinessMessageReject, Register, Registered
from tradestack.wire.orders import ServerMessage, decode_client_message, encode_message
from tradestack.wire.soup import PacketType, RejectReason

USER = "news"


class Peer(SessionHandler):
    """A session server that can be killed and comes back on the same port."""

    def __init__(self, users: Users) -> None:
        self._users = users
        self._port = 0
        self.server: SessionServer | None = None
        self._listener: socket.socket | None = None

    def start(self) -> None:
        """Start to listen."""
        self._listener = socket.create_server(("127.0.0.1", self._port), reuse_port=False)
        self._port = self._listener.getsockname()[1]
        self.server = SessionServer(
            listener=self._listener,
            users=self._users,
            handler=self,
            limits=SessionLimits(),
            clock=SystemClock(),
        )
        self.server.start()

    async def kill(self) -> None:
        """Close every connection and the port."""
        if self.server is not None and self._listener is not None:
            await self.server.close()
            self._listener.close()
            self.server = None

    def wake(self) -> None:
        """Send to all clients what they have not received."""
        if self.server is not None:
            self.server.scheduler.wake()

    @property
    def address(self) -> Address:
        """The address, also while it does not listen."""
        return Address("127.0.0.1", self._port)

    def client_joined(self, client: Connection) -> None:
        """Do nothing."""

    def client_left(self, connection: Connection, close: Close) -> None:
        """Do nothing."""

    @property
    def messages(self) -> "Peer":
        """This peer."""
        return self

    def unsequenced_received(self, client: Connection, payload: bytes) -> None:
        """Ignore the message: a feed takes none."""


class Feed(Peer):
    """A gateway with several feed logs, of which the newest is current."""

    def __init__(self, users: Users, directory: Path) -> None:
        super().__init__(users)
        self._directory = directory
        self._sessions: dict[str, FeedLog] = {}
        self._numbers = itertools.count(1)
        self.new_session()

    @property
    def log(self) -> FeedLog:
        """The log of the current session."""
        return next(reversed(self._sessions.values()))

    def new_session(self) -> str:
        """Begin another session; the previous one stays available."""
        session = new_session_id(0, next(self._numbers))
        self._sessions[session] = FeedLog.create(self._directory, session)
        return session

    def publish(self, *rows: Row) -> None:
        """Append rows to the current session and send them."""
        self.append(batch_of(rows, self.log.head + 1).records)

    def append(self, records: TickRecords) -> None:
        """Append messages to the current session and send them."""
        self.log.append(records.tobytes())
        self.wake()

    def end_session(self) -> None:
        """End the current session, and send that to its clients."""
        self.log.end()
        self.wake()

    def has_ended(self, session: str) -> bool:
        """Return whether that session has ended."""
        return self._sessions[session].ended

    def forget(self, session: str) -> None:
        """Stop serving that session."""
        del self._sessions[session]

    def stream_for(self, user: str, session: str, sequence: int) -> Stream | RejectReason:
        """Return the requested session, or the current one."""
        del user, sequence
        if not session:
            return self.log
        return self._sessions.get(session, RejectReason.SESSION_NOT_AVAILABLE)


class Orders(Peer):
    """An order manager that registers strategies and reports each order once.

    takes_orders = False loses orders as a killed process does; is_available = False refuses them.
    """

    def __init__(self, users: Users) -> None:
        super().__init__(users)
        self._numbers = itertools.count(1)
        self.takes_orders = True
        self.is_available = True
        self.rejects = False
        self.received: list[Order] = []  # everything that came, repetitions too
        self.orders: dict[str, Order] = {}  # of this order session
        self.registers: list[Register] = []
        self._registrations = Registrations()
        self.reports = MemoryStream("")
        self.new_session()

    def new_session(self) -> None:
        """Begin another order session; registrations are carried over to it."""
        self.reports = MemoryStream(new_session_id(10**18, next(self._numbers)))
        self.orders = {}
        carried = Registrations()
        for user, sessions in self._registrations:
            for feed_session in sessions:
                carried.put(user, feed_session, self._registrations.carried(user, feed_session))
                traded_seq = self._registrations.traded_seq(user, feed_session)
                carried.note_traded(user, feed_session, traded_seq)
        self._registrations = carried

    def end_session(self) -> None:
        """End the order session, which sends Z after its last report, and begin another."""
        ended = self.reports
        self.new_session()
        ended.ended = True
        self.wake()

    def stream_for(self, user: str, session: str, sequence: int) -> Stream | RejectReason:
        """Return the current session, or a rejection for any other."""
        del user, sequence
        is_current = session in ("", self.reports.session_id)
        return self.reports if is_current else RejectReason.SESSION_NOT_AVAILABLE

    def unsequenced_received(self, client: Connection, payload: bytes) -> None:
        """Handle a Register or an Order."""
        match decode_client_message(payload):
            case Register() as register:
                self.registers.append(register)
                if self.is_available:
                    self._register(register)
                else:
                    client.send_unsequenced(
                        encode_message(_not_available("Register", register.request_id))
                    )
            case Order() as order:
                self.received.append(order)
                if not self.is_available:
                    client.send_unsequenced(
                        encode_message(_not_available("NewOrderSingle", order.cl_ord_id))
                    )
                elif self.takes_orders and order.cl_ord_id not in self.orders:
                    self.orders[order.cl_ord_id] = order
                    self._registrations.note_traded(USER, order.feed_session, order.feed_seq)
                    self.append(_report(len(self.orders), order, is_rejected=self.rejects))

    @property
    def made(self) -> list[tuple[int | None, str, str]]:
        """Return (feed sequence, symbol, side) of the orders of this order session."""
        return [(order.feed_seq, order.symbol, order.side) for order in self.orders.values()]

    def _register(self, register: Register) -> None:
        previous = self._registrations.find(USER, register.feed_session)
        traded_seq = self._registrations.traded_seq(USER, register.feed_session)
        from_seq = from_sequence(previous, register, traded_seq)
        registration = Registration(register.config_hash, from_seq)
        self._registrations.put(USER, register.feed_session, registration)
        self.append(
            Registered(
                request_id=register.request_id,
                feed_session=register.feed_session,
                from_seq=from_seq,
            )
        )

    def append(self, message: ServerMessage) -> None:
        """Put a message into the stream of reports, and send it."""
        packet = soup.encode_packet(PacketType.SEQUENCED_DATA, encode_message(message))
        self.reports.packets.append(packet)
        self.wake()


def _report(number: int, order: Order, *, is_rejected: bool) -> ExecutionReport:
    return ExecutionReport(
        order_id=number,
        cl_ord_id=order.cl_ord_id,
        exec_id=str(number),
        exec_type=ExecType.REJECTED if is_rejected else ExecType.NEW,
        ord_status=OrdStatus.REJECTED if is_rejected else OrdStatus.NEW,
        symbol=order.symbol,
        reject_reason=OrdRejReason.OTHER if is_rejected else None,
        transact_time_ns=0,
    )


def _not_available(kind: str, name: str) -> BusinessMessageReject:
    return BusinessMessageReject(
        ref_msg_type=kind,
        business_reject_ref_id=name,
        business_reject_reason=BusinessRejectReason.APPLICATION_NOT_AVAILABLE,
        text="disk full",
    )
