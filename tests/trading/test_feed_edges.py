"""Feeds at the edges of what a tape can be, and an account with very many orders."""

import pytest

from tests.kit.tape import MemoryTape
from tests.trading.executed import MemoryOrderManager
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import FIXED_MAX, FIXED_MIN, SCALE
from tradestack.domain.order import ExecType, Order, OrdStatus, OrdType, Side, TimeInForce
from tradestack.domain.times import FEED_TIME_NS_MAX, FEED_TIME_NS_MIN
from tradestack.domain.trade import Trade
from tradestack.trading.account.checkpoint import (
    ORDERS_PER_PART_MAX,
    decode_checkpoint,
    encode_checkpoint,
)
from tradestack.trading.execution.model import (
    ExecutionModel,
    Latency,
    LimitFill,
    Slippage,
    SlippageKind,
)
from tradestack.wire.journal.account_records import RAW_BYTES_MAX

SECOND_NS = 1_000_000_000
MANY = 10_000
TICK = SCALE // 100


def an_order(cl_ord_id: str = "X", **changes: object) -> Order:
    """Make a MARKET order for 10 SPY, DAY."""
    fields: dict[str, object] = {
        "cl_ord_id": cl_ord_id,
        "symbol": "SPY",
        "side": Side.BUY,
        "quantity": 10 * SCALE,
        "ord_type": OrdType.MARKET,
        "time_in_force": TimeInForce.DAY,
    }
    return Order(**{**fields, **changes})  # type: ignore[arg-type]


def trade_at(tape: MemoryTape, time_ns: int, price: int = SCALE, size: int = 10 * SCALE) -> None:
    """Append a trade of SPY."""
    tape.append(Trade(tape.head + 1, "SPY", time_ns, price, size))


def executions(manager: MemoryOrderManager) -> list[tuple[ExecType, OrdStatus]]:
    """Return what the ExecutionReports say, in their order."""
    return [
        (report.exec_type, report.ord_status)
        for report in manager.stream()
        if isinstance(report, ExecutionReport)
    ]


def test_orders_in_a_symbol_that_never_trades_expire_with_the_session() -> None:
    """Of every time in force: no trade opens the window of an IOC or FOK order."""
    tape = MemoryTape()
    manager = MemoryOrderManager(tape, ExecutionModel())
    for time_in_force in TimeInForce:
        manager.receive(an_order(time_in_force, symbol="IBM", time_in_force=time_in_force))
    for second in range(5):
        trade_at(tape, second * SECOND_NS)

    manager.end()

    new, expired = (ExecType.NEW, OrdStatus.NEW), (ExecType.EXPIRED, OrdStatus.EXPIRED)
    assert executions(manager) == 4 * [new] + 4 * [expired]


def test_orders_that_work_at_the_end_expire_with_what_they_have() -> None:
    """Those on their way as well, in the order of their places."""
    tape = MemoryTape()
    manager = MemoryOrderManager(tape, ExecutionModel(entry_latency=Latency(2 * SECOND_NS)))
    trade_at(tape, 0)
    manager.receive(an_order("filled in part", quantity=15 * SCALE))
    trade_at(tape, 2 * SECOND_NS)
    manager.receive(an_order("on its way"))

    manager.end()

    ended = [each for each in manager.stream() if isinstance(each, ExecutionReport)][-2:]
    assert [(each.cl_ord_id, each.cum_quantity, each.leaves_quantity) for each in ended] == [
        ("filled in part", 10 * SCALE, 0),
        ("on its way", 0, 0),
    ]


