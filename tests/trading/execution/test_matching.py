"""Tests of matching: properties over any trades and orders, and all-or-nothing orders."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.tape import MemoryTape
from tests.trading.account.orders import working_order
from tests.trading.execution.market import TICK, Played, play, shown, tape_of, trades_of
from tests.trading.execution.naive import play_naively
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import OrdType, Side, TimeInForce
from tradestack.domain.trade import Trade
from tradestack.trading.execution import matching
from tradestack.trading.execution.matching import match_trade
from tradestack.trading.execution.model import (
    ExecutionModel,
    LimitFill,
    Slippage,
    SlippageKind,
)
from tradestack.trading.execution.slippage import Market
from tradestack.trading.orders.working_order import WorkingOrder

BUY, SELL, FOK, IOC = Side.BUY, Side.SELL, TimeInForce.FOK, TimeInForce.IOC


@st.composite
def tapes(draw: st.DrawFn) -> MemoryTape:
    """Up to 12 trades near 100, some at the same time, some of unknown size, some news between."""
    clock_ns, number, trades = 0, 0, []
    for _ in range(draw(st.integers(1, 12))):
        clock_ns += draw(st.integers(0, 2))
        number += draw(st.sampled_from([1, 1, 1, 2]))
        price, size = draw(st.integers(97, 103)), draw(st.integers(0, 60))
        trades.append(Trade(number, "SPY", clock_ns, price, size))
    return MemoryTape(trades)


@st.composite
def orders_of_an_account(draw: st.DrawFn) -> list[WorkingOrder]:
    """Up to 5 orders, in order of arrival."""
    orders, arrival_ns, cause = [], 0, 0
    for order_id in range(1, draw(st.integers(1, 5)) + 1):
        arrival_ns += draw(st.integers(0, 2))
        cause += draw(st.integers(0, 2))
        limit = draw(st.none() | st.integers(97, 103))
        orders.append(
            WorkingOrder(
                order_id=order_id,
                cl_ord_id=f"X{order_id}",
                symbol="SPY",
                side=draw(st.sampled_from(Side)),
                quantity=draw(st.integers(1, 80)),
                ord_type=OrdType.MARKET if limit is None else OrdType.LIMIT,
                time_in_force=draw(st.sampled_from(TimeInForce)),
                price=limit,
                cause=cause,
                cause_index=order_id,
                arrival_ns=arrival_ns,
            )
        )
    return orders


@st.composite
def models(draw: st.DrawFn) -> ExecutionModel:
    """Any rules for limits, shares and windows, and slippage in ticks, also drawn."""
    return ExecutionModel(
        participation_bp=draw(st.sampled_from([10_000, 5_000, 3_333])),
        default_size=draw(st.sampled_from([0, 20])),
        size_increment=draw(st.sampled_from([1, 3])),
        slippage=Slippage(
            draw(st.sampled_from([SlippageKind.NONE, SlippageKind.TICKS])),
            ticks=draw(st.integers(0, 2)),
            random_ticks=draw(st.sampled_from([0, 3])),
        ),
        limit_fill=draw(st.sampled_from(LimitFill)),
        queue_factor_percent=draw(st.sampled_from([0, 50, 100])),
        queue_trades=draw(st.integers(1, 5)),
        ioc_window_ns=draw(st.integers(0, 4)),
        seed=draw(st.integers(0, 3)),
    )


def copies(orders: list[WorkingOrder]) -> list[WorkingOrder]:
    """The same orders, to be played once more."""
    return msgspec.convert(msgspec.to_builtins(orders), list[WorkingOrder])


@given(tapes(), orders_of_an_account(), models())
def test_fills_are_those_of_a_plain_loop(
    tape: MemoryTape, orders: list[WorkingOrder], model: ExecutionModel
) -> None:
    """A second implementation of the rules comes to the same fills in the same order."""
    expected = play_naively(tape, orders, model)

    assert play(tape, orders, model) == expected


@given(tapes(), orders_of_an_account(), models())
def test_no_fill_breaks_a_rule(
    tape: MemoryTape, orders: list[WorkingOrder], model: ExecutionModel
) -> None:
    """Within a trade's share, within the limit, never too early, FOK whole or not at all."""
    played = play(tape, orders, model)
    trades = {trade.sequence: trade for trade in trades_of(tape)}

    shares = dict.fromkeys(trades, 0)
    for order in orders:
        fills = played[order.order_id]
        for quantity, price, sequence in fills:
            shares[sequence] += quantity
            trade = trades[sequence]
            assert order.cause < sequence
            assert order.arrival_ns <= trade.event_time_ns
            worse = price - trade.price if order.side is BUY else trade.price - price
            assert worse >= 0
            if order.price is not None:
                past = price - order.price if order.side is BUY else order.price - price
                assert past <= 0
        assert order.cum_quantity == sum(quantity for quantity, _, _ in fills)
        if order.time_in_force is FOK:
            assert order.cum_quantity in (0, order.quantity)
        if order.time_in_force in (FOK, IOC) and fills:
            clocks = [trades[sequence].event_time_ns for _, _, sequence in fills]
            assert order.window_end_ns is not None
            assert max(clocks) <= order.window_end_ns
    for sequence, share in shares.items():
        size = trades[sequence].size or model.default_size
        assert share <= size * model.participation_bp // 10_000


