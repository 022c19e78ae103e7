"""Clients that replay a feed from its first number, again and again, as fast as they are served.

    python tests/net/isolation_readers.py PASSWORD PORT COUNT SIZE

They load the server and not the machine: one process at the lowest priority, which has the kernel
drop what came (MSG_TRUNC, tcp(7)) instead of copying it. Each logs in again after SIZE bytes. At a
line of input they begin; at the next they disconnect, and print the number of bytes that came.
"""

import json
import os
import select
import socket
import sys

from tradestack.wire import soup

DROPPED_BYTES = 1 << 20  # at a time
NICE = 19


def log_in(port: int, password: str) -> socket.socket:
    """Return a connection that receives everything from number 1 on."""
    connection = socket.create_connection(("127.0.0.1", port))
    request = soup.LoginRequest(user="replay", password=password, session_id="", sequence=1)
    connection.sendall(soup.encode_login_request(request))
    connection.setblocking(False)
    return connection


def replay(port: int, count: int, password: str, size_bytes: int) -> int:
    """Replay until there is input; return the bytes that all have received."""
    epoll = select.epoll()
    epoll.register(sys.stdin.fileno(), select.EPOLLIN)
    readers: dict[int, tuple[socket.socket, int]] = {}

    def begin() -> None:
        connection = log_in(port, password)
        readers[connection.fileno()] = (connection, 0)
        epoll.register(connection.fileno(), select.EPOLLIN)

    for _ in range(count):
        begin()
    buffer, total_bytes, is_over = bytearray(DROPPED_BYTES), 0, False
    while not is_over:
        for descriptor, _ in epoll.poll():
            if descriptor == sys.stdin.fileno():
                is_over = True
                continue
            connection, taken_bytes = readers[descriptor]
            taken = connection.recv_into(buffer, DROPPED_BYTES, socket.MSG_TRUNC)
            total_bytes += taken
            readers[descriptor] = (connection, taken_bytes + taken)
            if not taken or taken_bytes + taken >= size_bytes:
                del readers[descriptor]
                connection.close()
                begin()
    for connection, _ in readers.values():
        connection.close()
    return total_bytes


def main(password: str, port: str, count: str, size_bytes: str) -> None:
    """Replay in rounds until the standard input ends."""
    os.nice(NICE)
    print("ready", flush=True)
    while os.read(0, 64):
        total_bytes = replay(int(port), int(count), password, int(size_bytes))
        os.read(0, 64)
        print(json.dumps({"bytes": total_bytes}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
