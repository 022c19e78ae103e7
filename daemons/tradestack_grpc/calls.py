"""The open calls: their limit, their ends, and the counts of both."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.net.addresses import Address
from tradestack.net.allowance import Rate
from tradestack.net.line_limit import LineLimit
from tradestack.net.refusals import Refusals
from tradestack.observe.events import (
    CLIENT_LOGGED_IN,
    LOGIN_REJECTED,
    RESOLVING,
    SERVER_CONNECTED,
)
from tradestack_grpc.call_end import CallEnd, end_of, is_of_server, is_wrong_login
from tradestack_grpc.call_origin import origin_of_call

# Calls whose login is under way: the servers check one password after the other.
LOGINS_PENDING_MAX = 64
# Those of one local user or other host, so that none takes the places of all.
LOGINS_PENDING_PER_ORIGIN_MAX = 16
# Wrong passwords of one origin: beyond, its logins wait. To the servers all of them come from here,
# and theirs would wait for the guesses of others.
REFUSALS = Rate(per_second=1, burst=20)
RETRY_S = 0.25  # until a login that waits is looked at again

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
    """The open calls. calls_max, slow_reader_max_ns: may be replaced at any time.

    listening: where they come in.
    """

    def __init__(
        self, clock: Clock, calls_max: int, slow_reader_max_ns: int, listening: Address
    ) -> None:
        self.calls_max = calls_max
        self.slow_reader_max_ns = slow_reader_max_ns
        self.counts = CallCounts()
        self.open: Counter[str] = Counter({FEED: 0, ORDERS: 0})  # by service, logged in
        self._listening = listening
        self._pending: Counter[str] = Counter()  # logins, by origin
        self._refusals = Refusals(REFUSALS, clock)
        self._lines = LineLimit(clock)
        _silence_clients()

    @property
    def pending(self) -> int:
        """How many logins are under way."""
        return self._pending.total()

    @asynccontextmanager
    async def logging_in(self, service: str, context: Context) -> AsyncIterator[None]:
        """Count a login while it is under way, first while it waits for its turn.

        It takes no place of a call that is open. Raises CallEnd if there are too many.
        """
        origin = self._origin_of(context)
        self._require_room()
        if (
            self.pending >= LOGINS_PENDING_MAX
            or self._pending[origin] >= LOGINS_PENDING_PER_ORIGIN_MAX
        ):
            raise self._refusal("too many logins are under way; try later")
        self.counts.admitted[service] += 1
        self._pending[origin] += 1
        try:
            while not self._refusals.may_try(origin):
                await asyncio.sleep(RETRY_S)
            yield
        finally:
            self._pending[origin] -= 1
            if not self._pending[origin]:
                del self._pending[origin]

    @contextmanager
    def joined(self, service: str) -> Iterator[None]:
        """Count a call that is logged in while it is open. Raises CallEnd if there are too many."""
        self._require_room()
        self.open[service] += 1
        try:
            yield
        finally:
            self.open[service] -= 1

    def log_session(self, context: Context, user: str, session: str, sequence: int) -> None:
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
            self._refusals.note(self._origin_of(context))
            self._lines.emit(logger, LOGIN_REJECTED, peer=_host_of(context), reason=end)
        elif is_of_server(end) and self._lines.take(""):
            logger.warning("a call from %s got %s: %s", _host_of(context), end.code.name, end)
        self._lines.report()
        await context.abort(end.code, end.text)

    def _origin_of(self, context: Context) -> str:
        return origin_of_call(context.peer(), self._listening)

    def _require_room(self) -> None:
        if self.open.total() >= self.calls_max:
            raise self._refusal(f"{self.calls_max} calls are open; end others, or try later")

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