@given(tapes(), orders_of_an_account(), models())
def test_an_order_that_fills_nothing_changes_no_fill(
    tape: MemoryTape, orders: list[WorkingOrder], model: ExecutionModel
) -> None:
    """Without the orders that got nothing, the others get the same, also at drawn prices."""
    played = play(tape, copies(orders), model)
    filled = [order for order in orders if played[order.order_id]]
    again = play(tape, copies(filled), model)

    assert again == {order.order_id: played[order.order_id] for order in filled}


@given(tapes(), orders_of_an_account(), models())
def test_trades_within_the_price_bounds_change_nothing(
    tape: MemoryTape, orders: list[WorkingOrder], model: ExecutionModel
) -> None:
    """Leaving those trades out gives the same fills, and leaves the orders the same."""
    again = copies(orders)

    assert play(tape, again, model, is_filtered=True) == play(tape, orders, model)
    assert again == orders


@given(tapes(), orders_of_an_account(), models())
def test_matching_changes_no_order(
    tape: MemoryTape, orders: list[WorkingOrder], model: ExecutionModel
) -> None:
    """It returns what is to change; the caller changes it."""
    before = copies(orders)
    match_trade(trades_of(tape)[-1], orders, Market(model, "alice", tape))

    assert orders == before


def played_fok(window_ms: int, *rows: tuple[str, float, float], limit: str | None = None) -> str:
    """The fills of a FOK order to buy 100 between two that buy 30 each, by half of each trade."""
    model = ExecutionModel(participation_bp=5_000, ioc_window_ns=window_ms * 1_000_000)
    orders = [
        working_order(BUY, 30, order_id=1),
        working_order(BUY, 100, limit, order_id=2, time_in_force=FOK),
        working_order(BUY, 30, order_id=3),
    ]
    played = play(tape_of(*rows), orders, model)
    return " / ".join(shown(played[order_id]) for order_id in (1, 2, 3))


@pytest.mark.parametrize(
    ("window_ms", "rows", "fills"),
    [
        # One trade covers it: it has its turn in order of arrival.
        (0, [("5", 280, 0)], "30 @ 5 / 100 @ 5 / 10 @ 5"),
        (0, [("5", 260, 0)], "30 @ 5 / 100 @ 5 / "),
        # One unit less, and it gets nothing.
        (0, [("5", 258, 0)], "30 @ 5 /  / 30 @ 5"),
        # At the same time: 40 of 100 are left of the first trade, 60 come from the second.
        (0, [("5", 200, 0), ("6", 120, 0)], "30 @ 5 / 40 @ 5, 60 @ 6 / 30 @ 5"),
        (0, [("5", 200, 0), ("6", 118, 0)], "30 @ 5 /  / 30 @ 5"),
        # Within the window, and a ms after it.
        (3, [("5", 200, 0), ("6", 120, 3)], "30 @ 5 / 40 @ 5, 60 @ 6 / 30 @ 5"),
        (2, [("5", 200, 0), ("6", 120, 3)], "30 @ 5 /  / 30 @ 5"),
    ],
)
def test_fill_or_kill(window_ms: int, rows: list[tuple[str, float, float]], fills: str) -> None:
    """All of it, each part at the price of its own trade, or nothing."""
    assert played_fok(window_ms, *rows) == fills


def test_fill_or_kill_counts_no_trade_worse_than_its_limit() -> None:
    """The second trade is worse than its limit of 5.5; the third completes the order.

    It rests, since there was no trade when it arrived, so it pays its limit.
    """
    rows = [("5", 200, 0), ("6", 900, 1), ("5.4", 122, 2)]

    assert played_fok(9, *rows, limit="5.5") == "30 @ 5 / 40 @ 5.5, 60 @ 5.5 / 30 @ 5"


