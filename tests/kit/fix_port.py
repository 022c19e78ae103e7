"""A real FIX port in a process of its own, and a client that says exactly what a test wants."""

import socket
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar, Self

from tests.kit.daemon import DEADLINE_S, PASSWORD, Daemon
from tests.kit.order_manager import USER, OrderManager
from tradestack_fix.codec import tags
from tradestack_fix.codec.frames import FrameDecoder
from tradestack_fix.codec.message import Field, Message, Parties, encode_message, parse_message

COMP_ID = "TRADESTACK"
CLIENT = "ACME"
OTHER_CLIENT = "OTHER"


def numbered(body: bytes) -> bytes:
    """Body → message."""
    start = b"8=FIX.4.4\x019=%d\x01%s" % (len(body), body)
    return b"%s10=%03d\x01" % (start, sum(start) % 256)


class FixPort(Daemon):
    """A FIX port in front of an order manager, for two clients."""

    module = "tradestack_fix"
    listener = "fix"
    interface = "io.tradestack.Daemon"
    users: ClassVar[tuple[str, ...]] = (USER,)

    def __init__(self, directory: Path, order_manager: OrderManager) -> None:
        self._order_manager = order_manager
        self._connections: list[FixClient] = []
        super().__init__(directory)
        self.configure()

    def required_keys(self) -> dict[str, object]:
        """Return where the order manager is, and who may log on."""
        host, port = self._order_manager.address
        return {
            "state_directory": self.state,
            "orders": f"{host}:{port}",
            "clients": {CLIENT: USER, OTHER_CLIENT: "other"},
        }

    def client(self, comp_id: str = CLIENT) -> "FixClient":
        """Connect a client that has not logged on."""
        client = FixClient(self.address, comp_id)
        self._connections.append(client)
        return client

    def close(self) -> None:
        """Close clients, process and sockets."""
        for client in self._connections:
            client.close()
        super().close()


class FixClient:
    """A connection, with the numbers of both sides; it answers nothing by itself."""

    def __init__(self, address: tuple[str, int], comp_id: str, number: int = 1) -> None:
        self.number = number  # of the next message
        self.parties = Parties(sender=comp_id, target=COMP_ID)
        self._decoder = FrameDecoder()
        self._socket = socket.create_connection(address, timeout=DEADLINE_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(
        self, msg_type: str, *fields: Field, number: int | None = None, time_ns: int | None = None
    ) -> None:
        """Send a message with the next number, or with this one."""
        if number is None:
            number, self.number = self.number, self.number + 1
        now_ns = time.time_ns() if time_ns is None else time_ns
        self.send_bytes(encode_message(msg_type, number, self.parties, now_ns, fields))

    def send_bytes(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._socket.sendall(data)

    def log_on(self, *fields: Field, password: str = PASSWORD, heart_bt_int_s: int = 30) -> Message:
        """Send a Logon; return the answer."""
        self.send_logon(*fields, password=password, heart_bt_int_s=heart_bt_int_s)
        return self.receive()

    def send_logon(
        self, *fields: Field, password: str = PASSWORD, heart_bt_int_s: int = 30
    ) -> None:
        """Send a Logon."""
        interval = (tags.HEART_BT_INT, str(heart_bt_int_s))
        encryption = (tags.ENCRYPT_METHOD, "0")
        self.send(tags.LOGON, encryption, interval, (tags.PASSWORD, password), *fields)

    def order(
        self, name: str, *fields: Field, number: int | None = None, time_ns: int | None = None
    ) -> None:
        """Send a NewOrderSingle: buy 10 SPY at the market, but for these fields."""
        values = {
            tags.CL_ORD_ID: name,
            tags.SYMBOL: "SPY",
            tags.SIDE: "1",
            tags.TRANSACT_TIME: "20261130-12:00:00",
            tags.ORDER_QTY: "10",
            tags.ORD_TYPE: "1",
            tags.TIME_IN_FORCE: "3",
        }
        header = [
            field
            for field in fields
            if field[0] in (tags.POSS_DUP_FLAG, tags.POSS_RESEND, tags.ORIG_SENDING_TIME)
        ]
        values |= dict(field for field in fields if field not in header)
        self.send(tags.NEW_ORDER_SINGLE, *header, *values.items(), number=number, time_ns=time_ns)

    def receive(self) -> Message:
        """Return the next message."""
        message = self.receive_or_end()
        assert message is not None, "the port has closed the connection"
        return message

    def receive_or_end(self) -> Message | None:
        """Return the next message, None when the port has closed the connection."""
        while (body := self._decoder.next_body()) is None:
            data = self._socket.recv(65_536)
            if not data:
                return None
            self._decoder.receive_data(data)
        assert isinstance(body, bytes), body
        message = parse_message(body)
        assert message.fault is None, message.fault
        return message

    def receive_types(self, *msg_types: str) -> Sequence[Message]:
        """Return the next messages, which are of these types."""
        messages = [self.receive() for _ in msg_types]
        assert [message.msg_type for message in messages] == list(msg_types)
        return messages

    def rest(self) -> Iterator[Message]:
        """Yield what comes until the port closes."""
        while (message := self.receive_or_end()) is not None:
            yield message

    def farewell(self) -> str:
        """Return the text of the Logout that comes next, after which the port closes."""
        message = self.receive()
        assert message.msg_type == tags.LOGOUT, message
        assert self.receive_or_end() is None
        return message.fields.get(tags.TEXT, "")

    def answer(self, question: Message) -> None:
        """Answer a TestRequest."""
        self.send(tags.HEARTBEAT, (tags.TEST_REQ_ID, question.fields[tags.TEST_REQ_ID]))

    def end_sending(self) -> None:
        """Close this direction: the port handles what was sent, and closes the other one."""
        self._socket.shutdown(socket.SHUT_WR)

    def log_out(self) -> None:
        """Send a Logout; wait for the answer."""
        self.send(tags.LOGOUT)
        assert self.receive().msg_type == tags.LOGOUT
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()
