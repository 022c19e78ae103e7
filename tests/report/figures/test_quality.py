"""Execution quality: by hand, and against the reference on drawn feeds."""

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reference.execution_quality import Costs, costs
from tests.report.figures.feeds import USER, Told, market, messages, ordered, traded
from tradestack.domain.fixed_point import SCALE
from tradestack.report.figures.exact import rounded_money
from tradestack.report.figures.execution.executed_orders import executed_orders
from tradestack.report.figures.execution.quality import execution_quality
from tradestack.report.figures.traded import AcceptedOrder, Fill
from tradestack.report.values.execution_quality import ExecutionQuality

SECOND = 10**9
GROUPS = 100


def quality(
    feed: Sequence[Told], orders: Sequence[AcceptedOrder], fills: Sequence[Fill]
) -> tuple[ExecutionQuality, ...]:
    """Return the figures of all groups."""
    tape = market(feed)
    return execution_quality(tape, executed_orders(tape, orders, fills), fills, GROUPS)


def price(dollars: str) -> int:
    """Return a price ×10⁻⁸."""
    return int(Fraction(dollars) * SCALE)


# Decided at 100, arrived at 101 two seconds later, filled at 102 and 103, ended at 110.
RISE = [
    Told(0, "X", price("100"), 5 * SCALE),
    Told(1 * SECOND, "X", price("101"), 5 * SCALE),
    Told(2 * SECOND, "X", price("102"), 30 * SCALE),
    Told(3 * SECOND, "Y", price("7")),
    Told(4 * SECOND, "X", price("103"), 10 * SCALE),
    Told(14 * SECOND, "X", price("110")),
]
BUY = AcceptedOrder(1, USER, "X", 1, 10 * SCALE, 1, 2 * SECOND)
PARTS = [
    Fill(1, USER, "X", 1, 6 * SCALE, price("102"), price("0.5"), 3, 2 * SECOND),
    Fill(1, USER, "X", 1, 2 * SCALE, price("103"), price("0.25"), 5, 4 * SECOND),
]


def test_the_shortfall_is_what_the_decision_has_cost() -> None:
    """10 decided at 100, 8 filled in two parts, 2 missed a rise of 10."""
    total = quality(RISE, [BUY], PARTS)[0]

    shortfall = total.shortfall
    assert shortfall.delay == 8 * price("1")
    assert shortfall.execution == 6 * price("1") + 2 * price("2")
    assert shortfall.opportunity == 2 * price("10")
    assert shortfall.fees == price("0.75")
    assert shortfall.total == price("38.75")
    assert shortfall.total_bp == pytest.approx(38.75 / 1000 * 10_000)
    assert total.fill_ratio == pytest.approx(0.8)
    assert total.arrival_slippage_bp == pytest.approx(10 / 808 * 10_000)
    assert (total.orders, total.orders_filled, total.fills) == (1, 0, 2)


def test_the_vwap_is_that_of_the_trades_while_the_order_worked() -> None:
    """30 at 102 and 10 at 103: 102.25; 8 of these 40 were ours."""
    total = quality(RISE, [BUY], PARTS)[0]

    paid = 6 * 102 + 2 * 103
    assert total.vwap_slippage_bp == pytest.approx((paid / (8 * 102.25) - 1) * 10_000)
    assert total.participation == pytest.approx(8 / 40)
    assert total.time_to_fill is not None
    assert total.time_to_fill.max_ns == 2 * SECOND


def test_markouts_look_at_the_price_so_much_later() -> None:
    """The first fill is seen 0, 1 and 10 s later, the second too; the tape is over in 12 s."""
    now, second, ten, minute, _ = quality(RISE, [BUY], PARTS)[0].markouts

    value = 6 * 102 + 2 * 103
    assert now.basis_points == pytest.approx(0)
    assert second.basis_points == pytest.approx(0)
    assert ten.basis_points == pytest.approx((6 * 1 + 2 * 7) / value * 10_000)
    assert (ten.fills, ten.adverse) == (2, 0)
    assert (minute.fills, minute.basis_points, minute.adverse) == (0, None, None)


def test_a_sale_that_gains_costs_less_than_nothing() -> None:
    """The same rise, sold: every cost but the fees is a gain, and markouts are bad."""
    sale = AcceptedOrder(1, USER, "X", -1, 8 * SCALE, 1, 2 * SECOND)
    fills = [
        Fill(1, USER, "X", -1, fill.quantity, fill.price, 0, fill.number, fill.time_ns)
        for fill in PARTS
    ]

    total = quality(RISE, [sale], fills)[0]

    assert (total.shortfall.delay, total.shortfall.execution) == (-8 * price("1"), -price("10"))
    assert total.shortfall.opportunity == 0
    assert total.markouts[2].adverse == 1
    assert total.orders_filled == 1


