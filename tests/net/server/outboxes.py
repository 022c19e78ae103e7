"""Outboxes on a pair of sockets, and what they report."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

from tradestack.net.server.outbox import Outbox
from tradestack.runtime.clock import SystemClock


class Owner:
    """Records what an outbox reports to its connection."""

    def __init__(self) -> None:
        self.reports: list[str] = []
        self.changed = asyncio.Event()

    def sendable(self) -> None:
        """Record it."""
        self.reports.append("sendable")
        self.changed.set()

    def finished(self) -> None:
        """Record it."""
        self.reports.append("finished")

    def broken(self, error: OSError) -> None:
        """Record the error."""
        self.reports.append(f"broken: {error.strerror}")


@contextlib.contextmanager
def socket_pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Provide two connected non-blocking sockets."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(0)
        theirs.settimeout(0)
        yield ours, theirs


@contextlib.contextmanager
def outbox_and_peer() -> Iterator[tuple[Outbox, Owner, socket.socket]]:
    """Provide an outbox, its owner, and the socket that receives what it sends."""
    owner = Owner()
    with socket_pair() as (ours, theirs):
        outbox = Outbox(ours, owner, SystemClock())
        yield outbox, owner, theirs
        outbox.close()
