"""io.tradestack.Strategy: a strategy's interface on its control socket."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from tradestack.domain.clock import NANOSECONDS_PER_MILLISECOND
from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.order import Order
from tradestack.net.control.interface import Interface, Method
from tradestack_strategy.order_entry import OrderEntry

# Pending orders in one reply; with the shipped orders_in_flight_max these are all.
PENDING_LISTED_MAX = 1_000


class State(msgspec.Struct, frozen=True):
    """The state of a strategy: "live" when its orders follow the newest messages.

    feed_session and order_session are empty while there is none. Orders are made of messages from
    from_sequence on.
    """

    state: str
    instance: str
    signal: str
    config_hash: str
    feed_session: str
    order_session: str
    sequence_processed: int
    head: int
    from_sequence: int
    orders_pending: int
    orders_working: int


class StateReply(msgspec.Struct, frozen=True):
    """The state as of now."""

    state: State


class PendingOrder(msgspec.Struct, frozen=True):
    """An order without a report; age_ms counts from its sending."""

    cl_ord_id: str
    symbol: str
    side: str
    order_qty: str
    feed_seq: int | None
    age_ms: int


class PendingOrders(msgspec.Struct, frozen=True):
    """Pending orders, and how many there are in total."""

    orders: list[PendingOrder]
    total: int


def strategy_interface(
    state: Callable[[], Mapping[str, Any]],
    order_entry: OrderEntry,
    monotonic_ns: Callable[[], int],
) -> Interface:
    """Declare the Varlink interface of a strategy; `state` returns the fields of State."""

    def get_state() -> StateReply:
        """Get the state of the strategy and its position in the feed."""
        return StateReply(State(**state()))

    def list_pending() -> PendingOrders:
        """List orders that have no report yet, oldest first, at most 1000; total counts all."""
        now_ns = monotonic_ns()
        pending = [
            (outstanding.request, outstanding.sent_ns)
            for outstanding in order_entry.outstanding.values()
            if isinstance(outstanding.request, Order)
        ]
        orders = [
            PendingOrder(
                cl_ord_id=order.cl_ord_id,
                symbol=order.symbol,
                side=order.side,
                order_qty=format_fixed(order.quantity),
                feed_seq=order.feed_seq,
                age_ms=(now_ns - sent_ns) // NANOSECONDS_PER_MILLISECOND,
            )
            for order, sent_ns in pending[:PENDING_LISTED_MAX]
        ]
        return PendingOrders(orders, len(pending))

    return Interface(
        "io.tradestack.Strategy",
        "A strategy: its position in the feed, and its orders.",
        [Method.of(get_state), Method.of(list_pending)],
    )