@pytest.mark.parametrize("price", [FIXED_MIN, -SCALE, 0, 1, FIXED_MAX])
@pytest.mark.parametrize("side", Side)
def test_a_trade_at_any_price_fills_exactly(price: int, side: Side) -> None:
    """Money is in integers of any size, also in the journal and after a restart."""
    tape = MemoryTape()
    trade_at(tape, 0)
    manager = MemoryOrderManager(tape, ExecutionModel(limit_fill=LimitFill.TOUCH))
    manager.receive(an_order(side=side))
    trade_at(tape, SECOND_NS, price=price)
    manager.pass_time()
    manager.checkpoint()
    manager.restart()

    report = manager.stream()[-1]

    assert isinstance(report, ExecutionReport)
    assert (report.ord_status, report.last_price) == (OrdStatus.FILLED, price)
    assert manager.account is not None
    sign = -1 if side is Side.BUY else 1
    assert manager.account.state.portfolio.cash == sign * 10 * SCALE * price


@pytest.mark.parametrize("price", [FIXED_MIN, -SCALE, 0])
def test_a_limit_order_meets_a_trade_below_every_limit(price: int) -> None:
    """It is past each buy's limit, at which a resting one fills, and no sell's."""
    tape = MemoryTape()
    trade_at(tape, 0, price=2 * SCALE)
    manager = MemoryOrderManager(tape, ExecutionModel())
    manager.receive(an_order("low", ord_type=OrdType.LIMIT, price=1))
    manager.receive(an_order("high", ord_type=OrdType.LIMIT, price=3 * SCALE, side=Side.SELL))
    trade_at(tape, SECOND_NS, price=price)
    manager.pass_time()

    *_, report = manager.stream()

    assert isinstance(report, ExecutionReport)
    assert (report.cl_ord_id, report.last_price) == ("low", 1)


@pytest.mark.parametrize(
    ("side", "price", "filled_at"),
    [
        (Side.BUY, FIXED_MAX, FIXED_MAX + TICK),
        (Side.BUY, FIXED_MIN, FIXED_MIN + TICK),
        (Side.BUY, -SCALE, TICK - SCALE),
        (Side.SELL, FIXED_MAX, FIXED_MAX - TICK),
        (Side.SELL, 2 * TICK, TICK),
        (Side.SELL, TICK + 1, TICK),
        (Side.SELL, 1, 1),
        (Side.SELL, FIXED_MIN, FIXED_MIN),
    ],
)
def test_slippage_at_the_bounds_of_prices(side: Side, price: int, filled_at: int) -> None:
    """A buy may cost more than any trade; a sale gets a tick, or what the trade has."""
    tape = MemoryTape()
    trade_at(tape, 0)
    slippage = Slippage(SlippageKind.TICKS, TICK, ticks=1)
    manager = MemoryOrderManager(tape, ExecutionModel(slippage=slippage))
    manager.receive(an_order(side=side))
    trade_at(tape, SECOND_NS, price=price)
    manager.pass_time()
    manager.restart()

    report = manager.stream()[-1]

    assert isinstance(report, ExecutionReport)
    assert (report.ord_status, report.last_price) == (OrdStatus.FILLED, filled_at)


@pytest.mark.parametrize(
    "times_ns",
    [
        pytest.param((-5 * SECOND_NS, -4 * SECOND_NS, -SECOND_NS), id="before 1970"),
        pytest.param((-SECOND_NS, 0, 3 * SECOND_NS), id="over 1970"),
        pytest.param((FEED_TIME_NS_MIN, FEED_TIME_NS_MIN + 1, 0), id="from the first time on"),
        pytest.param((0, FEED_TIME_NS_MAX - 1, FEED_TIME_NS_MAX), id="to the last time"),
        pytest.param((FEED_TIME_NS_MAX,) * 3, id="at the last time"),
    ],
)
def test_an_order_is_executed_at_any_time(times_ns: tuple[int, int, int]) -> None:
    """It arrives with its latency after its cause, but never past the end of time."""
    tape = MemoryTape()
    trade_at(tape, times_ns[0])
    latency = Latency(SECOND_NS)
    manager = MemoryOrderManager(
        tape, ExecutionModel(entry_latency=latency, report_latency=latency)
    )
    manager.receive(an_order())
    for time_ns in times_ns[1:]:
        trade_at(tape, time_ns)
    manager.pass_time()
    manager.restart()

    new, filled = manager.stream()

    assert isinstance(filled, ExecutionReport)
    arrival_ns = min(times_ns[0] + SECOND_NS, FEED_TIME_NS_MAX)
    met_ns = next(time_ns for time_ns in times_ns[1:] if time_ns >= arrival_ns)
    assert filled.ord_status is OrdStatus.FILLED
    assert filled.visible_time_ns == min(met_ns + SECOND_NS, FEED_TIME_NS_MAX)
    assert new.visible_time_ns == min(arrival_ns + SECOND_NS, FEED_TIME_NS_MAX)


