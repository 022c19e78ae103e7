"""io.tradestack.Strategy: a strategy's interface on its control socket."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from tradestack.domain.clock import NANOSECONDS_PER_MILLISECOND
from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.order import Order
from tradestack.net.control.interface import Interface, Method
from tradestack.wire.varlink import declared_error
from tradestack_strategy.orders.order_entry import OrderEntry

NAME = "io.tradestack.Strategy"

# Pending orders in one reply; with the shipped orders_in_flight_max these are all.
PENDING_LISTED_MAX = 1_000


class State(msgspec.Struct, frozen=True):
    """The state of a strategy: "live" when its orders follow the newest messages.

    feed_session and order_session are empty while there is none. Orders are made of messages from
    from_sequence on. pause_reason: the exception that has paused it.
    """

    state: str
    instance: str
    strategy: str
    pause_reason: str | None
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


class CannotResume(msgspec.Struct, frozen=True):
    """The strategy does not trade again; reason: why, for people."""

    reason: str


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
    resume_trading: Callable[[], Awaitable[None]],
    order_entry: OrderEntry,
    monotonic_ns: Callable[[], int],
) -> Interface:
    """Declare the Varlink interface of a strategy; `state` returns the fields of State.

    resume_trading: raises ValueError.
    """

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

    async def resume() -> StateReply:
        """Trade again after an exception of a hook, with the strategy's file as it is now."""
        try:
            await resume_trading()
        except ValueError as error:
            raise declared_error(NAME, CannotResume(str(error))) from error
        return get_state()

    return Interface(
        NAME,
        "A strategy: its position in the feed, and its orders.",
        [Method.of(get_state), Method.of(list_pending), Method.of(resume, changes=True)],
        (CannotResume,),
    )
