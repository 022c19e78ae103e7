"""`account = "carry"`: an account goes on from that of the feed session before."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ctl.verify.traded import order
from tests.daemons.tradestack_order_manager.carried import (
    CARRY,
    MONEY,
    NEXT_SESSION,
    begin_next,
    first_session,
    register,
    verify_session,
)
from tests.kit.recorded_session import FEED_SESSION, RecordedSession, trades
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Side
from tradestack.wire.order_messages import Progress


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[RecordedSession]:
    """A first feed session, in which news has bought 10 SPY at 100 that are worth 102."""
    with first_session(tmp_path) as recorded:
        yield recorded


def test_what_was_left_goes_on(recorded: RecordedSession) -> None:
    """Positions at their cost, cash, profit, and the value at the last trade; no orders."""
    recorded.send(order("resting", 5, "1"))
    begin_next(recorded)
    recorded.publish(*trades("IBM", "50"))

    recorded.send(order("second", 1, symbol="IBM"))

    state = recorded.account().state
    held = state.portfolio.position("SPY")
    assert (held.quantity, held.cost) == (10 * SCALE, 1_000 * MONEY)
    assert state.portfolio.cash == -1_000 * MONEY
    assert state.portfolio.unrealized == 20 * MONEY
    assert state.portfolio.peak_equity == 20 * MONEY
    assert [each.cl_ord_id for each in state.orders.values()] == ["second"]
    assert state.opening is not None
    assert (state.opening.feed_session, state.opening.equity) == (FEED_SESSION, 20 * MONEY)


def test_a_trade_in_the_next_session_values_what_is_held(recorded: RecordedSession) -> None:
    """From the account's first message on."""
    begin_next(recorded)
    recorded.publish(*trades("IBM", "50"))
    recorded.send(order("second", 1, symbol="IBM"))
    recorded.publish(*trades("SPY", "110"))
    recorded.pass_time()

    portfolio = recorded.account().state.portfolio
    assert portfolio.unrealized == 100 * MONEY
    assert portfolio.peak_equity == 100 * MONEY


def test_a_sale_in_the_next_session_realizes_the_profit(recorded: RecordedSession) -> None:
    """At the cost that the position had."""
    begin_next(recorded)
    recorded.publish(*trades("SPY", "105"))
    recorded.send(order("out", 10, side=Side.SELL))
    recorded.publish(*trades("SPY", "105"))
    recorded.pass_time()

    portfolio = recorded.account().state.portfolio
    assert portfolio.realized == 50 * MONEY
    assert not portfolio.held


def test_a_user_who_comes_for_the_first_time_begins_flat(recorded: RecordedSession) -> None:
    """There is no account to go on from."""
    begin_next(recorded)
    recorded.publish(*trades("SPY", "105"))
    recorded.send(order("o", 1), user="other")

    state = recorded.account("other").state
    assert state.opening is None
    assert not state.portfolio.positions


def test_shipped_accounts_begin_flat(tmp_path: Path) -> None:
    """Each feed session has its own profit and loss."""
    with RecordedSession(tmp_path) as recorded:
        recorded.publish(*trades("SPY", "100"))
        recorded.send(order("first", 10))
        recorded.publish(*trades("SPY", "100"))
        begin_next(recorded)
        recorded.publish(*trades("SPY", "105"))
        recorded.send(order("second", 1))

        assert recorded.account().state.portfolio.cash == 0


def test_a_session_in_which_the_user_did_not_trade_is_passed_over(
    recorded: RecordedSession,
) -> None:
    """The account goes on from the newest one that there is."""
    begin_next(recorded)
    begin_next(recorded)
    recorded.publish(*trades("SPY", "105"))
    recorded.send(order("later", 1))

    opening = recorded.account().state.opening
    assert opening is not None
    assert opening.feed_session == FEED_SESSION


def test_an_earlier_session_takes_nothing(recorded: RecordedSession) -> None:
    """What was left went to the later one already, and is not there twice."""
    first = recorded.log.path.stem
    second = recorded.begin_feed_session()
    recorded.publish(*trades("SPY", "105"))
    recorded.send(order("o", 1, feed_session=second, feed_seq=1), user="other")
    recorded.pass_time()

    recorded.send(order("late", 1, feed_session=first, feed_seq=1), user="other")

    assert recorded.account("other", first).state.opening is None


