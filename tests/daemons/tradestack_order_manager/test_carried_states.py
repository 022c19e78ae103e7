"""Accounts that go on, over crashes, torn journals, other order sessions and lost feed logs."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ctl.verify.traded import order
from tests.daemons.tradestack_order_manager.carried import (
    CARRY,
    MONEY,
    NEXT_SESSION,
    begin_next,
    first_session,
    verify_session,
)
from tests.kit.recorded_session import FEED_SESSION, RecordedSession, trades
from tests.trading.verification.verified import payloads_of, verify
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import OrdRejReason, Side
from tradestack.trading.account.holdings.opening import AccountOpening
from tradestack.trading.account.holdings.portfolio import Portfolio


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[RecordedSession]:
    """A first feed session, in which news has bought 10 SPY at 100 that are worth 102."""
    with first_session(tmp_path) as recorded:
        yield recorded


def ends_before(recorded: RecordedSession) -> None:
    """The account has ended when the order session does."""
    begin_next(recorded)
    recorded.roll_over()
    recorded.roll_over()


def waits(recorded: RecordedSession) -> None:
    """The next account waits for it when the order session ends."""
    recorded.begin_feed_session()
    recorded.publish(*trades("SPY", "105"))
    assert recorded.send(order("second", 1)).unavailable
    recorded.roll_over()
    recorded.pass_time()
    recorded.pass_time()


def goes_on(recorded: RecordedSession) -> None:
    """The account goes on in the next order session, and ends there."""
    recorded.roll_over()
    begin_next(recorded)


@pytest.mark.parametrize("end", [ends_before, waits, goes_on])
@pytest.mark.parametrize("restarts", [False, True])
def test_what_was_left_goes_on_in_another_order_session(
    recorded: RecordedSession, end: Callable[[RecordedSession], None], restarts: bool
) -> None:
    """Whenever that begins, and both feed sessions are what follows from them."""
    end(recorded)
    if restarts:
        recorded.restart()
    recorded.publish(*trades("SPY", "105"))
    recorded.send(order("second", 1))

    state = recorded.account().state
    assert state.portfolio.position("SPY").quantity == 10 * SCALE
    for session in (FEED_SESSION, NEXT_SESSION):
        verification = verify_session(recorded, session)
        assert not verification.folds.late
        assert not verification.folds.behind


@pytest.mark.parametrize("lost", range(1, 7))
@pytest.mark.parametrize("rolls_over", [False, True])
def test_a_journal_that_was_torn_leads_to_the_same(
    recorded: RecordedSession, lost: int, rolls_over: bool
) -> None:
    """Between any two of the records that end an account, begin the next one and open it."""
    begin_next(recorded)
    recorded.publish(*trades("SPY", "105"))
    recorded.send(order("second", 1))
    expected = recorded.account().state.portfolio
    records = len(payloads_of(recorded.journal))

    recorded.cut(records - lost)
    if rolls_over:
        recorded.roll_over()
    recorded.pass_time()
    recorded.pass_time()
    recorded.send(order("second", 1))
    recorded.pass_time()
    recorded.pass_time()
    recorded.send(order("second", 1))

    assert recorded.account().state.portfolio == expected
    assert verify_session(recorded, NEXT_SESSION).counts.orders >= 1
    assert verify_session(recorded, FEED_SESSION).unjournalled == 0


@pytest.mark.parametrize("opening", AccountOpening)
def test_nobody_trades_in_an_ended_feed_session_again(
    tmp_path: Path, opening: AccountOpening
) -> None:
    """Another order session knows its accounts as well, until its log is removed."""
    with RecordedSession(tmp_path, opening=opening) as recorded:
        recorded.publish(*trades("SPY", "100"))
        recorded.send(order("first", 10))
        recorded.publish(*trades("SPY", "100", "102"))
        begin_next(recorded)
        recorded.publish(*trades("SPY", "105"))
        for _ in range(2):
            recorded.roll_over()
            recorded.restart()
            recorded.pass_time()

        (refused,) = recorded.send(order("again", 1, feed_session=FEED_SESSION, feed_seq=1)).orders

        assert refused.reason is OrdRejReason.EXCHANGE_CLOSED
        portfolio = recorded.account(feed_session=FEED_SESSION).state.portfolio
        assert portfolio.position("SPY").quantity == 10 * SCALE
        assert not verify_session(recorded, FEED_SESSION).folds.behind


def test_an_account_whose_feed_log_was_removed_leaves_what_was_reported(
    recorded: RecordedSession, caplog: pytest.LogCaptureFixture
) -> None:
    """Quantity, cost and cash are those of the fills; the rest is worth the price of the newest."""
    recorded.send(order("resting", 5, "1"))
    recorded.begin_feed_session()
    recorded.restart()
    (recorded.gateway / f"{FEED_SESSION}.feed").unlink()
    recorded.publish(*trades("SPY", "105"))
    assert recorded.send(order("second", 1)).unavailable
    recorded.pass_time()
    recorded.pass_time()

    recorded.send(order("second", 1))

    state = recorded.account().state
    held = state.portfolio.position("SPY")
    assert (held.quantity, held.cost) == (10 * SCALE, 1_000 * MONEY)
    assert state.portfolio.cash == -1_000 * MONEY
    assert "ends with what its reports say" in caplog.text
    assert verify_session(recorded, NEXT_SESSION).counts.orders == 1


@pytest.mark.parametrize("rolls_over", [False, True])
def test_an_account_that_has_met_more_than_its_feed_log_has_leaves_what_was_reported(
    recorded: RecordedSession, rolls_over: bool
) -> None:
    """The feed session has ended early, after a power failure."""
    recorded.restart()
    path = recorded.log.path
    recorded.begin_feed_session()
    with path.open("r+b") as log:
        log.truncate(64)
    path.with_suffix(".json").write_text('{"ended": true, "ended_head": 1}')
    recorded.publish(*trades("SPY", "105"))
    if rolls_over:
        recorded.roll_over()
    recorded.send(order("second", 1))
    recorded.pass_time()
    recorded.pass_time()
    recorded.send(order("second", 1))

    portfolio = recorded.account().state.portfolio
    assert portfolio.position("SPY").quantity == 10 * SCALE
    assert verify_session(recorded, FEED_SESSION).folds.behind
    assert verify_session(recorded, NEXT_SESSION).counts.orders == 1


steps = st.lists(
    st.one_of(
        st.tuples(st.just("order"), st.sampled_from(Side), st.integers(1, 30), st.booleans()),
        st.tuples(st.just("trade"), st.sampled_from(["SPY", "IBM"]), st.integers(90, 110)),
        st.tuples(st.just("restart")),
    ),
    max_size=12,
)
Step = tuple[Any, ...]


def play(
    directory: Path, sessions: Sequence[Sequence[Step]], opening: AccountOpening, *, restarts: bool
) -> tuple[list[Portfolio], list[bytes]]:
    """Trade feed sessions one after another; return what each left, and the journal."""
    left = []
    with RecordedSession(directory, opening=opening) as recorded:
        for number, session in enumerate(sessions):
            if number:
                begin_next(recorded)
            recorded.publish(*trades("SPY", "100"), *trades("IBM", "100"))
            recorded.send(order(f"begins-{number}", 1))
            for index, (kind, *values) in enumerate(session):
                if kind == "restart" and restarts:
                    recorded.restart()
                elif kind == "order":
                    side, quantity, is_spy = values
                    symbol = "SPY" if is_spy else "IBM"
                    name = f"{number}-{index}"
                    recorded.send(order(name, quantity, side=side, symbol=symbol))
                elif kind == "trade":
                    symbol, price = values
                    recorded.publish(*trades(str(symbol), str(price)))
                    recorded.pass_time()
            recorded.publish(*trades("SPY", "101"), *trades("IBM", "99"))
            recorded.pass_time()
            left.append(recorded.account().state.portfolio)
        for journal in (recorded.log.path,):
            verify(journal, payloads_of(recorded.journal))
        return left, payloads_of(recorded.journal)


def earned(portfolio: Portfolio) -> int:
    """Return the realized profit before what is held is paid for."""
    return portfolio.realized - sum(each.cost for each in portfolio.positions.values())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, min_size=2, max_size=3))
def test_sessions_that_go_on_are_the_sum_of_their_parts(sessions: list[list[Step]]) -> None:
    """Cash, quantities, fees, and profit before what is held; and no crash leaves a trace."""
    with TemporaryDirectory() as name:
        parts, _ = play(Path(name, "parts"), sessions, AccountOpening.FLAT, restarts=False)
        (*_, whole), journal = play(Path(name, "whole"), sessions, CARRY, restarts=False)
        _, crashed = play(Path(name, "crashed"), sessions, CARRY, restarts=True)

    assert whole.cash == sum(part.cash for part in parts)
    assert whole.fees == sum(part.fees for part in parts)
    assert earned(whole) == sum(map(earned, parts))
    for symbol in ("SPY", "IBM"):
        quantities = [part.position(symbol).quantity for part in parts]
        assert whole.position(symbol).quantity == sum(quantities)
    assert whole.equity == whole.realized + whole.unrealized - whole.fees * SCALE
    assert crashed == journal
