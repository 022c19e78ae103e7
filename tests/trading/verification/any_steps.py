"""Anything that can happen in a session: models, limits and steps, drawn by hypothesis."""

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from tests.ctl.verify.traded import order
from tests.kit.recorded_session import RULES, RecordedSession, trades
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Order, Side, TimeInForce
from tradestack.domain.requests import OrderCancelReplaceRequest, OrderCancelRequest
from tradestack.trading.execution.model import (
    ExecutionModel,
    Fees,
    Latency,
    LimitFill,
    Slippage,
    SlippageKind,
)
from tradestack.trading.risk.codes import OnBreach
from tradestack.trading.risk.limits import (
    CountPerWindow,
    Limits,
    RiskLimits,
    SelfTrade,
    UserLimits,
)
from tradestack.trading.risk.trading_state import BREACHES, StateAct, StateEvent

Step = tuple[Any, ...]
MILLISECOND_NS = 1_000_000


MODELS = st.builds(
    ExecutionModel,
    entry_latency=st.builds(Latency, st.sampled_from([0, 1_500 * MILLISECOND_NS]), st.just(10**9)),
    report_latency=st.builds(Latency, st.just(0), st.sampled_from([0, 3 * 10**9])),
    participation_bp=st.sampled_from([1_000, 10_000]),
    default_size=st.sampled_from([0, 50 * SCALE]),
    slippage=st.builds(
        Slippage,
        kind=st.sampled_from(SlippageKind),
        ticks=st.just(2),
        rate=st.just(5 * SCALE),
        random_ticks=st.sampled_from([0, 3]),
    ),
    limit_fill=st.sampled_from(LimitFill),
    ioc_window_ns=st.sampled_from([0, 2 * 10**9]),
    seed=st.integers(0, 100),
    fees=st.just(Fees(per_share=500_000, rate=SCALE, minimum=SCALE)),
)
LIMITS = (
    RULES.limits,
    RiskLimits(
        each_user=UserLimits(
            limits=Limits(
                max_daily_loss=20 * SCALE,
                max_drawdown=30 * SCALE,
                max_drawdown_on_breach=OnBreach.HALT,
                self_trade=SelfTrade.CANCEL_RESTING,
            )
        )
    ),
    RiskLimits(
        each_user=UserLimits(
            limits=Limits(
                max_order_submit_rate=CountPerWindow(count=3, window_ns=5 * 10**9),
                repeated_execution_limit=CountPerWindow(count=3, window_ns=10 * 10**9),
                max_position=200 * SCALE,
            )
        )
    ),
)
USERS = st.sampled_from(["news", "other"])
SYMBOLS = st.sampled_from(["SPY", "IBM"])
PRICES = st.integers(98, 103).map(str)
MESSAGES = st.one_of(
    st.tuples(
        st.just("order"),
        SYMBOLS,
        st.sampled_from(Side),
        st.sampled_from(TimeInForce),
        st.none() | PRICES,
        st.integers(1, 1_100),
    ),
    st.tuples(st.just("cancel"), st.integers(0, 40)),
    st.tuples(st.just("replace"), st.integers(0, 40), PRICES, st.integers(1, 90)),
)
STEPS = st.one_of(
    st.tuples(st.just("tick"), SYMBOLS, PRICES, st.integers(0, 60)),
    st.tuples(st.just("messages"), USERS, st.lists(MESSAGES, min_size=1, max_size=3)),
    st.tuples(st.just("time"), st.integers(1, 3)),
    st.tuples(st.just("restart")),
    st.tuples(st.just("roll_over")),
    st.tuples(st.just("limits"), st.sampled_from(LIMITS)),
    st.tuples(st.just("state"), st.none() | USERS, st.sampled_from(StateEvent), st.booleans()),
)


class Player:
    """Does steps on a recorded session; names of orders and requests are numbers."""

    def __init__(self, recorded: RecordedSession) -> None:
        self.recorded = recorded
        self.names = 0

    def play(self, steps: Sequence[Step]) -> None:
        """Publish first prices, and do steps, each a name and its arguments."""
        self.recorded.publish(*trades("SPY", "100", "101"), *trades("IBM", "99"))
        for name, *arguments in steps:
            step: Callable[..., None] = getattr(self, name)
            step(*arguments)

    def name(self) -> str:
        """A name that was not used before."""
        self.names += 1
        return f"X{self.names}"

    def tick(self, symbol: str, price: str, size: int) -> None:
        """Publish a trade."""
        self.recorded.publish(*trades(symbol, price, size=size))

    def messages(self, user: str, messages: list[tuple[Any, ...]]) -> None:
        """Send messages in one pass."""
        made = [getattr(self, name)(*arguments) for name, *arguments in messages]
        self.recorded.send(*made, user=user)

    def order(
        self, symbol: str, side: Side, time_in_force: TimeInForce, limit: str | None, quantity: int
    ) -> Order:
        """Make an order."""
        return order(
            self.name(), quantity, limit, symbol=symbol, side=side, time_in_force=time_in_force
        )

    def cancel(self, number: int) -> OrderCancelRequest:
        """Make a cancel of what has that name, if anything has or will have it."""
        return OrderCancelRequest(cl_ord_id=self.name(), orig_cl_ord_id=f"X{number}")

    def replace(self, number: int, price: str, quantity: int) -> OrderCancelReplaceRequest:
        """Make a replace of what has that name."""
        name = self.name()
        return OrderCancelReplaceRequest(
            cl_ord_id=name,
            orig_cl_ord_id=f"X{min(number, self.names - 1)}",
            quantity=quantity * SCALE,
            price=int(price) * SCALE,
        )

    def time(self, seconds: int) -> None:
        """Let time pass."""
        self.recorded.pass_time(seconds)

    def restart(self) -> None:
        """Let another order manager go on."""
        self.recorded.restart()

    def roll_over(self) -> None:
        """Let the accounts go on in another order session."""
        self.recorded.roll_over()

    def limits(self, limits: RiskLimits) -> None:
        """Change the limits."""
        self.recorded.set_limits(limits)

    def state(self, user: str | None, event: StateEvent, cancels: bool) -> None:
        """Let an operator change a trading state; breaches happen by themselves."""
        if event not in BREACHES:
            self.recorded.set_state(
                StateAct(user=user, event=event, reason="test", uid=1, cancels=cancels)
            )
