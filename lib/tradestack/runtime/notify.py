"""state of a daemon → datagrams to its supervisor: sd_notify(3) by way of the package sdnotify.

    READY=1   STATUS=text   RELOADING=1 + MONOTONIC_USEC=n   STOPPING=1   WATCHDOG=1
    EXTEND_TIMEOUT_USEC=n

sdnotify encodes latin-1 and would lose any other text without a word: texts are made ASCII here.
Without a supervisor everything here does nothing.
"""

import logging
from collections.abc import Mapping
from typing import Protocol

from tradestack.domain.clock import NANOSECONDS_PER_SECOND

WATCHDOG_LENGTH_MAX = 20  # digits of 64 bits; Python turns no thousands of them into a number
STATUS_LENGTH_MAX = 512  # characters; what `systemctl status` shows of it on one line is less

_NANOSECONDS_PER_MICROSECOND = 1_000

logger = logging.getLogger(__name__)


class _Channel(Protocol):
    def notify(self, state: str) -> None: ...


class Notifier:
    """Tells the supervisor; `channel` is sdnotify's notifier, None = there is no supervisor."""

    def __init__(self, channel: _Channel | None) -> None:
        self._channel = channel
        self._status = ""

    @classmethod
    def connect(cls, notify_socket: str | None) -> "Notifier":
        """To the socket of the environment, which sdnotify reads for itself."""
        if notify_socket is None:
            return cls(None)
        # Not needed without a supervisor, as in most tests and with --daemonize.
        from sdnotify import SystemdNotifier

        return cls(SystemdNotifier(debug=True))  # debug: raises instead of losing messages

    @property
    def supervised(self) -> bool:
        """Whether anybody listens."""
        return self._channel is not None

    def ready(self) -> None:
        """The daemon serves, or its reload is done."""
        self._send("READY=1")

    def status(self, text: str) -> None:
        """One line for `systemctl status`; sent only when it changed."""
        line = _one_ascii_line(text)
        if line != self._status:
            self._status = line
            self._send(f"STATUS={line}")

    def reloading(self, monotonic_ns: int) -> None:
        """A reload began; without the time systemd >= 253 would wait for its timeout."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={monotonic_ns // _NANOSECONDS_PER_MICROSECOND}")

    def stopping(self) -> None:
        """The daemon begins to end by its own decision or by SIGTERM."""
        self._send("STOPPING=1")

    def watchdog(self) -> None:
        """The daemon has checked itself and is well."""
        self._send("WATCHDOG=1")

    def extend_timeout(self, seconds: int) -> None:
        """Start or stop goes on and needs this long from now; say it again before that is over."""
        self._send(f"EXTEND_TIMEOUT_USEC={seconds * 1_000_000}")

    def _send(self, state: str) -> None:
        if self._channel is None:
            return
        try:
            self._channel.notify(state)
        except OSError as error:
            logger.warning("supervisor did not take %s: %s", state.partition("=")[0], error)


def parse_watchdog(variables: Mapping[str, str], *, pid: int) -> int | None:
    """Nanoseconds within which the supervisor wants to hear WATCHDOG=1; None = it does not care.

    As sd_watchdog_enabled(3): WATCHDOG_PID, where it is set, must be this process.
    """
    if variables.get("WATCHDOG_PID", str(pid)) != str(pid):
        return None
    text = variables.get("WATCHDOG_USEC", "")
    if len(text) > WATCHDOG_LENGTH_MAX or not (text.isascii() and text.isdigit()):
        return None
    return int(text) * _NANOSECONDS_PER_MICROSECOND or None


def watchdog_interval_ns(patience_ns: int) -> int:
    """How often to feed it: half its patience, as sd_watchdog_enabled(3) advises, at most 1 s."""
    return min(patience_ns // 2, NANOSECONDS_PER_SECOND)


def _one_ascii_line(text: str) -> str:
    line = " ".join(text.split())[:STATUS_LENGTH_MAX]
    return line.encode("ascii", errors="replace").decode("ascii")
