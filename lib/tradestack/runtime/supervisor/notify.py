"""Messages to the supervisor, sd_notify(3), by way of the package sdnotify.

    READY=1   STATUS=text   RELOADING=1 + MONOTONIC_USEC=n   STOPPING=1   WATCHDOG=1
    EXTEND_TIMEOUT_USEC=n

sdnotify encodes latin-1 and silently loses any other text, so texts are made ASCII here.
"""

import logging
from typing import Protocol

from sdnotify import SystemdNotifier

from tradestack.domain.faults import OperatorFault

STATUS_LENGTH_MAX = 512  # characters; `systemctl status` shows fewer on one line

logger = logging.getLogger(__name__)


class _Channel(Protocol):
    def notify(self, state: str) -> None: ...


class Notifier:
    """The connection to the supervisor; without one (`channel` is None) nothing is sent."""

    def __init__(self, channel: _Channel | None) -> None:
        self._channel = channel
        self._status = ""

    @classmethod
    def connect(cls, notify_socket: str | None) -> "Notifier":
        """Connect to $NOTIFY_SOCKET, which sdnotify reads itself, if there is a supervisor.

        Raises OperatorFault if nobody receives there.
        """
        if notify_socket is None:
            return cls(None)
        try:
            return cls(SystemdNotifier(debug=True))  # raise errors, do not drop messages
        except OSError as error:
            raise OperatorFault(
                f"NOTIFY_SOCKET={notify_socket}",
                error.strerror or str(error),
                "unset it: the service manager that set it does not start this daemon",
            ) from error

    def ready(self) -> None:
        """Report that the daemon serves, or has reloaded."""
        self._send("READY=1")

    def status(self, text: str) -> None:
        """Set the line that `systemctl status` shows; sent only if it changed."""
        line = " ".join(text.split())[:STATUS_LENGTH_MAX]
        line = line.encode("ascii", errors="replace").decode("ascii")
        if line != self._status:
            self._status = line
            self._send(f"STATUS={line}")

    def reloading(self, monotonic_ns: int) -> None:
        """Report that a reload begins, and when: systemd >= 253 would wait without it."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={monotonic_ns // 1_000}")

    def stopping(self) -> None:
        """Report that the daemon begins to stop."""
        self._send("STOPPING=1")

    def watchdog(self) -> None:
        """Report that the daemon has checked itself and is healthy."""
        self._send("WATCHDOG=1")

    def extend_timeout(self, seconds: int) -> None:
        """Ask for this much time from now on to start or stop; repeat before it is over."""
        self._send(f"EXTEND_TIMEOUT_USEC={seconds * 1_000_000}")

    def _send(self, state: str) -> None:
        if self._channel is None:
            return
        try:
            self._channel.notify(state)
        except OSError as error:
            logger.warning("supervisor did not take %s: %s", state.partition("=")[0], error)
