"""A client of the FIX port, with the standard library only."""

import socket
import time
from collections.abc import Iterable

PORT = 8996
CLIENT, SERVER = "ACME", "TRADESTACK"
MSG_TYPE, MSG_SEQ_NUM, CL_ORD_ID, CHECK_SUM = 35, 34, 11, 10
LOGON, LOGOUT, REPORT, ORDER = "A", "5", "8", "D"
ANSWER_SECONDS_MAX = 60
SOH = "\x01"

Fields = dict[int, str]


class FixClient:
    """A connection that has logged on; number: of the next message."""

    def __init__(self, password: str, number: int = 1) -> None:
        self.number = number
        self._socket = socket.create_connection(("127.0.0.1", PORT), timeout=ANSWER_SECONDS_MAX)
        self._received = ""
        self.send(LOGON, (98, "0"), (108, "30"), (554, password))
        self.logon = self.next_of(LOGON)

    def send(self, msg_type: str, *fields: tuple[int, str]) -> None:
        """Send a message."""
        now = time.strftime("%Y%m%d-%H:%M:%S", time.gmtime())
        header = [(49, CLIENT), (56, SERVER), (MSG_SEQ_NUM, str(self.number)), (52, now)]
        self.number += 1
        body = _text([(MSG_TYPE, msg_type), *header, *fields])
        message = f"8=FIX.4.4{SOH}9={len(body)}{SOH}{body}".encode()
        end = _text([(CHECK_SUM, f"{sum(message) % 256:03}")])
        self._socket.sendall(message + end.encode())

    def order(self, name: str) -> Fields:
        """Buy one SPY at the market; return the first report on it."""
        terms = [(11, name), (55, "SPY"), (54, "1"), (38, "1"), (40, "1"), (59, "3")]
        now = time.strftime("%Y%m%d-%H:%M:%S", time.gmtime())
        self.send(ORDER, *terms, (60, now))
        return self.next_of(REPORT, name)

    def next_of(self, msg_type: str, name: str | None = None) -> Fields:
        """Return the next message of that type, about the order of that name; leave out others."""
        while True:
            message = self._next()
            if message[MSG_TYPE] == msg_type and name in (None, message.get(CL_ORD_ID)):
                return message
            assert message[MSG_TYPE] != LOGOUT, message

    def close(self) -> None:
        """Disconnect."""
        self._socket.close()

    def _next(self) -> Fields:
        fields: Fields = {}
        while CHECK_SUM not in fields:
            while SOH not in self._received:
                received = self._socket.recv(1 << 16)
                assert received, f"the port has closed the connection, behind {fields}"
                self._received += received.decode()
            field, _, self._received = self._received.partition(SOH)
            tag, _, value = field.partition("=")
            fields[int(tag)] = value
        return fields


def _text(fields: Iterable[tuple[int, str]]) -> str:
    return "".join(f"{tag}={value}{SOH}" for tag, value in fields)
