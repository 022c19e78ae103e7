"""Tests of executions by the published numbers of other systems, and by our own.

Numbers: O1 to O6 are ours, E1 to E31 of others. Those that end differently here, or need what is
not offered, are in EXECUTION.md; of E16, E19 and E27 the part is here that a market of trades has.
Fees, latency and the volume of E8 are in test_fees.py, test_arrival.py and test_slippage.py.
"""

import pytest

from tests.kit.tape import MemoryTape
from tests.trading.account.orders import working_order
from tests.trading.execution.market import TICK, play, shown, tape_of
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Side, TimeInForce
from tradestack.trading.execution.matching import match_trade
from tradestack.trading.execution.model import (
    ExecutionModel,
    Latency,
    LimitFill,
    Slippage,
    SlippageKind,
)
from tradestack.trading.execution.slippage import Market
from tradestack.trading.orders.working_order import WorkingOrder

BUY, SELL = Side.BUY, Side.SELL
WHOLE = ExecutionModel()
TOUCH = ExecutionModel(limit_fill=LimitFill.TOUCH)
QUEUE = ExecutionModel(limit_fill=LimitFill.QUEUE)


def own_tape() -> MemoryTape:
    """The trades of the vectors O1 to O6."""
    return tape_of(("100", 400, 0), ("100.02", 100, 1), ("99.98", 1000, 3), ("99.95", 200, 5))


def own_model(
    limit_fill: LimitFill = LimitFill.THROUGH, *, random_ticks: int = 0
) -> ExecutionModel:
    """The model of the vectors O1 to O6: a quarter of each trade, a tick worse."""
    return ExecutionModel(
        entry_latency=Latency(2_000_000),
        participation_bp=2_500,
        slippage=Slippage(SlippageKind.TICKS, TICK, ticks=1, random_ticks=random_ticks),
        limit_fill=limit_fill,
    )


def own_order(
    quantity: float, limit: str | None = None, order_id: int = 1, side: Side = BUY
) -> WorkingOrder:
    """An order that the first trade causes, and that arrives 2 ms later."""
    return working_order(side, quantity, limit, order_id=order_id, arrival_ms=2, cause=1)


@pytest.mark.parametrize(
    ("limit_fill", "quantity", "limit", "fills", "left"),
    [
        (LimitFill.THROUGH, 100, None, "100 @ 99.99", 0),  # O1
        (LimitFill.THROUGH, 400, None, "250 @ 99.99, 50 @ 99.96", 100),  # O2
        (LimitFill.THROUGH, 100, "99.98", "50 @ 99.98", 50),  # O3
        (LimitFill.TOUCH, 100, "99.98", "100 @ 99.98", 0),  # O3
    ],
)
def test_vectors_o1_to_o3(
    limit_fill: LimitFill, quantity: int, limit: str | None, fills: str, left: int
) -> None:
    """The trades at 0 and 1 ms come too early; those at 3 and 5 ms fill a quarter of their size."""
    order = own_order(quantity, limit)
    played = play(own_tape(), [order], own_model(limit_fill))

    assert shown(played[1]) == fills
    assert order.leaves_quantity == left * SCALE


def test_vector_o4_the_queue_is_served_first() -> None:
    """950 are ahead: of 1 000 at the price 50 are in excess, and the next trade is past it."""
    order = own_order(100, "99.98")
    order.is_resting, order.queue_ahead = True, 950 * SCALE
    model, tape = own_model(LimitFill.QUEUE), own_tape()
    first, last = tape.recent_trades("SPY", 4, 2)

    matched = match_trade(first, [order], Market(model, "alice", tape))
    assert shown([fill[1:] for fill in matched.fills]) == "50 @ 99.98"
    ((_, standing),) = matched.standings
    assert standing.queue_ahead == 0

    order.queue_ahead, order.cum_quantity = standing.queue_ahead, 50 * SCALE
    matched = match_trade(last, [order], Market(model, "alice", tape))
    assert shown([fill[1:] for fill in matched.fills]) == "50 @ 99.98"


def test_vector_o5_orders_of_an_account_share_a_trade() -> None:
    """A, which arrived first, has 200 of 250; B the rest, and all that it can have of the next."""
    orders = [own_order(200, order_id=1), own_order(200, order_id=2)]
    played = play(own_tape(), orders, own_model())

    assert shown(played[1]) == "200 @ 99.99"
    assert shown(played[2]) == "50 @ 99.99, 50 @ 99.96"
    assert orders[1].leaves_quantity == 100 * SCALE


