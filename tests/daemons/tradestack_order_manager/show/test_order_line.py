"""What people read in order_log.txt."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.daemons.tradestack_order_manager.samples import NOW_NS, an_order
from tradestack.domain.fixed_point import parse_fixed
from tradestack.domain.order import OrdRejReason, OrdType, Side
from tradestack_order_manager.show.order_line import last_order_id, order_line

PREFIX = "2026-11-22T09:00:00.123456Z Received Order 12: "


def line_of(order_id: int = 12, *, reason: OrdRejReason | None = None, **changes: Any) -> bytes:
    """Return the line of an order received at NOW_NS."""
    return order_line(an_order(**changes), order_id, "news", NOW_NS, reason)


CASES = [
    ({}, "BUY 10 SPY @ 168.23 news sentiment=85.48 ClOrdID=news-1 user=news"),
    (
        {"reference_price": None, "ord_type": OrdType.LIMIT, "price": parse_fixed("167.5")},
        "BUY 10 SPY @ 167.5 news sentiment=85.48 ClOrdID=news-1 user=news",
    ),
    (
        {"reference_price": None},
        "BUY 10 SPY @ MARKET news sentiment=85.48 ClOrdID=news-1 user=news",
    ),
    (
        {"signal_name": None, "signal_value": None, "side": Side.SELL},
        "SELL 10 SPY @ 168.23 ClOrdID=news-1 user=news",
    ),
    (
        {"feed_price": parse_fixed("167.9"), "event_time_ns": 1_381_411_804_500_000_000},
        "BUY 10 SPY @ 167.9 news sentiment=85.48 event=2013-10-10T13:30:04.500000Z "
        "ClOrdID=news-1 user=news",
    ),
    ({"signal_value": None}, "BUY 10 SPY @ 168.23 news ClOrdID=news-1 user=news"),
    (
        {"signal_name": "cross", "signal_label": None, "signal_value": parse_fixed("-0.5")},
        "BUY 10 SPY @ 168.23 cross signal=-0.5 ClOrdID=news-1 user=news",
    ),
    (
        {"signal_name": "REJECTED", "signal_label": "user"},
        'BUY 10 SPY @ 168.23 "REJECTED" "user"=85.48 ClOrdID=news-1 user=news',
    ),
    (
        {"symbol": "REJECTED", "signal_name": "@", "signal_label": 'a="b"'},
        'BUY 10 "REJECTED" @ 168.23 "@" "a=\\"b\\""=85.48 ClOrdID=news-1 user=news',
    ),
    (
        {"symbol": "ES=F", "signal_name": "My.Mean:Fast"},
        "BUY 10 ES=F @ 168.23 My.Mean:Fast sentiment=85.48 ClOrdID=news-1 user=news",
    ),
    (
        {"quantity": 0, "reason": OrdRejReason.INCORRECT_QUANTITY},
        "BUY 0 SPY @ 168.23 news sentiment=85.48 ClOrdID=news-1 user=news "
        "REJECTED INCORRECT_QUANTITY",
    ),
]


@pytest.mark.parametrize(("changes", "expected"), CASES)
def test_a_line_says_what_came_in(changes: dict[str, Any], expected: str) -> None:
    """Each part appears only if the order has it."""
    assert f"{PREFIX}{expected}\n" == line_of(**changes).decode()


@given(
    st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=64)
)
def test_no_clordid_can_forge_a_number_or_break_the_line(cl_ord_id: str) -> None:
    """Any order that the wire accepts gives one line, which has the order's number."""
    line = line_of(cl_ord_id=cl_ord_id)

    assert line.count(b"\n") == 1
    assert line.isascii()
    assert last_order_id(line) == 12


visible = st.characters(min_codepoint=33, max_codepoint=126)
words = st.sampled_from(["REJECTED", "rejected", "user", "ClOrdID", "@", "MARKET", "event"])


@given(
    st.text(visible, min_size=1, max_size=64) | words,
    st.text(visible, min_size=1, max_size=24) | words,
    st.text(visible, min_size=1, max_size=32) | words,
    st.text(visible, min_size=1, max_size=32) | words,
    st.sampled_from([None, OrdRejReason.STALE_ORDER]),
)
def test_no_text_of_a_client_is_taken_for_another_part(
    cl_ord_id: str, symbol: str, name: str, label: str, reason: OrdRejReason | None
) -> None:
    """The parts of a line can be told apart, whatever the client wrote into its own."""
    texts: dict[str, Any] = {"symbol": symbol, "signal_name": name, "signal_label": label}
    line = line_of(cl_ord_id=cl_ord_id, reason=reason, **texts).decode()

    parts = line.removeprefix(PREFIX).split()
    assert ("REJECTED" in parts) is (reason is not None)
    assert [part for part in parts if part.startswith("user=")] == ["user=news"]
    assert [part for part in parts if part.startswith("ClOrdID=")] == [f"ClOrdID={cl_ord_id}"]
    assert parts.count("@") == 1


def test_the_last_number_is_that_of_the_last_line_that_has_one() -> None:
    """A remark that somebody added to the log does not hide the number before it."""
    lines = line_of(7) + line_of(8) + b"# checked by hand\n"

    assert last_order_id(lines) == 8
    assert last_order_id(b"nothing\n") is None
