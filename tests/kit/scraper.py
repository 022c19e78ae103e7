"""A scraper of the metrics exporter, and the exporter itself as systemd starts it."""

import contextlib
import http.client
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from tests.kit.socket_activation import start_with_sockets

COMMAND = str(Path(sys.executable).with_name("tradestack-metrics"))
DEADLINE_S = 60.0


class Exporter:
    """A context manager: a listener that stays open, as with systemd, and a process on it."""

    def __init__(self, runtime: Path, *arguments: str) -> None:
        self._command = [COMMAND, "--runtime-dir", str(runtime), *arguments]
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.process = self.start()

    def start(self) -> "subprocess.Popen[Any]":
        """Start a process with the listener."""
        self.process = start_with_sockets(self._command, {"metrics": self.listener})
        return self.process

    def get(
        self, *, method: str = "GET", headers: Sequence[tuple[str, str]] = ()
    ) -> tuple[int, dict[str, str], str]:
        """Ask for the metrics; return status, headers and text."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_S)
        try:
            connection.request(method, "/metrics", headers=dict(headers))
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            connection.close()

    def exchange(self, request: bytes) -> bytes:
        """Send bytes, and return all that comes until the connection is closed."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE_S) as peer:
            peer.sendall(request)
            received = b""
            with contextlib.suppress(ConnectionResetError):  # it was closed before it was read
                while data := peer.recv(65_536):
                    received += data
            return received

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(DEADLINE_S)
        self.listener.close()