def test_vector_o5_in_two_accounts() -> None:
    """Accounts do not share: each order has its 200 at 3 ms."""
    for order_id, user in enumerate(("alice", "bob")):
        played = play(own_tape(), [own_order(200, order_id=order_id)], own_model(), user=user)

        assert shown(played[order_id]) == "200 @ 99.99"
        assert [sequence for _, _, sequence in played[order_id]] == [3]


@pytest.mark.parametrize("random_ticks", [0, 50])
def test_vector_o6_an_order_that_fills_nothing_changes_no_fill(random_ticks: int) -> None:
    """A third order between the two, and its canceled FOK twin, leave the others' fills alone."""
    model = own_model(random_ticks=random_ticks)
    two = [own_order(200, order_id=1), own_order(200, order_id=2)]
    idle = own_order(10, "90", order_id=3)
    killed = own_order(900, order_id=4)
    killed.time_in_force = TimeInForce.FOK
    four = [own_order(200, order_id=1), idle, killed, own_order(200, order_id=2)]
    played, again = play(own_tape(), two, model), play(own_tape(), four, model)

    assert again == {**played, 3: [], 4: []}
    if random_ticks:
        assert len({price for fills in played.values() for _, price, _ in fills}) == 3


@pytest.mark.parametrize(
    ("side", "quantity", "rate", "participation_bp", "fills"),
    [
        (BUY, 100, 5, 1_000, "20 @ 3.0015"),
        (SELL, 100, 5, 1_000, "20 @ 2.9985"),
        (BUY, 10, 5, 1_000, "10 @ 3.0015"),
        (SELL, 10, 5, 1_000, "10 @ 2.9985"),
        (BUY, 100, 10, 1_000, "20 @ 3.003"),
        (BUY, 100, 5, 2_000, "40 @ 3.0015"),
    ],
)
def test_vector_e6_basis_points(
    side: Side, quantity: int, rate: int, participation_bp: int, fills: str
) -> None:
    """A share of a trade of 200 @ 3, some basis points worse."""
    slippage = Slippage(SlippageKind.BASIS_POINTS, rate=rate * SCALE)
    model = ExecutionModel(slippage=slippage, participation_bp=participation_bp)
    played = play(tape_of(("3", 200, 0)), [working_order(side, quantity)], model)

    assert shown(played[1]) == fills


@pytest.mark.parametrize(
    ("participation_bp", "size", "wanted", "got"),
    [
        (1_000, 200, [9, 1], [9, 1]),  # E7
        (1_000, 200, [-3, 18], [3, 17]),  # E7
        (1_000, 200, [20, 20], [20, 0]),  # E7
        (10_000, 100, [30, 50, 50], [30, 50, 20]),  # E15, E23 of one level
        (10_000, 50, [50, 50], [50, 0]),  # E15, where the source can give each its 50
    ],
)
def test_vectors_e7_and_e15_one_trade_is_shared(
    participation_bp: int, size: int, wanted: list[int], got: list[int]
) -> None:
    """Buys and sales share a trade alike, in order of arrival; without a rest there is no fill."""
    orders = [
        working_order(BUY if quantity > 0 else SELL, abs(quantity), order_id=index)
        for index, quantity in enumerate(wanted)
    ]
    model = ExecutionModel(participation_bp=participation_bp)
    played = play(tape_of(("3", size, 0)), orders, model)

    assert [sum(fill[0] for fill in played[index]) for index in range(len(got))] == [
        quantity * SCALE for quantity in got
    ]


@pytest.mark.parametrize(("increment", "fills"), [(SCALE, ""), (1, "0.1 @ 3")])
def test_vector_e8_a_share_below_one(increment: int, fills: str) -> None:
    """A tenth of a share is no fill in whole shares, and a fill where sizes are not rounded."""
    model = ExecutionModel(participation_bp=10, size_increment=increment)
    played = play(tape_of(("3", 100, 0)), [working_order(BUY, 5)], model)

    assert shown(played[1]) == fills