def test_groups_are_all_then_users_then_their_symbols() -> None:
    """Those with the most orders first, up to the number asked for."""
    orders = [
        BUY,
        AcceptedOrder(2, "b", "X", 1, SCALE, 1, 0),
        AcceptedOrder(3, "b", "X", 1, SCALE, 1, 0),
    ]
    tape = market(RISE)

    executed = executed_orders(tape, orders, [])
    groups = [(each.user, each.symbol) for each in execution_quality(tape, executed, [], GROUPS)]

    assert groups == [(None, None), ("b", None), (USER, None), ("b", "X"), (USER, "X")]
    assert len(execution_quality(tape, executed, [], 2)) == 2


def test_an_order_without_a_price_is_counted_apart() -> None:
    """Its symbol has none at its cause, so nothing can be compared."""
    (total, *_) = quality(RISE, [AcceptedOrder(1, USER, "Y", 1, SCALE, 1, 0)], [])

    assert (total.orders, total.orders_without_price) == (0, 1)
    assert (total.fill_ratio, total.time_to_fill, total.shortfall.total_bp) == (None, None, None)


def test_without_orders_there_is_no_group() -> None:
    """There is nothing to say of nothing."""
    assert quality(RISE, [], []) == ()


@st.composite
def runs(draw: st.DrawFn) -> tuple[list[Told], list[AcceptedOrder], list[Fill]]:
    """A feed that begins with a price of each symbol, orders, and fills after their causes."""
    prices = st.integers(1, 10**6).map(lambda cents: cents * 10**6)
    sizes = st.one_of(st.none(), st.integers(0, 10**11))
    feed = [Told(0, "X", draw(prices)), Told(0, "Y", draw(prices))]
    for step_ns in draw(st.lists(st.sampled_from([0, 1, SECOND, 7 * SECOND]), max_size=15)):
        symbol = draw(st.sampled_from("XY"))
        feed.append(Told(feed[-1].time_ns + step_ns, symbol, draw(prices), draw(sizes)))
    orders, fills = [], []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        cause = draw(st.integers(2, len(feed)))
        arrival_ns = feed[cause - 1].time_ns + draw(st.sampled_from([0, 1, 2 * SECOND]))
        symbol, sign = draw(st.sampled_from("XY")), draw(st.sampled_from([1, -1]))
        quantity = draw(st.integers(1, 10**12))
        orders.append(AcceptedOrder(number, USER, symbol, sign, quantity, cause, arrival_ns))
        for place, told in enumerate(feed[cause:], start=cause + 1):
            can_fill = told.symbol == symbol and told.size is not None
            if can_fill and told.time_ns >= arrival_ns and quantity and draw(st.booleans()):
                part = draw(st.integers(1, quantity))
                quantity -= part
                fee = draw(st.integers(0, 10**9))
                fills.append(
                    Fill(number, USER, symbol, sign, part, draw(prices), fee, place, told.time_ns)
                )
    return feed, orders, fills


@given(runs())
def test_figures_are_those_of_the_reference(
    run: tuple[list[Told], list[AcceptedOrder], list[Fill]],
) -> None:
    """Money to the last digit, ratios as near as floats are."""
    feed, orders, fills = run

    expected = costs(messages(feed), list(map(ordered, orders)), list(map(traded, fills)))

    assert_same(quality(feed, orders, fills)[0], expected)


def assert_same(found: ExecutionQuality, expected: Costs) -> None:
    """Compare a group with what the reference says."""
    parts = [expected.delay, expected.execution, expected.opportunity, expected.fees]
    shortfall = found.shortfall
    assert [
        shortfall.delay,
        shortfall.execution,
        shortfall.opportunity,
        shortfall.fees,
        shortfall.total,
        shortfall.decided,
    ] == [rounded_money(int(part * SCALE**2)) for part in [*parts, sum(parts), expected.decided]]
    assert [
        found.fill_ratio,
        found.arrival_slippage_bp,
        found.vwap_slippage_bp,
        found.participation,
    ] == [
        near(expected.fill_ratio),
        near(expected.arrival_slippage, 10_000),
        near(expected.vwap_slippage, 10_000),
        near(expected.participation),
    ]
    times = expected.times_to_fill
    assert (found.time_to_fill is None) == (not times)
    if found.time_to_fill is not None:
        assert (found.time_to_fill.count, found.time_to_fill.max_ns) == (len(times), times[-1])
        assert found.time_to_fill.p50_ns == times[(len(times) + 1) // 2 - 1]
    for markout, (count, share, adverse) in zip(found.markouts, expected.markouts, strict=True):
        assert markout.fills == count
        assert markout.basis_points == near(share, 10_000)
        assert markout.adverse == near(Fraction(adverse, count) if count else None)


def near(share: Fraction | None, factor: int = 1) -> object:
    """Return what a float has to be near to."""
    return None if share is None else pytest.approx(float(share * factor), rel=1e-9, abs=1e-6)
