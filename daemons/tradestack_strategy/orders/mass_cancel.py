"""The mass cancel by which a strategy with `cancel_on_stop` cancels its orders when it stops.

One OrderMassCancelRequest, for the account of the feed session that is traded. It names no message
of the feed: somebody stops the strategy at a time of day. It is sent again, under the same name and
so without further effect, until its answer comes: connection and order manager may come back.
"""

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable

from tradestack.domain.clock import Clock
from tradestack.domain.execution_report import ExecutionReport, OrderMassCancelReport
from tradestack.domain.order import ExecType, MassCancelRequestType, Order
from tradestack.domain.requests import OrderMassCancelRequest
from tradestack.net.client.connection import OutgoingFull
from tradestack.observe.events import STRATEGY_ORDERS_LEFT, emit
from tradestack.wire.order_messages import BusinessMessageReject
from tradestack.wire.orders import ServerMessage
from tradestack_strategy.orders.order_entry import OrderEntry

# A third of the units' TimeoutStopSec=, after which systemd kills the process.
CANCEL_TIMEOUT_S = 5.0
SEND_INTERVAL_S = 0.5
# Names of orders in the line that says which are left.
ORDERS_NAMED_MAX = 10

_NAME_ENTROPY_BYTES = 8

logger = logging.getLogger(__name__)


class MassCancel:
    """A mass cancel, and the wait for its outcome.

    feed_session: the one that is traded, None if it is not known yet: then it is the newest one.
    `send` discards what is sent without a connection.
    """

    def __init__(
        self,
        instance: str,
        feed_session: str | None,
        send: Callable[[OrderMassCancelRequest], None],
        clock: Clock,
    ) -> None:
        self.request = OrderMassCancelRequest(
            cl_ord_id=f"{instance}-stop-{os.urandom(_NAME_ENTROPY_BYTES).hex()}",
            request_type=MassCancelRequestType.ALL,
            transact_time_ns=clock.wall_ns(),
            feed_session=feed_session,
        )
        self._send = send
        self._answered = asyncio.Event()
        self._canceled = 0
        self._problem = (
            "no connection to the order manager, or no answer from it: with an entry latency a "
            "cancel takes effect with a later message of the feed"
        )

    async def run(self, order_entry: OrderEntry, user: str, timeout_s: float) -> None:
        """Cancel, wait for the answer, and log how many orders that were, or which may work."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._send_until_answered()
        except TimeoutError:
            left = _working(order_entry)
            emit(
                logger,
                STRATEGY_ORDERS_LEFT,
                user=user,
                orders=_named(left) if left else "those of before that still work, if any",
                problem=f"{self._problem} within {timeout_s:g} s",
                remedy=f"tradestackctl cancel-orders --user {user} --reason TEXT",
            )
        else:
            logger.info("cancel_on_stop: %d orders canceled", self._canceled)

    def take(self, message: ServerMessage) -> None:
        """Take what the order manager sends, after the orders' own reports were counted."""
        match message:
            case OrderMassCancelReport() if message.cl_ord_id == self.request.cl_ord_id:
                self._canceled = message.affected_count
                self._answered.set()
            case ExecutionReport(exec_type=ExecType.REJECTED):
                if message.cl_ord_id == self.request.cl_ord_id:  # nothing is executed there
                    self._answered.set()
            case BusinessMessageReject(business_reject_ref_id=self.request.cl_ord_id):
                self._problem = message.text

    async def _send_until_answered(self) -> None:
        while not self._answered.is_set():
            with contextlib.suppress(OutgoingFull):
                self._send(self.request)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._answered.wait(), SEND_INTERVAL_S)


def _working(order_entry: OrderEntry) -> list[str]:
    """Return the ClOrdIDs of the orders that work, or may: their first report is missing."""
    outstanding = [each.request for each in order_entry.outstanding.values()]
    unreported = [request.cl_ord_id for request in outstanding if isinstance(request, Order)]
    return [*(report.cl_ord_id for report in order_entry.open_orders), *unreported]


def _named(names: list[str]) -> str:
    more = len(names) - ORDERS_NAMED_MAX
    return ",".join(names[:ORDERS_NAMED_MAX]) + (f" and {more} more" if more > 0 else "")
