"""Logins by SoupBinTCP, with the standard library only."""

import socket
import time
from dataclasses import dataclass

FEED_PORT, ORDER_PORT = 8999, 8998
ACCEPTED, NOT_AUTHORIZED = "A", "JA"
NO_ANSWER = ""  # but the close
ANSWER_SECONDS_MAX = 60
HEARTBEAT = b"\0\1R"  # a server disconnects a client that is silent for 15 s
LISTEN_SECONDS = 1.5  # a server sends at least a heartbeat each second


@dataclass(slots=True)
class Login:
    """An answered login. answer: ACCEPTED, NOT_AUTHORIZED or NO_ANSWER."""

    answer: str
    connection: socket.socket

    def is_alive(self) -> bool:
        """Send a heartbeat; return whether the server still sends data."""
        bytes_received, deadline = 0, time.monotonic() + LISTEN_SECONDS
        try:
            self.connection.sendall(HEARTBEAT)
            while time.monotonic() < deadline:
                received = self.connection.recv(1 << 20)
                if not received:
                    return False
                bytes_received += len(received)
        except ConnectionError:
            return False
        return bytes_received > 0

    def close(self) -> None:
        """Disconnect without logging out."""
        self.connection.close()


def login(port: int, user: str, password: str) -> Login:
    """Log in to the current session, from its next message on."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS_MAX)
    request = f"L{user:<6}{password:<10}{'':>10}{0:>20}".encode()
    connection.sendall(len(request).to_bytes(2, "big") + request)
    stream = connection.makefile("rb")
    packet = stream.read(4)
    answer = packet[2:].decode()
    return Login(ACCEPTED if answer.startswith(ACCEPTED) else answer, connection)


def answer_to(port: int, user: str, password: str) -> str:
    """Log in, disconnect, and return the answer."""
    session = login(port, user, password)
    session.close()
    return session.answer
