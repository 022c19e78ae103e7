"""Orders on one blocking connection, and the time until their answers.

    order_entry soup|ioc|resting|echo PORT PREFIX COUNT DEPTH

soup: logged in to the order manager; each order is answered by its report, which is checked.
ioc: the same with IOC orders; reports on what became of them later are received and passed over.
resting: the same with orders that no trade reaches; they are canceled after the measurement.
echo: a server that sends back what it receives; each order is answered by itself.
DEPTH 1: one order after the other; answers with the list times_ns. More: DEPTH orders are in flight
at any time; answers with duration_ns alone.
"""

import socket
import struct
import sys
import time

from tests.bench.daemon import PASSWORD, user_name
from tests.bench.orders import Kind, check_reports, order_packets
from tests.bench.program import answer, wait_for_go
from tradestack.domain.order import MassCancelRequestType
from tradestack.domain.requests import OrderMassCancelRequest
from tradestack.wire.orders import encode_message
from tradestack.wire.soup import (
    HEADER_LENGTH,
    LoginRequest,
    PacketType,
    encode_login_request,
    encode_packet,
)

RECEIVE_BYTES = 1 << 18
HEADER = struct.Struct(">HB")
HEARTBEAT = int(PacketType.SERVER_HEARTBEAT)
SEQUENCED = int(PacketType.SEQUENCED_DATA)
VERDICT = b'"ExecType":"NEW"'
KINDS = {"soup": Kind.DAY, "echo": Kind.DAY, "ioc": Kind.IOC, "resting": Kind.RESTING}


class Answers:
    """The packets that arrive, without heartbeats; if only_verdicts, without other reports."""

    def __init__(self, connection: socket.socket, *, only_verdicts: bool) -> None:
        self.payloads: list[bytes] = []
        self._only_verdicts = only_verdicts
        self._connection = connection
        self._buffer = b""
        # Kept: an allocation of this size is given back to the kernel and cleared each time.
        self._room = memoryview(bytearray(RECEIVE_BYTES))

    def receive(self) -> int:
        """Receive once; return the number of answers in it."""
        count = self._connection.recv_into(self._room)
        if not count:
            sys.exit("the server closed the connection")
        data = self._buffer + self._room[:count]
        before, offset, length = len(self.payloads), 0, len(data)
        while offset + HEADER_LENGTH <= length:
            payload_length, kind = HEADER.unpack_from(data, offset)
            end = offset + 2 + payload_length
            if end > length:
                break
            payload = data[offset + HEADER_LENGTH : end]
            if kind != HEARTBEAT and not self._is_passed_over(kind, payload):
                self.payloads.append(payload)
            offset = end
        self._buffer = data[offset:]
        return len(self.payloads) - before

    def _is_passed_over(self, kind: int, payload: bytes) -> bool:
        return self._only_verdicts and kind == SEQUENCED and VERDICT not in payload


def one_by_one(connection: socket.socket, packets: list[bytes], answers: Answers) -> list[int]:
    """Return the round trips in ns."""
    times_ns = []
    for packet in packets:
        start_ns = time.perf_counter_ns()
        connection.sendall(packet)
        while not answers.receive():
            pass
        times_ns.append(time.perf_counter_ns() - start_ns)
    return times_ns


def pipelined(
    connection: socket.socket, packets: list[bytes], answers: Answers, depth: int
) -> None:
    """Return when all orders are answered."""
    connection.sendall(b"".join(packets[:depth]))
    sent, received = depth, 0
    while received < len(packets):
        count = answers.receive()
        received += count
        if sent < len(packets):
            connection.sendall(b"".join(packets[sent : sent + count]))
            sent += count


def log_in(connection: socket.socket, answers: Answers) -> None:
    """Log in, from the newest report on."""
    login = LoginRequest(user=user_name(0), password=PASSWORD, session_id="", sequence=0)
    connection.sendall(encode_login_request(login))
    while not answers.receive():
        pass
    answers.payloads.clear()


def cancel_all(connection: socket.socket, prefix: str) -> None:
    """Cancel all that works, so that the next round begins as this one did.

    Where nothing executes orders, the request is refused.
    """
    name = f"{prefix}-all"
    request = OrderMassCancelRequest(cl_ord_id=name, request_type=MassCancelRequestType.ALL)
    packet = encode_packet(PacketType.UNSEQUENCED_DATA, encode_message(request))
    connection.sendall(packet)
    answers = Answers(connection, only_verdicts=False)
    while not any(name.encode() in payload for payload in answers.payloads):
        answers.payloads.clear()
        answers.receive()


def main(protocol: str, port: str, prefix: str, count: str, depth: str) -> None:
    kind = KINDS[protocol]
    packets = order_packets(prefix, int(count), kind)
    connection = socket.create_connection(("127.0.0.1", int(port)))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    answers = Answers(connection, only_verdicts=kind is Kind.IOC)
    if protocol != "echo":
        log_in(connection, answers)
    wait_for_go()
    start_ns = time.perf_counter_ns()
    times_ns = []
    if depth == "1":
        times_ns = one_by_one(connection, packets, answers)
    else:
        pipelined(connection, packets, answers, int(depth))
    duration_ns = time.perf_counter_ns() - start_ns
    if protocol != "echo":
        check_reports(prefix, answers.payloads)
    if kind is Kind.RESTING:
        cancel_all(connection, prefix)
    answer(times_ns=times_ns, duration_ns=duration_ns, count=len(answers.payloads))


if __name__ == "__main__":
    main(*sys.argv[1:])