def test_a_closed_position_goes_on_as_profit_alone(recorded: RecordedSession) -> None:
    """Symbols that nobody holds any more do not add up forever."""
    recorded.send(order("out", 10, side=Side.SELL))
    recorded.publish(*trades("SPY", "102"))
    begin_next(recorded)
    recorded.publish(*trades("IBM", "50"))
    recorded.send(order("second", 1, symbol="IBM"))

    portfolio = recorded.account().state.portfolio
    assert (portfolio.realized, portfolio.cash) == (20 * MONEY, 20 * MONEY)
    assert not portfolio.positions


def test_nothing_is_taken_before_the_session_before_has_ended(tmp_path: Path) -> None:
    """An order is refused without a trace, and taken once its account is known."""
    with RecordedSession(tmp_path, opening=CARRY) as recorded:
        recorded.connected = {"news"}
        recorded.publish(*trades("SPY", "100"))
        recorded.send(register(FEED_SESSION))
        recorded.send(order("first", 10, feed_session=FEED_SESSION, feed_seq=1))
        recorded.publish(*trades("SPY", "100", "102"))
        recorded.begin_feed_session()
        recorded.publish(*trades("SPY", "105"))
        recorded.send(register(NEXT_SESSION))
        recorded.pass_time()
        assert recorded.account().state.is_awaiting

        second = order("second", 1, feed_session=NEXT_SESSION, feed_seq=1)
        (refused,) = recorded.send(second).unavailable
        recorded.restart()
        recorded.pass_time()
        recorded.pass_time()
        batch = recorded.send(second)

        assert "not met its last message" in str(refused[1])
        assert not batch.unavailable
        portfolio = recorded.account().state.portfolio
        assert portfolio.position("SPY").quantity == 10 * SCALE
        assert verify_session(recorded, NEXT_SESSION).counts.orders == 1


def test_progress_in_the_next_session_ends_the_one_before(tmp_path: Path) -> None:
    """The strategy needs no order for that, and nothing that it says is lost."""
    with RecordedSession(tmp_path, opening=CARRY) as recorded:
        recorded.connected = {"news"}
        recorded.publish(*trades("SPY", "100"))
        recorded.send(register(FEED_SESSION))
        recorded.begin_feed_session()
        recorded.publish(*trades("SPY", "105", "106"))
        recorded.send(register(NEXT_SESSION))
        assert not recorded.send(Progress(feed_session=NEXT_SESSION, feed_seq=1)).unavailable
        recorded.pass_time()
        recorded.pass_time()

        state = recorded.account().state
        assert not state.is_awaiting
        assert state.matched_through == 2


def test_who_registers_again_is_answered_while_the_account_waits(tmp_path: Path) -> None:
    """What has no report in the session before comes again after that."""
    with RecordedSession(tmp_path, opening=CARRY) as recorded:
        recorded.connected = {"news"}
        recorded.publish(*trades("SPY", "100"))
        recorded.send(register(FEED_SESSION))
        recorded.begin_feed_session()
        batches = [recorded.send(register(NEXT_SESSION)) for _ in range(2)]
        assert not any(batch.unavailable for batch in batches)

        batch = recorded.send(order("late", 1, feed_session=FEED_SESSION, feed_seq=1))

        assert [judged.reason for judged in batch.orders] == [None]


def test_three_sessions_go_on_from_each_other(recorded: RecordedSession) -> None:
    """Also when one of them had no time to begin before the next."""
    recorded.begin_feed_session()
    recorded.publish(*trades("SPY", "103"))
    recorded.send(order("second", 1))
    third = recorded.begin_feed_session()
    recorded.publish(*trades("SPY", "104"))
    for _ in range(4):
        recorded.pass_time()
        recorded.send(order("third", 1))

    state = recorded.account(feed_session=third).state
    assert state.portfolio.position("SPY").quantity == 10 * SCALE
