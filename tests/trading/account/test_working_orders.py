"""Orders that rest are found by their limits; whoever looks at all of them comes to the same."""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.kit.tape import MemoryTape
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import OrdType, Side, TimeInForce
from tradestack.domain.trade import Trade
from tradestack.trading.account.working_orders import WorkingOrders
from tradestack.trading.execution.matching import match_trade
from tradestack.trading.execution.model import ExecutionModel, LimitFill
from tradestack.trading.execution.price_bounds import price_bounds
from tradestack.trading.execution.slippage import Market
from tradestack.trading.execution.standing import Standing
from tradestack.trading.orders.working_order import WorkingOrder

SYMBOLS = ("IBM", "SPY")
PRICES = range(98, 103)
QUEUE = ExecutionModel(limit_fill=LimitFill.QUEUE)
places = st.integers(0, 20)
standings = st.builds(
    Standing,
    is_resting=st.booleans(),
    queue_ahead=st.none() | st.integers(0, 3 * SCALE),
    window_end_ns=st.none() | st.just(5),
    reserved=st.just(()),
)


class Orders(RuleBasedStateMachine):
    """Any changes, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.state: dict[int, WorkingOrder] = {}
        self.orders = WorkingOrders(self.state)
        self.count = 0

    @rule(
        symbol=st.sampled_from(SYMBOLS),
        side=st.sampled_from(Side),
        price=st.none() | st.sampled_from(PRICES),
        time_in_force=st.sampled_from(TimeInForce),
    )
    def add(self, symbol: str, side: Side, price: int | None, time_in_force: TimeInForce) -> None:
        """Accept an order."""
        self.count += 1
        order = WorkingOrder(
            order_id=self.count,
            cl_ord_id=f"c{self.count}",
            symbol=symbol,
            side=side,
            quantity=self.count * SCALE,
            ord_type=OrdType.MARKET if price is None else OrdType.LIMIT,
            time_in_force=time_in_force,
            price=None if price is None else price * SCALE,
            cause=0,
            cause_index=0,
            arrival_ns=0,
        )
        self.orders.add(order)

    @precondition(lambda self: self.state)
    @rule(place=places, standing=standings)
    def stand(self, place: int, standing: Standing) -> None:
        """Let an order arrive, or stand otherwise."""
        order = self._at(place)
        if order.has_arrived:
            self.orders.stand(order, _possible(order, standing))
        else:
            self.orders.arrive(order, _possible(order, standing))

    @precondition(lambda self: self.state)
    @rule(place=places, price=st.sampled_from(PRICES), standing=standings)
    def replace(self, place: int, price: int, standing: Standing) -> None:
        """Let an order have another limit, and the last place."""
        order = self._at(place)
        if order.price is not None:
            order.price = price * SCALE
        standing = _possible(order, standing)
        self.orders.move_back(order, standing if order.has_arrived else None)
        assert list(self.state.values())[-1] is order

    @precondition(lambda self: self.state)
    @rule(place=places)
    def drop(self, place: int) -> None:
        """Let an order be done."""
        self.orders.drop(self._at(place))

    @invariant()
    def a_trade_does_the_same_to_those_that_it_reaches(self) -> None:
        """The others get nothing, and stand as they did."""
        for symbol in SYMBOLS:
            arrived = self.orders.arrived_in(symbol)
            for price in PRICES:
                trade = Trade(1, symbol, 1, price * SCALE, 7 * SCALE)
                market = Market(QUEUE, "alice", MemoryTape([trade]))
                reached = match_trade(trade, self.orders.reached_by(symbol, trade.price), market)
                every = match_trade(trade, arrived, market)
                assert (reached.fills, reached.standings) == (every.fills, every.standings)

    @invariant()
    def the_foremost_have_the_bounds_of_all(self) -> None:
        """Also after a restart, which has only the orders."""
        for orders in (self.orders, WorkingOrders(dict(self.state))):
            bounds = {symbol: price_bounds(each, QUEUE) for symbol, each in orders.foremost()}
            for symbol in SYMBOLS:
                arrived = orders.arrived_in(symbol)
                assert bounds.get(symbol, price_bounds([], QUEUE)) == price_bounds(arrived, QUEUE)

    @invariant()
    def the_immediate_are_in_order(self) -> None:
        """Each IOC and FOK order that has arrived is named once, in its place."""
        kinds = (TimeInForce.IOC, TimeInForce.FOK)
        expected = [
            order
            for order in self.state.values()
            if order.has_arrived and order.time_in_force in kinds
        ]
        assert self.orders.immediate() == expected

    def _at(self, place: int) -> WorkingOrder:
        return list(self.state.values())[place % len(self.state)]


def _possible(order: WorkingOrder, standing: Standing) -> Standing:
    """A market order does not rest."""
    return standing if order.price is not None else standing._replace(is_resting=False)


TestOrders = Orders.TestCase


@given(st.permutations(range(10)))
def test_orders_at_one_limit_are_reached_in_their_places(limits: list[int]) -> None:
    """Whatever the order of their limits."""
    state: dict[int, WorkingOrder] = {}
    orders = WorkingOrders(state)
    resting = Standing(is_resting=True, queue_ahead=None, window_end_ns=None, reserved=())
    for number, limit in enumerate(limits, 1):
        order = WorkingOrder(
            order_id=number,
            cl_ord_id=f"c{number}",
            symbol="SPY",
            side=Side.BUY,
            quantity=SCALE,
            ord_type=OrdType.LIMIT,
            time_in_force=TimeInForce.DAY,
            price=(100 + limit) * SCALE,
            cause=0,
            cause_index=0,
            arrival_ns=0,
        )
        orders.add(order)
        orders.arrive(order, resting)

    reached = [order.order_id for order in orders.reached_by("SPY", 105 * SCALE)]

    assert reached == [number for number, limit in enumerate(limits, 1) if limit >= 5]
