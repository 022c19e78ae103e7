"""What the requests and reads of a strategy that know its account come to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.strategies import EPOCH
from tests.trading.executions import execution, refusal
from tests.trading.own_desks import AtDesk
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import ExecType, OrdType, Side, TimeInForce
from tradestack.strategies.intent import CancelIntent, Intent, ReplaceIntent
from tradestack.trading.account.holdings.portfolio import open_portfolio


def at_desk(held: int = 0) -> AtDesk:
    """A strategy that handles a price of SPY, and holds some."""
    desk = AtDesk()
    desk.tick("SPY", 100)
    if held:
        desk.fill("SPY", Side.BUY if held > 0 else Side.SELL, abs(held), 100)
    return desk


@pytest.mark.parametrize(
    ("held", "buying", "selling", "target", "order"),
    [
        (0, 0, 0, 0, None),
        (0, 0, 0, 10, (Side.BUY, 10)),
        (0, 0, 0, -10, (Side.SELL, 10)),
        (10, 0, 0, 10, None),
        (10, 0, 0, 0, (Side.SELL, 10)),
        (10, 0, 0, -5, (Side.SELL, 15)),
        (-10, 0, 0, 5, (Side.BUY, 15)),
        (0, 10, 0, 10, None),
        (0, 4, 0, 10, (Side.BUY, 6)),
        (0, 10, 0, 4, (Side.SELL, 6)),
        (5, 0, 5, 0, None),
        (5, 7, 2, 10, None),
        (5, 7, 2, 12, (Side.BUY, 2)),
        (-5, 0, 5, -10, None),
    ],
)
def test_target_orders_what_is_missing_and_then_nothing(
    held: int, buying: int, selling: int, target: int, order: tuple[Side, int] | None
) -> None:
    """Positions and working orders count, those of other symbols do not."""
    desk = at_desk(held)
    desk.fill("IBM", Side.BUY, 1_000, 1)
    desk.strategy.buy("IBM", 77)
    for quantity, trade in ((buying, desk.strategy.buy), (selling, desk.strategy.sell)):
        if quantity:
            trade("SPY", quantity, price=100)
    desk.asked()

    name = desk.strategy.target("SPY", target)
    asked = desk.asked()
    again = desk.strategy.target("SPY", target)

    assert again is None
    assert desk.asked() == []
    if order is None:
        assert (name, asked) == (None, [])
        return
    (intent,) = asked
    assert isinstance(intent, Intent)
    assert name == EPOCH.client_order_id(intent)
    assert (intent.side, intent.quantity, intent.ord_type) == (*order, OrdType.MARKET)


def test_target_stays_the_same_while_its_order_is_filled_and_after_it() -> None:
    """Each fill moves as much from the order to the position; a rejected one is made again."""
    desk = at_desk()
    name = desk.strategy.target("SPY", 10)
    assert name is not None
    left = []
    for leaves, quantity in ((6, 4), (1, 5), (0, 1)):
        desk.take(execution(name, ExecType.TRADE, leaves, last_quantity=quantity, last_price=100))
        left.append(desk.strategy.target("SPY", 10))
    second = desk.strategy.target("SPY", 15)
    assert second is not None
    desk.take(execution(second, ExecType.REJECTED, None))

    assert left == [None, None, None]
    assert desk.strategy.target("SPY", 15) is not None


def test_target_counts_a_replaced_order_once() -> None:
    """Before and after the answer."""
    desk = at_desk()
    name = desk.strategy.buy("SPY", 10, price=100)
    desk.take(execution(name, ExecType.NEW, 10))
    other = desk.strategy.replace(name, 12, 101)
    under_way = desk.strategy.target("SPY", 10)
    desk.take(execution(other, ExecType.REPLACED, 12, orig_cl_ord_id=name, cum_quantity=0))

    assert under_way is None
    assert desk.strategy.target("SPY", 12) is None
    assert desk.strategy.working[other].quantity == 12


@pytest.mark.parametrize(
    ("symbol", "canceled"), [(None, ["a", "c"]), ("SPY", ["a"]), ("IBM", ["c"]), ("XYZ", [])]
)
def test_cancel_all_cancels_what_works_and_has_no_change_under_way(
    symbol: str | None, canceled: list[str]
) -> None:
    """Oldest first, and each once."""
    desk = at_desk()
    names = {
        "a": desk.strategy.buy("SPY", price=99),
        "b": desk.strategy.sell("SPY", price=101),
        "c": desk.strategy.buy("IBM", price=50),
    }
    desk.strategy.cancel(names["b"])
    desk.asked()

    desk.strategy.cancel_all(symbol)
    asked = desk.asked()
    desk.strategy.cancel_all(symbol)

    assert [type(each) for each in asked] == [CancelIntent] * len(canceled)
    assert [each.cl_ord_id for each in asked if isinstance(each, CancelIntent)] == [
        names[each] for each in canceled
    ]
    assert desk.asked() == []


def test_a_cancel_that_was_refused_can_be_asked_for_again() -> None:
    """The order works as before."""
    desk = at_desk()
    name = desk.strategy.buy("SPY", price=99)
    desk.strategy.cancel(name)
    *_, cancel = desk.asked()

    desk.view.take(refusal(EPOCH.client_order_id(cancel), name))
    desk.strategy.cancel_all()

    assert len(desk.asked()) == 1


def test_replace_names_quantity_and_price() -> None:
    """It returns the name that the order will have."""
    desk = at_desk()
    name = desk.strategy.buy("SPY", 10, price=99)
    desk.asked()

    other = desk.strategy.replace(name, 12, 98)
    (intent,) = desk.asked()

    assert isinstance(intent, ReplaceIntent)
    assert (intent.cl_ord_id, intent.quantity, intent.limit_price) == (name, 12, 98)
    assert other == EPOCH.client_order_id(intent)
    assert desk.strategy.working[name].changed_by == other


@pytest.mark.parametrize(
    ("price", "time_in_force", "expected"),
    [
        (None, None, (OrdType.MARKET, None, TimeInForce.IOC)),
        (99, None, (OrdType.LIMIT, 99, TimeInForce.DAY)),
        (99, TimeInForce.IOC, (OrdType.LIMIT, 99, TimeInForce.IOC)),
        (99, TimeInForce.FOK, (OrdType.LIMIT, 99, TimeInForce.FOK)),
        (None, TimeInForce.FOK, (OrdType.MARKET, None, TimeInForce.FOK)),
        (99, "GTC", (OrdType.LIMIT, 99, TimeInForce.GTC)),
    ],
)
def test_a_price_makes_a_limit_order_for_the_day(
    price: int | None, time_in_force: TimeInForce | None, expected: tuple[object, ...]
) -> None:
    """Without one it is a market order, which is filled at once or not at all."""
    desk = at_desk()
    desk.strategy.buy("SPY", price=price, time_in_force=time_in_force)

    (intent,) = desk.asked()

    assert isinstance(intent, Intent)
    assert (intent.ord_type, intent.limit_price, intent.time_in_force) == expected
    assert (intent.quantity, intent.value, intent.price) == (10, 100, 100)


quantities = st.integers(1, 10**15)
prices = st.integers(-(10**12), 10**12)


@given(
    trades=st.lists(
        st.tuples(
            st.sampled_from(["SPY", "IBM"]),
            prices,
            st.none()
            | st.tuples(st.sampled_from(Side), quantities, prices, st.integers(-9, 10**9)),
        ),
        max_size=30,
    )
)
def test_equity_is_that_of_the_account(
    trades: list[tuple[str, int, tuple[Side, int, int, int] | None]],
) -> None:
    """After each mark and each fill with its fee, exactly, rounded down to 10⁻⁸."""
    desk, portfolio = AtDesk(), open_portfolio()
    for symbol, mark, filled in trades:
        desk.tick(symbol, mark)
        portfolio.mark(symbol, mark)
        if filled is not None:
            side, quantity, price, fee = filled
            desk.fill(symbol, side, quantity, price, fee)
            portfolio.apply_fill(symbol, side, quantity, price, fee=fee, mark=mark)

        assert desk.strategy.equity == portfolio.equity // SCALE
        assert desk.strategy.position(symbol) == portfolio.position(symbol).quantity


def test_equity_and_prices_outside_of_hooks_are_those_of_the_last_message() -> None:
    """So on_end and counters can show them."""
    desk = at_desk(held=3 * SCALE)
    desk.tick("SPY", 110)
    within = desk.strategy.equity

    desk.desk.leave()

    assert desk.strategy.equity == within == 30
    assert desk.strategy.last_price("SPY") == 110
