"""What people read in order_log.txt."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.daemons.tradestack_order_manager.samples import NOW_NS, a_header, an_order, some_rules

from tradestack.domain.order import OrdType, Side
from tradestack.trading.judge import Received, judge
from tradestack.trading.session_state import SessionState
from tradestack.wire.order_journal import OrderRecord
from tradestack_order_manager.order_line import last_order_id, order_line

PREFIX = "2026-11-22T09:00:00.123456Z Received Order 12: "


def record_of(order_id: int = 12, **changes: Any) -> OrderRecord:
    """The record of an order, as it is judged."""
    received = [Received("news", NOW_NS, an_order(**changes))]
    manager = SessionState(a_header(next_order_id=order_id))
    return judge(manager, received, some_rules()).order_records[0]


CASES = [
    ({}, "BUY 10 SPY @ 168.23 news sentiment=85.48 ClOrdID=news-1 user=news"),
    (
        {"reference_px": None, "ord_type": OrdType.LIMIT, "price": "167.5"},
        "BUY 10 SPY @ 167.5 news sentiment=85.48 ClOrdID=news-1 user=news",
    ),
    ({"reference_px": None}, "BUY 10 SPY @ MARKET news sentiment=85.48 ClOrdID=news-1 user=news"),
    (
        {"signal_name": None, "signal_value": None, "side": Side.SELL},
        "SELL 10 SPY @ 168.23 ClOrdID=news-1 user=news",
    ),
    ({"signal_value": None}, "BUY 10 SPY @ 168.23 news ClOrdID=news-1 user=news"),
    (
        {"signal_name": "cross", "signal_value": "-0.5"},
        "BUY 10 SPY @ 168.23 cross signal=-0.5 ClOrdID=news-1 user=news",
    ),
    (
        {"order_qty": "0"},
        "BUY 0 SPY @ 168.23 news sentiment=85.48 ClOrdID=news-1 user=news "
        "REJECTED INCORRECT_QUANTITY",
    ),
]


@pytest.mark.parametrize(("changes", "expected"), CASES)
def test_a_line_says_what_came_in(changes: dict[str, Any], expected: str) -> None:
    """Each part where it is known, and only there."""
    assert f"{PREFIX}{expected}\n" == order_line(record_of(**changes)).decode()


@given(
    st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=64)
)
def test_no_clordid_can_forge_a_number_or_break_the_line(cl_ord_id: str) -> None:
    """Whatever the wire lets through, the line is one line, and its number is the order's."""
    line = order_line(record_of(cl_ord_id=cl_ord_id))

    assert line.count(b"\n") == 1
    assert line.isascii()
    assert last_order_id(line) == 12


def test_the_last_number_is_that_of_the_last_line_that_has_one() -> None:
    """A remark that somebody wrote into the log does not hide the number before it."""
    lines = order_line(record_of(7)) + order_line(record_of(8)) + b"# checked by hand\n"

    assert last_order_id(lines) == 8
    assert last_order_id(b"nothing\n") is None
