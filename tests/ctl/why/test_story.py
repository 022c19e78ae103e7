"""The stories of orders, as text and as JSON: what is told of each way in which one goes."""

import re
from pathlib import Path

import pytest

from tests.ctl.verify.traded import (
    FILLED,
    KILLED,
    OTHERS,
    PARTLY_CANCELED,
    REJECTED,
    REPLACED,
    RESTING,
    SHORT,
    WORKING,
    order,
    trade,
)
from tests.ctl.why.stories import object_of, told
from tests.kit.recorded_session import RecordedSession, trades
from tradestack.ctl.why.order_trace import trace_order
from tradestack.ctl.why.story import NOT_ALL_CHECKS
from tradestack.domain.faults import OperatorFault
from tradestack.domain.fixed_point import SCALE
from tradestack.report.files.state_files import StateFiles
from tradestack.trading.risk.limits import Limits, RiskLimits, UserLimits


@pytest.fixture(scope="module")
def working(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state directory of a session in which orders work."""
    directory = tmp_path_factory.mktemp("working")
    with RecordedSession(directory) as recorded:
        trade(recorded)
    return directory / "state"


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same at its end."""
    directory = tmp_path_factory.mktemp("ended")
    with RecordedSession(directory) as recorded:
        trade(recorded)
        recorded.end()
    return directory / "state"


EXPECTED = {
    FILLED: """\
cause
  feed session 3DAA200000
  message 3: SPY sentiment 85
  the order names another one or none; this was the newest that was met then
  happened 2026-11-22T09:00:03.000000Z
  published 2026-11-22T09:00:03.000000Z
  arrives 2026-11-22T09:00:03.000000Z: it can meet messages from 4 on that are not before that
verdict
  accepted: it has passed every check
  min_order_qty: value=150, limit=0.00000001, scope=total
  max_order_qty: value=150, limit=1000, scope=user news
fills: 2
  100 at 101, by trade 4 2026-11-22T09:00:04.000000Z 101 × 100: 100.00 % of it, slippage 0, fee 0
  50 at 102, by trade 5 2026-11-22T09:00:05.000000Z 102 × 100: 50.00 % of it, slippage 0, fee 0
trades of SPY that did not fill it: 0
end: FILLED at message 5, 150 filled
""",
    PARTLY_CANCELED: """\
fills: 1
  100 at 103, by trade 7 2026-11-22T09:00:07.000000Z 103 × 100: 100.00 % of it, slippage 0, fee 0
trades of SPY that did not fill it: 1
  8 2026-11-22T09:00:08.000000Z 103 × 100: past the window of the order
requests about it, and other reports
  Execution CANCELED order 2 ClOrdID=partly: 100 filled, 0 left, CANCELED
end: CANCELED at message 8, 100 filled
""",
    REJECTED: """\
verdict
  REJECTED, ORDER_EXCEEDS_LIMIT: QUANTITY_EXCEEDS_MAXIMUM: value=5000, limit=1000, scope=user news
  min_order_qty: value=5000, limit=0.00000001, scope=total
  max_order_qty: value=5000, limit=1000, scope=user news, broken
end: REJECTED, with its verdict
""",
    RESTING: """\
fills: 2
  7 at 99, by trade 12 2026-11-22T09:00:12.000000Z 98.5 × 7: 100.00 % of it, slippage 0.5, fee 0
  3 at 99, by trade 15 2026-11-22T09:00:15.000000Z 97 × 100: 3.00 % of it, slippage 2, fee 0
trades of SPY that did not fill it: 2
  10 2026-11-22T09:00:10.000000Z 100 × 7: the limit was not reached
  11 2026-11-22T09:00:11.000000Z 99 × 7: at the limit, and only a trade past it fills
end: FILLED at message 15, 10 filled
""",
    REPLACED: """\
requests about it, and other reports
  Request REPLACE replaced by 20 at 95 ClOrdID=again: caused by 12 of 3DAA200000, arrives \
2026-11-22T09:00:12.000000Z
  Execution REPLACED order 5 ClOrdID=again: 0 filled, 20 left, NEW
  Request CANCEL again ClOrdID=cancel: caused by 12 of 3DAA200000, arrives \
2026-11-22T09:00:12.000000Z
  Execution CANCELED order 5 ClOrdID=cancel: 0 filled, 0 left, CANCELED
end: CANCELED at message 12, 0 filled
""",
    WORKING: """\
  16 2026-11-22T09:00:16.000000Z 97.5 × 100: the limit was not reached
works: NEW, as far as message 16
""",
    KILLED: """\
trades of SPY that did not fill it: 2
  15 2026-11-22T09:00:15.000000Z 97 × 100: not enough for all of the order, which is FOK; it \
counts on it
  16 2026-11-22T09:00:16.000000Z 97.5 × 100: past the window of the order
requests about it, and other reports
  Execution CANCELED order 7 ClOrdID=killed: 0 filled, 0 left, CANCELED
end: CANCELED at message 16, 0 filled
""",
    SHORT: """\
trades of IBM that did not fill it: 0
works: PARTIALLY_FILLED, as far as message 16
""",
    OTHERS: """\
trades of IBM that did not fill it: 2
  13 2026-11-22T09:00:13.000000Z 51 × 100: the limit was not reached
  14 2026-11-22T09:00:14.000000Z 52 × 100: the limit was not reached
works: NEW, as far as message 16
""",
}


@pytest.mark.parametrize("order_id", EXPECTED)
def test_how_an_order_went(working: Path, order_id: int) -> None:
    """The end of its story; the beginning says what it is and where."""
    text = told(working, order_id)

    assert text.endswith(EXPECTED[order_id])
    assert re.match(rf"order {order_id} of (news|other): (BUY|SELL) \d+ (SPY|IBM) ", text)
    assert "3DAA300000.journal" in text


def test_an_order_that_expired(ended: Path) -> None:
    """The end of the feed session is its end."""
    assert told(ended, WORKING).endswith("end: EXPIRED at message 16, 0 filled\n")


def test_as_json(working: Path) -> None:
    """Numbers are texts or integers, reasons are words."""
    partly, rejected = object_of(working, PARTLY_CANCELED), object_of(working, REJECTED)

    (fill,) = partly["fills"]
    assert (fill["quantity"], fill["price"], fill["share_bp"]) == ("100", "103", 10_000)
    assert fill["trade"]["sequence"] == 7
    assert [each["reason"] for each in partly["missed"]] == ["past-window"]
    assert partly["missed_counts"] == {"past-window": 1}
    assert (partly["status"], partly["is_over"], partly["through"]) == ("CANCELED", True, 8)
    assert partly["cause"]["sequence"] == partly["cause_sequence"] == 6
    assert rejected["verdict"]["OrdRejReason"] == "ORDER_EXCEEDS_LIMIT"
    assert (rejected["fills"], rejected["missed"]) == ([], [])
    assert [(each["name"], each["is_passed"]) for each in rejected["checks"]] == [
        ("min_order_qty", True),
        ("max_order_qty", False),
    ]


def test_checks_are_those_of_the_moment_of_the_order(tmp_path: Path) -> None:
    """With the limits, the price and the position of then; what all users have is left out."""
    own = Limits(max_position=50 * SCALE, price_band_bp=1_000)
    limits = RiskLimits(total=Limits(max_position=500 * SCALE), each_user=UserLimits(limits=own))
    with RecordedSession(tmp_path) as recorded:
        recorded.publish(*trades("SPY", "100"))
        recorded.send(order("loose", 40))
        recorded.publish(*trades("SPY", "110", "120"))
        recorded.pass_time()
        recorded.set_limits(limits)
        recorded.send(order("passes", 10, "130"), order("breaks", 11, "140"))
        recorded.publish(*trades("SPY", "200"))
        recorded.pass_time()
        recorded.set_limits(RiskLimits())

    loose, passes, breaks = (told(tmp_path / "state", number) for number in (1, 2, 3))

    assert "max_position" not in loose
    assert NOT_ALL_CHECKS not in loose
    assert "  price_band_bp: value=130, limit=132, scope=user news\n" in passes
    assert "  max_position: value=50, limit=50, scope=user news\n" in passes
    assert "  price_band_bp: value=140, limit=132, scope=user news, broken\n" in breaks
    assert "  max_position: value=61, limit=50, scope=user news, broken\n" in breaks
    for text in (passes, breaks):
        assert text.count("max_position:") == 1
        assert f"  {NOT_ALL_CHECKS}\n" in text


def test_what_is_not_journalled_yet_is_not_told(tmp_path: Path) -> None:
    """A working order is told of up to the message before a report that is still to come."""
    with RecordedSession(tmp_path) as recorded:
        recorded.publish(*trades("SPY", "100"))
        recorded.send(order("low", 10, "90"))
        recorded.publish(*trades("SPY", "100", "80", "100"))

    text = told(tmp_path / "state", 1)

    assert text.endswith("works: NEW, as far as message 2\n")
    assert "fills: 0" in text


def test_an_order_that_nothing_executes(tmp_path: Path) -> None:
    """A name that was used for another order: no place, no account."""
    with RecordedSession(tmp_path) as recorded:
        recorded.publish(*trades("SPY", "100"))
        recorded.send(order("twice", 10))
        recorded.send(order("twice", 20))

    text = told(tmp_path / "state", 2)

    assert "no message of the feed: nothing executes this order" in text
    assert "REJECTED, DUPLICATE_ORDER: ClOrdID was used for another order" in text


def test_an_order_that_goes_on_in_another_order_session(tmp_path: Path) -> None:
    """Its story begins in the journal of the first one, and ends in that of the second."""
    with RecordedSession(tmp_path) as recorded:
        recorded.publish(*trades("SPY", "100"))
        recorded.send(order("low", 10, "90"))
        recorded.publish(*trades("SPY", "100"))
        recorded.pass_time()
        recorded.roll_over()
        recorded.publish(*trades("SPY", "95", "89"))
        recorded.pass_time()

    low = object_of(tmp_path / "state", 1)

    assert low["journal"].endswith("3DAA300000.journal")
    assert [each["report"]["ExecType"] for each in low["events"]] == ["RESTATED", "TRADE"]
    assert [each["trade"]["sequence"] for each in low["missed"]] == [2, 3]
    assert [fill["trade"]["sequence"] for fill in low["fills"]] == [4]


def test_an_unknown_number(working: Path) -> None:
    """An operator's fault with what to look at."""
    with pytest.raises(OperatorFault, match="no order has the number 10"):
        trace_order(StateFiles(working), 10)


def test_files_that_do_not_agree(working: Path, tmp_path: Path) -> None:
    """No story is made up: verify says what differs."""
    with RecordedSession(tmp_path) as recorded:
        trade(recorded)
        log = recorded.log.path
    content = bytearray(log.read_bytes())
    content[3 * 64 + 55] ^= 1  # the price of the trade that fills order 1
    log.write_bytes(content)

    with pytest.raises(OperatorFault, match="do not agree; see `tradestackctl verify 3DAA2"):
        trace_order(StateFiles(tmp_path / "state"), FILLED)
