"""Orders and fills of recorded sessions: what was sent, and what became of it."""

from pathlib import Path

import numpy as np
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
from tests.kit.recorded_session import FEED_SESSION, START_NS, TICK_NS, RecordedSession, trades
from tradestack.ctl.why.order_trace import trace_order
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import OrdStatus
from tradestack.report.columns.table import MISSING, NO_CODE
from tradestack.report.files.state_files import StateFiles
from tradestack.report.recorded import RecordedSession as Opened
from tradestack.report.recorded import open_session
from tradestack.trading.execution.model import ExecutionKind, ExecutionModel


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a session that was traded to its end."""
    directory = tmp_path_factory.mktemp("traded")
    with RecordedSession(directory) as recorded:
        trade(recorded)
        recorded.end()
    return directory


@pytest.fixture(scope="module")
def session(directory: Path) -> Opened:
    """That session."""
    return open_session(directory, None)


def cell(session: Opened, order_id: int, name: str) -> object:
    """A cell of the row of an order; of codes the text."""
    orders = session.orders()
    row = orders["order_id"].tolist().index(order_id)
    return orders.decoded(name)[row] if name in orders.texts else orders[name][row]


@pytest.mark.parametrize(
    "order_id",
    [FILLED, PARTLY_CANCELED, REJECTED, RESTING, REPLACED, WORKING, KILLED, SHORT, OTHERS],
)
def test_the_state_is_that_of_the_story_of_the_order(
    directory: Path, session: Opened, order_id: int
) -> None:
    """`why` tells the same."""
    trace = trace_order(StateFiles(directory / "state"), order_id)

    assert cell(session, order_id, "status") == trace.status
    assert cell(session, order_id, "cl_ord_id") == trace.record.order.cl_ord_id
    assert cell(session, order_id, "user") == trace.record.user
    assert cell(session, order_id, "feed_seq") == trace.record.cause
    assert cell(session, order_id, "fills") == len(trace.trades)


def test_the_row_of_an_order_says_what_came_of_it(session: Opened) -> None:
    """Rejected for a reason, replaced by another quantity and price, filled at an average."""
    assert cell(session, REJECTED, "verdict") == OrdStatus.REJECTED
    assert cell(session, REJECTED, "reject_reason") is not None
    assert cell(session, REJECTED, "text")
    assert cell(session, REPLACED, "quantity") == 10 * SCALE
    assert cell(session, REPLACED, "final_quantity") == 20 * SCALE
    assert cell(session, REPLACED, "final_price") == 95 * SCALE
    assert cell(session, FILLED, "cum_quantity") == 150 * SCALE
    assert cell(session, FILLED, "price") == MISSING
    assert cell(session, FILLED, "reject_reason") is None


def test_orders_join_the_tape_by_number(session: Opened) -> None:
    """Times of the message that caused an order are those of that message."""
    orders = session.orders()

    assert (orders["event_time"] == START_NS + orders["feed_seq"] * TICK_NS).all()
    assert (
        session.of_messages("publish_time_ns", orders["feed_seq"]) == orders["publish_time"]
    ).all()


def test_fills_name_their_orders_and_trades(session: Opened) -> None:
    """Each has the row of its order, and the symbol that its message has."""
    fills, orders = session.fills(), session.orders()

    assert (orders["order_id"][fills["order_row"]] == fills["order_id"]).all()
    assert (orders["symbol"][fills["order_row"]] == fills["symbol"]).all()
    symbols = session.tape["symbol"][fills["feed_seq"] - 1]
    assert [symbol.decode().strip() for symbol in symbols] == fills.decoded("symbol")
    sums = np.bincount(fills["order_row"], fills["quantity"], orders.row_count)
    assert (sums == np.where(orders["cum_quantity"] == MISSING, 0, orders["cum_quantity"])).all()


def test_orders_that_nothing_executes(tmp_path: Path) -> None:
    """They are of the session that they name, and have no account."""
    with RecordedSession(tmp_path, ExecutionModel(kind=ExecutionKind.NONE)) as recorded:
        recorded.publish(*trades("SPY", "100"))
        recorded.send(order("named", 1, feed_session=FEED_SESSION, feed_seq=1))
        recorded.send(order("nameless", 1))

    session = open_session(tmp_path, None)

    assert session.orders()["cl_ord_id"].tolist() == ["named"]
    assert session.orders()["arrival_time"].tolist() == [MISSING]
    assert session.equity().row_count == session.positions().row_count == 0


def test_a_session_without_messages_has_empty_tables(tmp_path: Path) -> None:
    """Nothing was recorded yet."""
    with RecordedSession(tmp_path):
        pass

    session = open_session(tmp_path, None)

    assert session.head == 0
    assert [
        table.row_count
        for table in (
            session.ticks(),
            session.news(),
            session.orders(),
            session.fills(),
            session.equity(),
            session.positions(),
        )
    ] == [0] * 6


def test_news_and_ticks(session: Opened) -> None:
    """News have the numbers that they have among the ticks."""
    ticks, news = session.ticks(), session.news()

    assert ticks["feed_seq"].tolist() == list(range(1, session.head + 1))
    assert news["feed_seq"].tolist() == [3]
    assert (news.decoded("symbol"), news["sentiment"].tolist()) == (["SPY"], [85 * SCALE])
    assert ticks.decoded("kind")[2] == "NEWS"
    assert session.ticks(3, 1)["value"].tolist() == news["sentiment"].tolist()
    assert (ticks["symbol"] != NO_CODE).all()
