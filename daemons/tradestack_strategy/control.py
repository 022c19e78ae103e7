"""control socket → where a strategy stands: what io.tradestack.Strategy answers."""

import itertools
from collections.abc import Callable
from typing import Any

from tradestack.domain.fixed_point import format_fixed
from tradestack.net.control.server import Interface, Method, Peer
from tradestack_strategy.order_entry import OrderEntry

# Pending orders in one answer; with orders_in_flight_max as shipped that is all of them.
PENDING_LISTED_MAX = 1_000

INTERFACE_NAME = "io.tradestack.Strategy"
DESCRIPTION = """\
# What a strategy answers.
interface io.tradestack.Strategy

# Where it stands: "live" when orders follow the newest news. feed_session and order_session are
# empty as long as there is none. Orders are made of messages from from_sequence on.
type State (
  state: string,
  instance: string,
  signal: string,
  config_hash: string,
  feed_session: string,
  order_session: string,
  sequence_processed: int,
  head: int,
  from_sequence: int,
  orders_pending: int
)

type PendingOrder (
  cl_ord_id: string,
  symbol: string,
  side: string,
  order_qty: string,
  feed_seq: ?int,
  age_ms: int
)

method GetState() -> (state: State)

# Orders that have no report yet, oldest first, at most 1000 of them; total counts all.
method ListPending() -> (orders: []PendingOrder, total: int)
"""


def strategy_interface(
    state: Callable[[], dict[str, Any]], order_entry: OrderEntry, monotonic_ns: Callable[[], int]
) -> Interface:
    """The Varlink interface of a strategy."""

    def get_state(_parameters: dict[str, Any], _peer: Peer) -> dict[str, Any]:
        return {"state": state()}

    def list_pending(_parameters: dict[str, Any], _peer: Peer) -> dict[str, Any]:
        now_ns = monotonic_ns()
        listed = itertools.islice(order_entry.outstanding.values(), PENDING_LISTED_MAX)
        orders = [
            {
                "cl_ord_id": outstanding.order.cl_ord_id,
                "symbol": outstanding.order.symbol,
                "side": outstanding.order.side,
                "order_qty": format_fixed(outstanding.order.quantity),
                "feed_seq": outstanding.order.feed_seq,
                "age_ms": (now_ns - outstanding.sent_ns) // 1_000_000,
            }
            for outstanding in listed
        ]
        return {"orders": orders, "total": order_entry.in_flight}

    return Interface(
        INTERFACE_NAME,
        DESCRIPTION,
        {"GetState": Method(get_state), "ListPending": Method(list_pending)},
    )
