"""What people read in order_log.txt of fills, cancels and the like."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.daemons.tradestack_order_manager.samples import NOW_NS, SESSION, an_order
from tests.daemons.tradestack_order_manager.show.recorded import (
    a_mass_cancel,
    a_refusal,
    an_execution,
)
from tradestack.domain.execution_report import Report
from tradestack.domain.fixed_point import SCALE, parse_fixed
from tradestack.domain.order import (
    CxlRejReason,
    CxlRejResponseTo,
    ExecRestatementReason,
    ExecType,
    MassCancelRequestType,
    OrdStatus,
    Side,
)
from tradestack_order_manager.show.execution_line import execution_line, last_report
from tradestack_order_manager.show.order_line import last_order_id, order_line

NAMES = f"report={SESSION}-17 user=news"


def done(exec_type: ExecType, status: OrdStatus, **changes: Any) -> Report:
    """Make a report on an order of 10 of which 3 are done, without a fill."""
    fields: dict[str, Any] = {
        "exec_type": exec_type,
        "ord_status": status,
        "last_quantity": None,
        "last_price": None,
        "commission": None,
        "cum_quantity": 3 * SCALE,
    }
    return an_execution(**fields | changes)


CASES = [
    (
        an_execution(),
        f"Filled Order 12: BUY 10 SPY @ 168.25, 10 of 10 done, fee 0 ClOrdID=news-1 {NAMES}",
    ),
    (
        an_execution(
            side=Side.SELL,
            ord_status=OrdStatus.PARTIALLY_FILLED,
            last_quantity=parse_fixed("1.5"),
            cum_quantity=4 * SCALE,
            commission=parse_fixed("0.0125"),
        ),
        "Partly Filled Order 12: SELL 1.5 SPY @ 168.25, 4 of 10 done, fee 0.0125 "
        f"ClOrdID=news-1 {NAMES}",
    ),
    (
        done(ExecType.CANCELED, OrdStatus.CANCELED, cl_ord_id="c2", orig_cl_ord_id="c1"),
        f"Canceled Order 12: BUY 10 SPY, 3 of 10 done ClOrdID=c2 OrigClOrdID=c1 {NAMES}",
    ),
    (
        done(
            ExecType.CANCELED,
            OrdStatus.CANCELED,
            restatement_reason=ExecRestatementReason.CANCEL_ON_CONNECTION_LOSS,
        ),
        f"Canceled Order 12: BUY 10 SPY, 3 of 10 done ClOrdID=news-1 {NAMES} "
        "CANCEL_ON_CONNECTION_LOSS",
    ),
    (
        done(ExecType.EXPIRED, OrdStatus.EXPIRED, cum_quantity=0),
        f"Expired Order 12: BUY 10 SPY, 0 of 10 done ClOrdID=news-1 {NAMES}",
    ),
    (
        done(
            ExecType.REPLACED,
            OrdStatus.PARTIALLY_FILLED,
            cl_ord_id="new",
            orig_cl_ord_id="old",
            quantity=12 * SCALE,
            price=parse_fixed("168.2"),
        ),
        f"Replaced Order 12: BUY 12 SPY @ 168.2, 3 of 12 done ClOrdID=new OrigClOrdID=old {NAMES}",
    ),
    (
        done(ExecType.REPLACED, OrdStatus.PARTIALLY_FILLED, cl_ord_id="b", orig_cl_ord_id="a"),
        f"Replaced Order 12: BUY 10 SPY @ MARKET, 3 of 10 done ClOrdID=b OrigClOrdID=a {NAMES}",
    ),
    (
        done(
            ExecType.RESTATED,
            OrdStatus.PARTIALLY_FILLED,
            restatement_reason=ExecRestatementReason.RENEWAL,
        ),
        f"Restated Order 12: BUY 10 SPY, 3 of 10 done ClOrdID=news-1 {NAMES} RENEWAL",
    ),
    (
        a_refusal(),
        f"Rejected Cancel of Order 12: ClOrdID=news-c OrigClOrdID=news-1 {NAMES} "
        "TOO_LATE_TO_CANCEL",
    ),
    (
        a_refusal(
            order_id=None,
            response_to=CxlRejResponseTo.REPLACE,
            reject_reason=CxlRejReason.UNKNOWN_ORDER,
        ),
        f"Rejected Replace: ClOrdID=news-c OrigClOrdID=news-1 {NAMES} UNKNOWN_ORDER",
    ),
    (a_mass_cancel(), f"Canceled All: 3 orders ClOrdID=news-m {NAMES}"),
    (
        a_mass_cancel(request_type=MassCancelRequestType.SYMBOL, symbol="SPY"),
        f"Canceled All: 3 orders in SPY ClOrdID=news-m {NAMES}",
    ),
    (
        an_execution(symbol="user=me,"),
        f'Filled Order 12: BUY 10 "user=me," @ 168.25, 10 of 10 done, fee 0 ClOrdID=news-1 {NAMES}',
    ),
]


@pytest.mark.parametrize(("report", "expected"), CASES)
def test_a_line_says_what_happened(report: Report, expected: str) -> None:
    """The time is TransactTime, then come what happened and to which order."""
    line = execution_line(report, "news", SESSION, 17)

    assert line.decode() == f"2026-11-22T09:00:00.123456Z {expected}\n"


visible = st.characters(min_codepoint=33, max_codepoint=126)
texts = st.text(visible, min_size=1, max_size=24) | st.sampled_from(
    ["report=3DAA100000-99", "user=x", "ClOrdID=1", "REJECTED", "@", "a,b", 'a"b']
)


@given(texts, texts, st.sampled_from([an_execution, a_refusal, a_mass_cancel]))
def test_no_text_of_a_client_is_taken_for_another_part(
    cl_ord_id: str, symbol: str, make: Any
) -> None:
    """Whatever a client wrote, the parts can be told apart, and the number is the report's."""
    changes = {"cl_ord_id": cl_ord_id} | ({} if make is a_refusal else {"symbol": symbol})
    line = execution_line(make(**changes), "news", SESSION, 17)

    assert line.count(b"\n") == 1
    parts = line.decode().split()
    assert [part for part in parts if part.startswith("report=")] == [f"report={SESSION}-17"]
    assert [part for part in parts if part.startswith("user=")] == ["user=news"]
    assert [part for part in parts if part.startswith("ClOrdID=")] == [f"ClOrdID={cl_ord_id}"]
    assert "REJECTED" not in parts
    assert last_report(line) == (SESSION, 17)
    assert last_order_id(line) is None


@given(texts, texts, texts, texts)
def test_an_order_has_no_number_of_a_report(
    cl_ord_id: str, symbol: str, name: str, label: str
) -> None:
    """No text in an order's line is taken for one."""
    order = an_order(cl_ord_id=cl_ord_id, symbol=symbol, signal_name=name, signal_label=label)

    assert last_report(order_line(order, 12, "news", NOW_NS, None)) == ("", 0)


def test_the_last_number_is_that_of_the_last_line_that_has_one() -> None:
    """Lines about orders, and remarks that somebody added, do not hide it."""
    lines = execution_line(an_execution(), "news", SESSION, 17)
    lines += execution_line(a_refusal(), "news", SESSION, 18)
    lines += order_line(an_order(), 13, "news", NOW_NS, None) + b"# checked by hand\n"

    assert last_report(lines) == (SESSION, 18)
    assert last_report(b"nothing\n") == ("", 0)