def test_orders_that_count_on_the_same_trade_do_not_both_get_it() -> None:
    """Two FOK orders count on 60 of the first trade: the smaller one gets 50, the other 10."""
    model = ExecutionModel(ioc_window_ns=9)
    rows = [("5", 60, 0.0), ("6", 50, 0.0), ("7", 20, 0.0), ("8", 90, 0.0)]
    orders = [
        working_order(BUY, 120, order_id=1, time_in_force=FOK),
        working_order(BUY, 100, order_id=2, time_in_force=FOK),
    ]
    played = play(tape_of(*rows), orders, model)

    assert shown(played[2]) == "60 @ 5, 40 @ 6"
    assert shown(played[1]) == "10 @ 6, 20 @ 7, 90 @ 8"


def test_an_order_that_was_reduced_takes_no_more_than_it_still_wants() -> None:
    """It counts on 10 and 10; reduced to 10, it has the first at the next trade, and no more."""
    tape = tape_of(("5", 10, 0), ("6", 10, 0), ("7", 10, 0))
    order = working_order(BUY, 10, time_in_force=FOK)
    order.reserved = ((10 * SCALE, 5 * SCALE, 1), (10 * SCALE, 6 * SCALE, 2))
    matched = match_trade(trades_of(tape)[-1], [order], Market(ExecutionModel(), "alice", tape))

    assert [fill[1:] for fill in matched.fills] == [(10 * SCALE, 5 * SCALE, 1)]


def test_an_order_that_begins_to_rest_is_behind_what_was_traded_at_its_price() -> None:
    """The trade that is worse than the limit is the newest of the three that are looked at."""
    model = ExecutionModel(limit_fill=LimitFill.QUEUE, queue_trades=3)
    rows = [("5.5", 1, 0.0), ("5.5", 20, 1.0), ("5.5", 30, 2.0), ("6", 10, 3.0)]
    order = working_order(BUY, 100, "5.5", cause=3)
    play(tape_of(*rows), [order], model)

    assert order.is_resting
    assert order.queue_ahead == 50 * SCALE


def test_the_trades_that_an_order_counts_on_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """A FOK order that needs more trades than that is not filled."""
    monkeypatch.setattr(matching, "RESERVATIONS_MAX", 2)
    rows = [("5", 10, 0.0)] * 4
    fourth = [working_order(BUY, 40, time_in_force=FOK)]
    third = [working_order(BUY, 30, time_in_force=FOK)]

    assert shown(play(tape_of(*rows), fourth, ExecutionModel())[1]) == ""
    assert shown(play(tape_of(*rows), third, ExecutionModel())[1]) == "10 @ 5, 10 @ 5, 10 @ 5"


def test_immediate_or_cancel_takes_what_its_window_has() -> None:
    """Trades at 0 and 2 ms fill, that at 3 ms comes too late; the limit is never passed."""
    model = ExecutionModel(ioc_window_ns=2_000_000, slippage=Slippage(SlippageKind.TICKS, TICK, 3))
    rows = [("5", 10, 0.0), ("5.02", 10, 2.0), ("5", 10, 3.0)]
    order = working_order(BUY, 100, "5.04", cause=1, time_in_force=IOC)
    rows = [("5", 1, 0.0), *rows]

    assert shown(play(tape_of(*rows), [order], model)[1]) == "10 @ 5.03, 10 @ 5.04"
    assert order.window_end_ns == 2_000_000


def test_an_order_that_the_market_left_rests_from_then_on() -> None:
    """Marketable at arrival, then a trade worse than its limit: later fills are at the limit."""
    rows = [("5", 1, 0.0), ("5", 10, 1.0), ("6", 10, 2.0), ("5.4", 10, 3.0), ("5.5", 10, 4.0)]
    order = working_order(BUY, 100, "5.5", cause=1)
    played: Played = play(tape_of(*rows), [order], ExecutionModel())

    assert shown(played[1]) == "10 @ 5, 10 @ 5.5"
    assert order.is_resting
    assert order.leaves_quantity == 80 * SCALE


def test_a_trade_without_a_size_fills_by_the_default_size() -> None:
    """Nothing if there is none."""
    for default_size, fills in [(0, ""), (7 * SCALE, "7 @ 5")]:
        model = ExecutionModel(default_size=default_size)

        assert shown(play(tape_of(("5", 0, 0)), [working_order(SELL, 100)], model)[1]) == fills
