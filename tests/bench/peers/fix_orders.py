"""Orders by FIX on one blocking connection, and the time until their reports.

    fix_orders enter PORT PREFIX COUNT DEPTH

DEPTH orders are in flight at any time; answers with duration_ns, and with depth 1 with times_ns.
The client does as little as it can: messages are made before the measurement, reports are counted
by a search while it lasts, and checked afterwards.
"""

import socket
import sys
import time

from tests.bench.daemon import PASSWORD
from tests.bench.orders import order_id
from tests.bench.program import answer, wait_for_go
from tradestack_fix.codec import tags
from tradestack_fix.codec.frames import FrameDecoder
from tradestack_fix.codec.message import Field, Message, Parties, encode_message, parse_message

CLIENT = "BENCH"
PARTIES = Parties(sender=CLIENT, target="TRADESTACK")
RECEIVE_BYTES = 1 << 18
REPORT = b"\x0135=8\x01"
NOW = "20260101-12:00:00.000"


def message(msg_type: str, number: int, *fields: Field) -> bytes:
    """Make a message of now."""
    return encode_message(msg_type, number, PARTIES, time.time_ns(), fields)


def order(prefix: str, number: int) -> bytes:
    """Make an order like those of orders.py; the logon has number 1."""
    return message(
        *(tags.NEW_ORDER_SINGLE, number + 2),
        *((tags.CL_ORD_ID, order_id(prefix, number)), (tags.SYMBOL, "SPY")),
        *((tags.SIDE, "1" if number % 2 else "2"), (tags.ORDER_QTY, str(1 + number % 100))),
        *((tags.ORD_TYPE, "2"), (tags.PRICE, f"{100 + number % 50}.25")),
        *((tags.TIME_IN_FORCE, "0"), (tags.TRANSACT_TIME, NOW)),
    )


def receive(connection: socket.socket) -> bytes:
    """Receive once."""
    data = connection.recv(RECEIVE_BYTES)
    if not data:
        sys.exit("the server closed the connection")
    return data


def log_on(connection: socket.socket) -> None:
    """Log on with new numbers."""
    fields = ((98, "0"), (tags.HEART_BT_INT, "0"), (tags.PASSWORD, PASSWORD))
    connection.sendall(message(tags.LOGON, 1, *fields, (tags.RESET_SEQ_NUM_FLAG, tags.YES)))
    while b"\x0135=A\x01" not in receive(connection):
        pass


def enter(connection: socket.socket, orders: list[bytes], depth: int) -> tuple[bytes, list[int]]:
    """Return everything received, and the round trips in ns if depth is 1."""
    received, times_ns = [], []
    connection.sendall(b"".join(orders[:depth]))
    start_ns = time.perf_counter_ns()
    sent, reports, end = depth, 0, b""
    while reports < len(orders):
        data = receive(connection)
        received.append(data)
        count = (end + data).count(REPORT)  # one may be cut by the end of a piece
        end = (end + data)[-len(REPORT) + 1 :]
        reports += count
        if depth == 1 and count:
            times_ns.append(time.perf_counter_ns() - start_ns)
            start_ns = time.perf_counter_ns()
        if count and sent < len(orders):
            connection.sendall(b"".join(orders[sent : sent + count]))
            sent += count
    return b"".join(received), times_ns


def check(prefix: str, received: bytes) -> int:
    """Check that each order was accepted once, in order; return how many."""
    decoder = FrameDecoder()
    decoder.receive_data(received)
    messages: list[Message] = []
    while isinstance(body := decoder.next_body(), bytes):
        messages.append(parse_message(body))
    for number, report in enumerate(messages):
        named, status = report.fields.get(tags.CL_ORD_ID), report.fields.get(tags.ORD_STATUS)
        if (named, status) != (order_id(prefix, number), "0"):
            sys.exit(f"report {number} is {report}")
    return len(messages)


def main(_: str, port: str, prefix: str, count: str, depth: str) -> None:
    connection = socket.create_connection(("127.0.0.1", int(port)))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    log_on(connection)
    orders = [order(prefix, number) for number in range(int(count))]
    wait_for_go()
    start_ns = time.perf_counter_ns()
    received, times_ns = enter(connection, orders, int(depth))
    duration_ns = time.perf_counter_ns() - start_ns
    connection.sendall(message(tags.LOGOUT, len(orders) + 2))
    while b"\x0135=5\x01" not in receive(connection):
        pass
    answer(times_ns=times_ns, duration_ns=duration_ns, count=check(prefix, received))


if __name__ == "__main__":
    main(*sys.argv[1:])