def test_an_order_before_the_first_message_meets_it() -> None:
    """Whatever its time is: what was before is earlier than any."""
    tape = MemoryTape()
    manager = MemoryOrderManager(tape, ExecutionModel(entry_latency=Latency(SECOND_NS)))
    manager.receive(an_order())
    trade_at(tape, -SECOND_NS)

    manager.pass_time()

    assert executions(manager)[-1] == (ExecType.TRADE, OrdStatus.FILLED)


@pytest.mark.parametrize(("default_size", "filled"), [(0, 0), (4 * SCALE, 4 * SCALE)])
def test_a_trade_without_a_size_counts_as_one_of_the_default_size(
    default_size: int, filled: int
) -> None:
    """A default of 0 fills nothing; a FOK order counts on nothing either."""
    tape = MemoryTape()
    manager = MemoryOrderManager(tape, ExecutionModel(default_size=default_size))
    manager.receive(an_order(), an_order("K", time_in_force=TimeInForce.FOK))
    trade_at(tape, 0, size=0)
    trade_at(tape, SECOND_NS, size=0)

    manager.pass_time()

    assert manager.account is not None
    orders = manager.account.state.orders
    assert [order.cum_quantity for order in orders.values()] == [2 * filled]


def with_many_orders(tape: MemoryTape) -> MemoryOrderManager:
    """Take very many LIMIT orders that rest, a hundred at each of as many prices."""
    trade_at(tape, 0, price=200 * SCALE)
    manager = MemoryOrderManager(tape, ExecutionModel())
    orders = [
        an_order(f"{number:064}", ord_type=OrdType.LIMIT, price=(number % 100 + 1) * SCALE)
        for number in range(MANY)
    ]
    manager.receive(*orders)
    trade_at(tape, SECOND_NS, price=200 * SCALE)
    manager.pass_time()
    return manager


def test_the_checkpoint_of_very_many_orders_is_cut_into_parts() -> None:
    """Each part fits into a record; together they are the state, orders in their places."""
    account = with_many_orders(MemoryTape()).account
    assert account is not None

    parts = encode_checkpoint(account.state)

    assert len(parts) == MANY // ORDERS_PER_PART_MAX
    assert max(map(len, parts)) < RAW_BYTES_MAX
    decoded = decode_checkpoint(parts)
    assert decoded == account.state
    assert list(decoded.orders) == list(account.state.orders)


def test_a_trade_fills_those_of_very_many_orders_that_it_reaches() -> None:
    """In the order of their places, as far as its size goes; how long that takes is benchmarked."""
    tape = MemoryTape()
    manager = with_many_orders(tape)
    trade_at(tape, 2 * SECOND_NS, price=99 * SCALE, size=20 * SCALE)

    manager.pass_time()

    assert executions(manager)[MANY:] == 2 * [(ExecType.TRADE, OrdStatus.FILLED)]


def test_a_restart_with_very_many_orders_continues_from_the_checkpoint() -> None:
    """The parts are journalled one after the other; the orders of before are not read again."""
    tape = MemoryTape()
    manager = with_many_orders(tape)
    manager.checkpoint()
    manager.restart()
    trade_at(tape, 2 * SECOND_NS, price=99 * SCALE, size=20 * SCALE)

    manager.pass_time()

    assert executions(manager)[MANY:] == 2 * [(ExecType.TRADE, OrdStatus.FILLED)]
