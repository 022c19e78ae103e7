"""A day of trading on a recorded session: every kind of order, and every way in which one ends."""

from typing import Any

from tests.kit.recorded_session import RecordedSession, trades
from tradestack.domain.fixed_point import SCALE, parse_fixed
from tradestack.domain.order import MassCancelRequestType, Order, OrdType, Side, TimeInForce
from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderMassCancelRequest,
)


def order(name: str, quantity: float, limit: str | None = None, **changes: Any) -> Order:
    """A purchase of SPY, DAY unless told otherwise, sent for no message of the feed."""
    fields: dict[str, Any] = {
        "cl_ord_id": name,
        "symbol": "SPY",
        "side": Side.BUY,
        "quantity": round(quantity * SCALE),
        "ord_type": OrdType.MARKET if limit is None else OrdType.LIMIT,
        "time_in_force": TimeInForce.DAY,
        "price": None if limit is None else parse_fixed(limit),
    }
    return Order(**{**fields, **changes})


# What `trade` makes of each order, by its number.
FILLED, PARTLY_CANCELED, REJECTED, RESTING, REPLACED, WORKING, KILLED, SHORT, OTHERS = range(1, 10)


def trade(recorded: RecordedSession) -> None:
    """Trade, up to a moment at which two orders of news and one of other work."""
    recorded.publish(*trades("SPY", "100", "101"), ("SPY", "85", None))
    recorded.send(order("filled", 150))
    recorded.publish(*trades("SPY", "101", "102"), *trades("IBM", "50"))
    recorded.pass_time()
    recorded.send(order("partly", 300, time_in_force=TimeInForce.IOC))
    recorded.publish(*trades("SPY", "103", "103", "103"))
    recorded.pass_time()
    recorded.send(order("rejected", 5_000))
    recorded.send(order("resting", 10, "99"), order("replaced", 10, "98"))
    recorded.send(order("working", 10, "90"))
    recorded.publish(*trades("SPY", "100", "99", "98.5", size=7))
    recorded.pass_time()
    recorded.send(
        OrderCancelReplaceRequest(
            cl_ord_id="again",
            orig_cl_ord_id="replaced",
            quantity=20 * SCALE,
            price=parse_fixed("95"),
        )
    )
    recorded.send(OrderCancelRequest(cl_ord_id="late", orig_cl_ord_id="filled"))
    recorded.send(OrderCancelRequest(cl_ord_id="cancel", orig_cl_ord_id="again"))
    recorded.send(order("killed", 1_000, time_in_force=TimeInForce.FOK))
    recorded.send(order("short", 400, side=Side.SELL, symbol="IBM"))
    recorded.send(order("others", 5, "40", symbol="IBM"), user="other")
    recorded.publish(*trades("IBM", "51", "52"), *trades("SPY", "97", "97.5"))
    recorded.pass_time()


def cancel_all() -> OrderMassCancelRequest:
    """A request to cancel whatever works."""
    return OrderMassCancelRequest(cl_ord_id="all", request_type=MassCancelRequestType.ALL)
