"""A client that does one hostile thing as fast as the server lets it, until it is killed.

    hostile KIND TARGET     TARGET: the port of the server, or the path of its control socket

It runs at the lowest priority: it is to load the server, and not the machine.

    garbage      connects and sends what is not a login, again and again
    guesses      logs in with wrong passwords
    idle         holds more connections than the server has places, and replaces those that end
    logins       logs in with the right password, and again and again
    heartbeats   is logged in on many connections, and sends heartbeats without end
    messages     is logged in on many connections, and sends malformed messages without end
    orders       is logged in as eight users, who send orders without end
    stats, orders-listed, ticks-read     pipelines control calls on eight connections
"""

import os
import select
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache

from tests.bench.daemon import PASSWORD, user_name
from tests.bench.orders import order_packets
from tests.bench.program import wait_for_go
from tradestack.wire.soup import (
    CLIENT_HEARTBEAT,
    LoginRequest,
    PacketType,
    encode_login_request,
    encode_packet,
)
from tradestack.wire.varlink import Answer, Call, encode_call

NICE = 19
DROPPED_BYTES_MAX = 1 << 16
USERS_FIRST = 100  # the quiet client is another user
JUNK = encode_packet(PacketType.UNSEQUENCED_DATA, b"{}") * 2_000


def login(number: int, password: str = PASSWORD) -> bytes:
    """Return a login request of one of the hostile users."""
    user = user_name(USERS_FIRST + number)
    request = LoginRequest(user=user, password=password, session_id="", sequence=0)
    return encode_login_request(request)


def calls(method: str, **parameters: object) -> Callable[[int], tuple[bytes, bytes]]:
    """Return what connections to a control socket send."""
    answer = Answer.MANY if method.endswith("ReadTicks") else Answer.ONE
    call = encode_call(Call(method, parameters, answer))
    return lambda _: (b"", call * 500)


# KIND → number of connections, and what each sends: once after connecting, and then without end.
# Where nothing is sent without end, the connection is closed after an answer, and made again.
KINDS: dict[str, tuple[int, Callable[[int], tuple[bytes, bytes]]]] = {
    "garbage": (16, lambda _: (b"GET / HTTP/1.1\r\n\r\n", b"")),
    "guesses": (64, lambda number: (login(number, "WRONG"), b"")),
    "idle": (300, lambda _: (b"", b"")),
    "logins": (16, lambda number: (login(number % 4), b"")),
    "heartbeats": (64, lambda number: (login(number // 16), CLIENT_HEARTBEAT * 10_000)),
    "messages": (64, lambda number: (login(number // 16), JUNK)),
    "orders": (8, lambda number: (login(number), b"".join(order_packets(f"h{number}", 2_000)))),
    "stats": (8, calls("io.tradestack.Daemon.GetStats")),
    "orders-listed": (8, calls("io.tradestack.OrderManager.ListOrders", count=1_000)),
    "ticks-read": (8, calls("io.tradestack.Gateway.ReadTicks", **{"from": 1})),
}


class Hostile:
    """Connections to one server, and what each still has to send."""

    def __init__(self, kind: str, target: str) -> None:
        self._count, bytes_of = KINDS[kind]
        self._bytes_of = cache(bytes_of)
        self._target = target
        self._epoll = select.epoll()
        self._open: dict[int, tuple[socket.socket, int, memoryview]] = {}

    def run(self) -> None:
        """Go on until killed."""
        for number in range(self._count):
            self._connect(number)
        while True:
            for descriptor, events in self._epoll.poll():
                connection, number, rest = self._open[descriptor]
                try:
                    self._step(connection, number, rest, events)
                except OSError:
                    self._replace(descriptor)

    def _connect(self, number: int) -> None:
        if self._target.isdigit():
            connection = socket.create_connection(("127.0.0.1", int(self._target)))
        else:
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(self._target)
        first, flood = self._bytes_of(number)
        with suppress(OSError):
            connection.sendall(first)
        connection.settimeout(0)
        self._open[connection.fileno()] = connection, number, memoryview(flood)
        events = select.EPOLLIN | (select.EPOLLOUT if flood else 0)
        self._epoll.register(connection, events)

    def _step(self, connection: socket.socket, number: int, rest: memoryview, events: int) -> None:
        """Send and receive; raise OSError where the connection is to be replaced."""
        flood = rest or self._bytes_of(number)[1]
        with suppress(BlockingIOError):
            if events & select.EPOLLIN and not connection.recv(DROPPED_BYTES_MAX):
                raise ConnectionResetError
            if not flood:
                raise ConnectionResetError
            if events & select.EPOLLOUT:
                rest = memoryview(flood)[connection.send(flood) :]
                self._open[connection.fileno()] = connection, number, rest

    def _replace(self, descriptor: int) -> None:
        connection, number, _ = self._open.pop(descriptor)
        self._epoll.unregister(descriptor)
        connection.close()
        self._connect(number)


def main(kind: str, target: str) -> None:
    os.nice(NICE)
    hostile = Hostile(kind, target)
    wait_for_go()
    hostile.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
