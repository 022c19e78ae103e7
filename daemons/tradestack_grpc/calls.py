"""The open calls: their limit, their ends, and the counts of both."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.net.line_limit import LineLimit
from tradestack.observe.events import (
    CLIENT_LOGGED_IN,
    LOGIN_REJECTED,
    RESOLVING,
    SERVER_CONNECTED,
)
from tradestack_grpc.call_end import CallEnd, end_of, is_of_server, is_wrong_login

# Calls whose login is under way: the servers check one password after the other.
LOGINS_PENDING_MAX = 64
LOGINS_PENDING_PER_HOST_MAX = 16  # so that one host does not take the places of all

FEED = "feed"
ORDERS = "orders"

Context = grpc.aio.ServicerContext[Any, Any]

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class CallCounts:
    """What has happened since the process began."""

    admitted: Counter[str] = field(default_factory=Counter)  # by service
    refused: int = 0
    logins_rejected: int = 0
    slow_readers: int = 0
    ticks: int = 0
    orders: int = 0
    orders_malformed: int = 0
    reports: int = 0


class Calls:
    """The open calls. calls_max, slow_reader_max_ns: may be replaced at any time."""

    def __init__(self, clock: Clock, calls_max: int, slow_reader_max_ns: int) -> None:
        self.calls_max = calls_max
        self.slow_reader_max_ns = slow_reader_max_ns
        self.counts = CallCounts()
        self.open: Counter[str] = Counter({FEED: 0, ORDERS: 0})  # by service
        self._pending: Counter[str] = Counter()  # logins, by host
        self._lines = LineLimit(clock)
        _silence_clients()

    @contextmanager
    def admitted(self, service: str) -> Iterator[None]:
        """Count a call while it is open. Raises CallEnd if there are too many."""
        if self.open.total() >= self.calls_max:
            raise self._refusal(f"{self.calls_max} calls are open; end others, or try later")
        self.open[service] += 1
        self.counts.admitted[service] += 1
        try:
            yield
        finally:
            self.open[service] -= 1

    @contextmanager
    def logging_in(self, context: Context) -> Iterator[None]:
        """Count a login while it is under way. Raises CallEnd if there are too many."""
        host = _host_of(context)
        if (
            self._pending.total() >= LOGINS_PENDING_MAX
            or self._pending[host] >= LOGINS_PENDING_PER_HOST_MAX
        ):
            raise self._refusal("too many logins are under way; try later")
        self._pending[host] += 1
        try:
            yield
        finally:
            self._pending[host] -= 1
            if not self._pending[host]:
                del self._pending[host]

    def joined(self, context: Context, user: str, session: str, sequence: int) -> None:
        """Log that a call follows a session from that number on."""
        self._lines.emit(
            logger,
            CLIENT_LOGGED_IN,
            origin=user,
            user=user,
            peer=context.peer(),
            session=session,
            next=sequence,
        )

    async def write(self, context: Context, message: bytes) -> None:
        """Send a message; wait until the client has room. Raises CallEnd if it reads nothing."""
        seconds = self.slow_reader_max_ns / NANOSECONDS_PER_SECOND
        try:
            async with asyncio.timeout(seconds):
                try:
                    await context.write(message)
                except grpc.aio.InternalError:  # the client has gone: gRPC is about to cancel this
                    await asyncio.get_running_loop().create_future()
        except TimeoutError:
            self.counts.slow_readers += 1
            text = f"nothing was read for {seconds:g} s; go on after the last number that came"
            raise CallEnd(grpc.StatusCode.RESOURCE_EXHAUSTED, text) from None

    async def end(self, context: Context, fault: Exception) -> None:
        """End a call by the status that the fault stands for; raise it if it is a defect."""
        end = end_of(fault)
        if end is None:
            raise fault
        if is_wrong_login(end):
            self.counts.logins_rejected += 1
            self._lines.emit(logger, LOGIN_REJECTED, peer=_host_of(context), reason=end)
        elif is_of_server(end) and self._lines.take(""):
            logger.warning("a call from %s got %s: %s", _host_of(context), end.code.name, end)
        self._lines.report()
        await context.abort(end.code, end.text)

    def _refusal(self, text: str) -> CallEnd:
        self.counts.refused += 1
        return CallEnd(grpc.StatusCode.RESOURCE_EXHAUSTED, text)


def _silence_clients() -> None:
    """Log nothing of what a call's own client says: the call has it, and so have the servers' logs.

    Each call can cause such lines, so that they need the bounds of LineLimit.
    """
    logging.getLogger("tradestack.net.client").setLevel(logging.CRITICAL)
    RESOLVING.addFilter(lambda record: getattr(record, "event", None) is not SERVER_CONNECTED)


def _host_of(context: Context) -> str:
    """Return the host that calls: "ipv4:127.0.0.1:41234" without the port."""
    return context.peer().rpartition(":")[0]