@pytest.mark.parametrize(
    ("side", "limit", "rows", "fills"),
    [
        # E2, E3: within the limit the market's price, worse than it nothing.
        (BUY, "3.6", [("3.5", 100, 0), ("3.5", 100, 1)], "100 @ 3.5"),
        (BUY, "3.5", [("3.5", 100, 0), ("3.5", 100, 1)], "100 @ 3.5"),
        (SELL, "3.5", [("3.0", 100, 0), ("3.0", 100, 1)], ""),
        # E10, E21: a resting order, at its limit.
        (BUY, "101.5", [("102", 100, 0), ("102", 100, 1)], ""),
        (BUY, "101.5", [("102", 100, 0), ("101", 100, 1)], "100 @ 101.5"),
        (SELL, "101.5", [("101", 100, 0), ("101", 100, 1)], ""),
        (SELL, "101.5", [("101", 100, 0), ("103", 100, 1)], "100 @ 101.5"),
        # E23: an order that the market is at takes what there is, and the rest stays.
        (BUY, "100.05", [("100", 0, 0), ("100", 30, 1), ("99.95", 50, 2)], "30 @ 100, 50 @ 99.95"),
    ],
)
def test_vectors_e2_e3_e10_e23_limits(
    side: Side, limit: str, rows: list[tuple[str, float, float]], fills: str
) -> None:
    """The first trade is there when the order arrives; `through` fills only past the limit."""
    order = working_order(side, 100, limit, cause=1)

    assert shown(play(tape_of(*rows), [order], WHOLE)[1]) == fills


@pytest.mark.parametrize(
    ("side", "limit", "traded", "model", "fills"),
    [
        (BUY, "1005", "1005", WHOLE, ""),
        (BUY, "1005", "1005", TOUCH, "1 @ 1005"),
        (BUY, "1005", "1000", WHOLE, "1 @ 1005"),
        (SELL, "1005", "1005", WHOLE, ""),
        (SELL, "1005", "1005", TOUCH, "1 @ 1005"),
        (SELL, "1005", "1010", WHOLE, "1 @ 1005"),
    ],
)
def test_vector_e21_at_the_limit_and_past_it(
    side: Side, limit: str, traded: str, model: ExecutionModel, fills: str
) -> None:
    """`through` is the source's probability 0 of a fill at the limit, `touch` its 1."""
    away = "1010" if side is BUY else "1000"
    order = working_order(side, 1, limit, cause=1)

    assert shown(play(tape_of((away, 1, 0), (traded, 10, 1)), [order], model)[1]) == fills


@pytest.mark.parametrize(
    ("ahead", "quantity", "sizes", "fills"),
    [
        (10, 2, [3, 4, 2, 3], [0, 0, 0, 2]),  # E17
        (600, 100, [37, 200, 363, 100], [0, 0, 0, 100]),  # E18
        (10, 5, [5], [0]),  # E18
        (100, 50, [80, 30, 50], [0, 10, 40]),  # E22
        (100, 1000, [80, 30, 50], [0, 10, 50]),  # E27
        (1895, 1000, [200], [0]),  # E19, after the queue is there
    ],
)
def test_vectors_e17_e18_e22_queues(
    ahead: int, quantity: int, sizes: list[int], fills: list[int]
) -> None:
    """Trades of 100 serve `ahead` first, which were traded at the price before; then the order.

    A buy rests at 100, since the trade before its arrival was at 101.
    """
    rows = [("100", ahead, 0.0), ("101", 1, 0.0), *(("100", size, 1.0) for size in sizes)]
    order = working_order(BUY, quantity, "100", cause=2)
    played = play(tape_of(*rows), [order], QUEUE)
    got = {sequence: filled for filled, _, sequence in played[1]}

    assert [got.get(number, 0) for number in range(3, 3 + len(sizes))] == [
        filled * SCALE for filled in fills
    ]


def test_vector_e20_a_trade_past_the_price_fills_whatever_is_ahead() -> None:
    """Queue 10, buy 5 @ 99, trade at 98: filled at 99.

    The source fills nothing there, and another system all of it. A trade past the price means
    that the whole queue at the price was served; a trade's size still is the most that it fills.
    """
    rows = [("99", 10, 0.0), ("100", 1, 0.0), ("98", 3, 1.0), ("99", 1, 2.0)]
    order = working_order(BUY, 5, "99", cause=2)

    assert shown(play(tape_of(*rows), [order], QUEUE)[1]) == "3 @ 99, 1 @ 99"


def test_vectors_e13_and_e16_immediate_orders_end_with_their_window() -> None:
    """IOC takes what the first trade has, FOK nothing of it, and DAY goes on."""
    rows = [("1010", 0.5, 0), ("1010", 80, 1)]
    for time_in_force, fills in [
        (TimeInForce.IOC, "0.5 @ 1010"),
        (TimeInForce.FOK, ""),
        (TimeInForce.DAY, "0.5 @ 1010, 1 @ 1010"),
    ]:
        order = working_order(BUY, 1.5, time_in_force=time_in_force)

        assert shown(play(tape_of(*rows), [order], WHOLE)[1]) == fills
