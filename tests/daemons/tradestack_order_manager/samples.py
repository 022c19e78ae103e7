"""Orders, registrations and rules that the tests of the order manager vary."""

from typing import Any

from tests.kit.sender import MemorySender
from tradestack.domain.fixed_point import SCALE, parse_fixed
from tradestack.domain.order import Order, OrdType, Side, Start, TimeInForce
from tradestack.sessions.order_session import OrderSession
from tradestack.trading.commit import commit
from tradestack.trading.judging.decisions import JudgedOrder, Malformed, Received
from tradestack.trading.judging.judge import judge
from tradestack.trading.risk.limits import Limits, RiskLimits
from tradestack.trading.rules import Rules
from tradestack.wire.journal.order_journal import FORMAT_VERSION, SessionRecord
from tradestack.wire.order_messages import Register
from tradestack.wire.orders import encode_message

NOW_NS = 1_795_338_000_123_456_789  # 2026-11-22T09:00:00.123456789Z
SECOND_NS = 1_000_000_000
SESSION = "3DAA100000"
FEED_SESSION = "3DAA200000"


def an_order(**changes: Any) -> Order:
    """Make a market order of the news strategy, recent enough at NOW_NS."""
    fields: dict[str, Any] = {
        "cl_ord_id": "news-1",
        "symbol": "SPY",
        "side": Side.BUY,
        "quantity": 10 * SCALE,
        "ord_type": OrdType.MARKET,
        "time_in_force": TimeInForce.IOC,
        "signal_time_ns": NOW_NS - SECOND_NS,
        "signal_name": "news",
        "signal_label": "sentiment",
        "signal_value": parse_fixed("85.48"),
        "reference_price": parse_fixed("168.23"),
    }
    return Order(**{**fields, **changes})


def a_register(**changes: Any) -> Register:
    """Make a Register of the news strategy at head 100."""
    fields: dict[str, Any] = {
        "request_id": "r1",
        "instance": "news",
        "config_hash": "c0ffee",
        "feed_session": FEED_SESSION,
        "head": 100,
        "start": Start.NOW,
    }
    return Register(**{**fields, **changes})


def a_message(
    message: Order | Register | Malformed, user: str = "news", time_ns: int = NOW_NS
) -> Received:
    """Make a user's message, as the order manager receives it."""
    payload = b"{}" if isinstance(message, Malformed) else encode_message(message)
    return Received(MemorySender(user), time_ns, payload, message)


def record_messages(session: OrderSession, *received: Received) -> list[JudgedOrder]:
    """Judge, append and commit messages as the order manager does; return the orders of them."""
    batch = judge(session.known, received, some_rules(), None, NOW_NS)
    commit(session.state, batch.judged, session.journal.append(batch.records))
    return batch.orders


def some_rules(**changes: Any) -> Rules:
    """Allow quantities up to 1,000, ages up to 30 s, 10,000 reports."""
    limits = Limits(max_order_qty=1_000 * SCALE, max_order_age_ns=30 * SECOND_NS)
    fields: dict[str, Any] = {
        "limits": RiskLimits(total=limits),
        "reports_per_session_max": 10_000,
        "uid": 0,
    }
    return Rules(**{**fields, **changes})


def a_header(**changes: Any) -> SessionRecord:
    """Make the header of a first session."""
    fields: dict[str, Any] = {
        "version": FORMAT_VERSION,
        "session": SESSION,
        "time_ns": NOW_NS,
        "next_order_id": 1,
        "registrations": (),
    }
    return SessionRecord(**{**fields, **changes})
